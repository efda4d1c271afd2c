"""Backing up a site, and putting a backup in its place."""

import time
from collections.abc import Callable
from itertools import takewhile

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.management import create_permissions
from django.contrib.contenttypes.management import create_contenttypes
from django.contrib.contenttypes.models import ContentType
from django.core.cache import caches
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Page, Revision, Site

from cms.api.models import Feed
from cms.core.release import release
from cms.events import log, version
from cms.events.models import Event

from . import archive, media, rows
from .archive import MEDIA, ROWS
from .problems import BackupError
from .tables import MADE_AGAIN, fields_of, in_backup, label

Say = Callable[[str], None]
_SECONDS_BETWEEN_WORDS = 5


def back_up(file, say: Say, *, missing_too: bool = False) -> None:
    """Write the whole site to `file`, which is only written to, from its beginning to its end."""
    writer = archive.Writer(file)
    tables = {}
    with rows.as_it_is_now():
        for model in in_backup():
            tables[label(model)] = _rows_of(model, writer)
        named = media.named_in_database()
        migrations = _migrations()
    say(f"{sum(table['rows'] for table in tables.values())} rows of {len(tables)} tables.")
    missing = _files(named, writer, say)
    lost = [name for name in missing if named[name]]
    if lost and not missing_too:
        raise BackupError(
            f"{len(lost)} files that the site shows are not in the store, such as {lost[0]}. "
            "If one was deleted just now, back up again. To go without them: --missing-files-too."
        )
    writer.finish(
        {
            "site": settings.WAGTAIL_SITE_NAME,
            "made_at": timezone.now().isoformat(),
            "release": release(),
            "migrations": migrations,
            "tables": tables,
            "missing": missing,
        }
    )


def _rows_of(model, writer) -> dict:
    total = 0
    for part, (number, text) in enumerate(rows.read(model)):
        writer.add_bytes(f"{ROWS}{label(model)}/{part:06}.jsonl", text)
        total += number
    return {"fields": [field.attname for field in fields_of(model)], "rows": total}


def _files(named, writer, say) -> list[str]:
    """Add all files; give the names of those that rows point at and that are not there."""
    missing, done, total, word_at = [], set(), 0, time.monotonic()
    for names in (named, media.in_store()):
        for name in names:
            if name in done:
                continue
            done.add(name)
            there = media.opened(name)
            if there is None:
                say(f"Gone: {name}")
                missing.extend([name] if name in named else [])
                continue
            size, file = there
            try:
                writer.add(MEDIA + name, size, file)
            finally:
                file.close()
            total += size
            if time.monotonic() > word_at + _SECONDS_BETWEEN_WORDS:
                word_at = time.monotonic()
                say(f"{len(done)} files, {total / 1e6:.0f} MB …")
    say(f"{len(done) - len(missing)} files, {total / 1e6:.1f} MB.")
    return missing


def _migrations() -> list[str]:
    return sorted(
        f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations()
    )


def restore(file, say: Say, *, replace: bool = False, sure: Callable[[], None] = lambda: None):
    """Put the site that is in `file` in the place of this one.

    Nothing is changed before the whole file is verified and `sure` has not raised.
    """
    manifest = archive.verified(file)
    say(f"A whole backup of {manifest['site']}, made at {manifest['made_at']}.")
    _fits(manifest)
    if not replace:
        _is_empty()
    wanted = _files_to_put(manifest, replace)
    sure()
    _put_files(file, wanted, say)
    with transaction.atomic():
        _put_rows(file, manifest, say)
    version.touch(takes=True)
    say("The rows are there. The indexes of search and of references are made anew.")
    call_command("rebuild_references_index", verbosity=0)
    call_command("wagtail_update_index", verbosity=0)
    _forget()


def _fits(manifest):
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise BackupError("The database is not up to date. Run “manage.py migrate” first.")
    theirs, ours = set(manifest["migrations"]), set(_migrations())
    if newer := sorted(theirs - ours):
        raise BackupError(
            f"A newer release made this backup: it has {newer[0]}. Restore it with that release."
        )
    if older := sorted(ours - theirs):
        raise BackupError(
            f"An older release made this backup: it is without {older[0]}. Restore it with that "
            "release into an empty database, then upgrade and run “manage.py migrate”."
        )


def _is_empty():
    models = (get_user_model(), Revision, get_image_model(), get_document_model())
    if Page.objects.filter(depth__gt=2).exists() or any(m.objects.exists() for m in models):
        raise BackupError(
            "There is a site in this database. Restore into an empty one, or lose this one with "
            "--replace."
        )


def _files_to_put(manifest, replace) -> dict[str, str]:
    """The digests of files that are not there yet: some are, after a restore that broke off."""
    wanted = {}
    for member, (size, digest) in manifest["members"].items():
        if not member.startswith(MEDIA):
            continue
        name = member.removeprefix(MEDIA)
        there = media.is_there(name, size, digest)
        if there is None and not replace:
            raise BackupError(
                f"The store has another file called {name}. Restore into an empty store, or "
                "overwrite it with --replace."
            )
        if not there:
            wanted[member] = digest
    return wanted


def _put_files(file, wanted, say):
    total, word_at = 0, time.monotonic()
    with archive.members(file) as members:
        for member, size, content in members if wanted else ():
            if member not in wanted:
                continue
            media.put(member.removeprefix(MEDIA), size, content, wanted[member])
            total += size
            if time.monotonic() > word_at + _SECONDS_BETWEEN_WORDS:
                word_at = time.monotonic()
                say(f"{total / 1e6:.0f} MB of files …")
    say(f"{len(wanted)} files, {total / 1e6:.1f} MB.")


def _put_rows(file, manifest, say):
    before = log.newest()
    models = {label(model): model for model in in_backup()}
    missing = set(manifest["missing"])
    rows.empty_all()
    total = 0
    with archive.members(file) as members:
        for member, _, content in takewhile(lambda found: found[0].startswith(ROWS), members):
            name = member.split("/")[1]
            leave_out = missing if name in MADE_AGAIN else ()
            text = content.read()
            if content.hexdigest() != manifest["members"][member][1]:
                raise BackupError("The backup has changed while it was read.")
            total += rows.write(models[name], manifest["tables"][name]["fields"], text, leave_out)
    ContentType.objects.clear_cache()
    for app in apps.get_app_configs():  # what this installation has, and theirs had not
        create_contenttypes(app, verbosity=0)
        create_permissions(app, verbosity=0)
    _begin_a_new_count(before)
    rows.settle(models.values())
    say(f"{total} rows.")


def _begin_a_new_count(before):
    """Numbers that were given after the backup was made must not be given again.

    Clients hold them: as an ETag, or in a token of sync/. So the log goes on at the
    clock's number, with a row that says that everything may have changed, and the feed
    sends every client back to the beginning.
    """
    number = max(int(time.time()), before + 1, log.newest() + 1)
    site = Site.objects.order_by("-is_default_site").first()
    key = str(site.pk) if site else ""
    Event.objects.create(
        number=number, what=Event.What.PUBLISHED, model=Site._meta.label, key=key, public=True
    )
    Feed.objects.create(pk=1, number=number, forgotten_to=number, read_to=number - 1)


def _forget():
    """What any process has kept of the site that was here."""
    ContentType.objects.clear_cache()
    for name in settings.CACHES:
        caches[name].clear()
    Site.clear_site_root_paths_cache()
    version.touch(takes=True)
    if settings.EDGE_PURGE_URL:
        call_command("purge_edge", verbosity=0)
