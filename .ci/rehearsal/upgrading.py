"""The release before this one is replaced, while people read, publish and sign up."""

import time
from pathlib import Path

import machine
from machine import REPOSITORY, run
from typist import ADMIN, VENV, answers, ctl, say, sql, type_blocks, wait_until
from web import Browser, Crowd, Editor, expect

PREVIOUS = (REPOSITORY / ".ci" / "previous-release").read_text().strip()
UPGRADE = "## Upgrade without downtime"
LEAVES = (
    "import django; django.setup(); from django.db.migrations.loader import MigrationLoader; "
    'print(*(f"{app}.{name}" for app, name in MigrationLoader(None).graph.leaf_nodes()))'
)


def leaves(release) -> dict:
    said = run(
        "set -a; . /etc/co-production/env; set +a; "
        f"cd {release}; runuser -u co-production -- .venv/bin/python -c '{LEAVES}'"
    )
    return dict(word.split(".") for word in said.split())


def as_before():
    """The release before this one, with the tables that it made."""
    run("systemctl stop co-production-web@8000 co-production-web@8001 co-production-worker")
    old = f"/opt/co-production/releases/{PREVIOUS[:7]}"
    run(f"""
        mkdir -p {old}/.venv
        git -C {REPOSITORY} archive {PREVIOUS} | tar -x -C {old}
        mount --bind {VENV} {old}/.venv
    """)
    then, now = leaves(old), leaves("/opt/co-production/current")
    for app, name in now.items():
        if then.get(app) != name:
            run(f"manage.py migrate --verbosity 0 {app} {then.get(app, 'zero')}")
            say(f"Went back: {app} to {then.get(app, 'zero')}")
    run(f"ln -sfn {old} /opt/co-production/current")
    run("manage.py collectstatic --noinput --verbosity 0; manage.py purge_edge || true")
    if "--alone" not in Path(f"{old}/cms/core/management/commands/serve.py").read_text():
        folder = Path("/etc/systemd/system/co-production-web@.service.d")
        folder.mkdir()
        (folder / "before.conf").write_text(
            "[Service]\nWorkingDirectory=/opt/co-production/current\nExecStart=\n"
            f"ExecStart={old}/.venv/bin/python -m granian --interface=wsgi --host=127.0.0.1 "
            "--port=%i --workers=2 --blocking-threads=28 --log-level=error cms.wsgi:application\n"
        )
    run("systemctl start co-production-web@8000 co-production-web@8001 co-production-worker")
    if not Path(f"{old}/cms/core/watching").exists():
        # It says nothing of its health, so Varnish would take it for dead.
        for backend in ("first", "second"):
            run(f"varnishadm backend.set_health {backend} healthy")
    for port in (8000, 8001):
        wait_until(lambda: answers(port), 60, "The release before does not start.")  # noqa: B023
    run("rm -rf /etc/systemd/system/co-production-web@.service.d")


def upgrade(site):
    as_before()
    say("The release before this one serves, with its own tables.")
    editor = Editor()
    editor.sign_in(ADMIN, site.password)
    crowd = Crowd(editor, site.page).start()
    time.sleep(3)
    expect(not crowd.failed, f"Before the upgrade: {crowd.failed[:5]}")
    type_blocks("### 3. A release", slice(0, 1))
    # The first block backs up, which the release in use must know how to.
    knows_backups = Path("/opt/co-production/current/cms/backup").exists()
    type_blocks(UPGRADE, slice(0 if knows_backups else 1, None))
    time.sleep(2)
    middle = dict(crowd.done)
    say(f"Upgraded. So far: {middle}; failed: {len(crowd.failed)}.")
    started = time.monotonic()
    ctl("restart", "co-production-worker")()
    took = time.monotonic() - started
    expect(took < 60, f"The worker takes {took:.0f} s to end the task that it is at.")
    say(f"The worker was started anew meanwhile, in {took:.1f} s.")
    crowd.end()
    expect(not crowd.failed, "\n".join(["Failed:", *crowd.failed[:20], machine.last_words()]))
    expect(crowd.title in Browser().get("/rehearsal/").text, "The last publish is lost.")
    kept = sql("SELECT count(*) FROM programme_signup WHERE email LIKE 'person-%'")
    expect(int(kept) == len(crowd.emails), f"{len(crowd.emails)} were taken, {kept} are kept.")
    say(f"No request failed of {crowd.done}; all that was taken is there.")
