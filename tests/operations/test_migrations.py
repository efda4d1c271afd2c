"""The release before this one lives with the tables that this one makes.

While a new release is installed, the one before goes on, on new tables. docs/operations.md,
“Upgrade without downtime”, and decision 0035 have the rules; the rehearsal tries them.
"""

import subprocess
from pathlib import Path

import pytest
from django.apps import apps
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.models import NOT_PROVIDED

ROOT = Path(__file__).resolve().parents[2]
PREVIOUS = (ROOT / ".ci" / "previous-release").read_text().strip()
ADDS_ALONE = (
    migrations.CreateModel,
    migrations.AddIndex,
    migrations.RemoveIndex,
    migrations.AlterModelOptions,
    migrations.AlterModelManagers,
)


def refused(operation, app: str, before) -> str:
    """Why the release before could not live with an operation; "" if it can."""
    if isinstance(operation, migrations.SeparateDatabaseAndState):
        return next(
            filter(None, (refused(o, app, before) for o in operation.database_operations)), ""
        )
    if isinstance(operation, migrations.AddField):
        field = operation.field
        if field.null or field.many_to_many or field.db_default is not NOT_PROVIDED:
            return ""
        return "it writes rows without the new field, which may not be null and has no db_default"
    if isinstance(operation, migrations.AlterField):
        old = before.models[app, operation.model_name_lower].fields[operation.name]
        return narrower(old, operation.field)
    if isinstance(operation, (migrations.RunPython, migrations.RunSQL)):
        return "nobody can tell what the code does"
    return "" if isinstance(operation, ADDS_ALONE) else "it is used to what is taken away"


def narrower(old, new) -> str:
    if old.null and not new.null:
        return "it may write null where null is refused"
    if type(old) is not type(new):
        return "it may not read or write the other type"
    if (old.max_length or 0) > (new.max_length or 10**9):
        return "it may write what is too long"
    if new.unique and not old.unique:
        return "it may write what is there already"
    return ""


def newer_than_the_previous_release() -> list[tuple[str, str]]:
    listed = subprocess.run(  # noqa: S603
        ["git", "ls-tree", "-r", "--name-only", PREVIOUS],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if listed.returncode:
        pytest.skip("The release before this one is not in this copy of the repository.")
    there = set(listed.stdout.splitlines())
    return [
        (app, name)
        for app, name in MigrationLoader(None).disk_migrations
        if ROOT in (folder := Path(apps.get_app_config(app).path)).parents
        and ".venv" not in folder.parts
        and str((folder / "migrations" / f"{name}.py").relative_to(ROOT)) not in there
    ]


def test_the_release_before_this_one_lives_with_what_new_migrations_do():
    loader = MigrationLoader(None)
    found = []
    for app, name in newer_than_the_previous_release():
        migration = loader.disk_migrations[app, name]
        if getattr(migration, "release_before_lives_with_it", ""):
            continue  # it says why
        state = loader.project_state([(app, name)], at_end=False)
        for operation in migration.operations:
            if why := refused(operation, app, state):
                found.append(f"{app}.{name}: {operation.describe()}: {why}.")
            operation.state_forwards(app, state)
    assert not found, "The release before this one: " + " ".join(found)


def _add(**options):
    return migrations.AddField("event", "more", models.CharField(max_length=9, **options))


@pytest.mark.parametrize(
    "operation",
    [
        _add(null=True),
        _add(db_default=""),
        migrations.CreateModel("Other", []),
        migrations.AlterField("event", "title", models.CharField(max_length=300, blank=True)),
    ],
)
def test_what_only_adds_is_taken(operation):
    assert not refused(operation, "events", _events())


@pytest.mark.parametrize(
    "operation",
    [
        _add(default=""),
        migrations.RemoveField("event", "title"),
        migrations.RenameField("event", "title", "name"),
        migrations.DeleteModel("Event"),
        migrations.RenameModel("Event", "Change"),
        migrations.AlterField("event", "title", models.CharField(max_length=9)),
        migrations.AlterField("event", "title", models.TextField()),
        migrations.AlterField("event", "title", models.CharField(max_length=255, unique=True)),
        migrations.RunSQL("DROP TABLE events_event"),
        migrations.RunPython(migrations.RunPython.noop),
        migrations.AddConstraint(
            "event", models.UniqueConstraint(fields=["title"], name="one_title")
        ),
    ],
)
def test_what_takes_away_or_narrows_is_refused(operation):
    assert refused(operation, "events", _events())


def _events():
    return MigrationLoader(None).project_state([("events", "0004_event_in_menus")])
