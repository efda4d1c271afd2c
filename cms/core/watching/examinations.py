"""What `manage.py doctor` looks at.

An examination gives Django's own check messages: an `Error` is wrong and has to be
mended, a warning is advice; `hint` says how, with the setting or the command. It may
take a second and talk to services, which Django's `check` must not.
"""

import smtplib
import uuid
from collections.abc import Callable, Iterable
from ipaddress import ip_network
from pathlib import Path
from tempfile import TemporaryFile
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core import checks
from django.core.checks import CheckMessage, Error
from django.core.checks import Warning as Advice
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.mail import get_connection
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from wagtail.models import Page, Site
from wagtail.search.models import IndexEntry

from . import services

PATIENCE = 5  # seconds for all services together: longer than a load balancer's
CLOCKS_MAY_DIFFER = 5  # seconds
SHORTEST_TOKEN = 16  # characters
NETWORK_DISKS = ("nfs", "cifs", "smb", "9p", "ceph", "glusterfs", "fuse.sshfs", "afs")
_ONES_OWN_MACHINE = {"127.0.0.1", "localhost", "::1", "testserver"}
# What follows from an address without https, which is said once.
_OF_HTTPS = {f"security.W{number:03}" for number in (4, 5, 8, 10, 12, 16, 21)}
_WRONG = {"security.W009", "security.W018", "security.W020"}  # key, DEBUG, ALLOWED_HOSTS

Examination = Callable[[], Iterable[CheckMessage]]
_examinations: list[tuple[str, Examination, bool]] = []


def examine(what: str, needs_database: bool = False):
    """Have the function that follows asked by the doctor. `what` is right if it gives nothing."""

    def add(examination: Examination) -> Examination:
        _examinations.append((what, examination, needs_database))
        return examination

    return add


def all_of_them() -> Iterable[tuple[str, list[CheckMessage]]]:
    """(what was looked at, what was found) of each. What can't be looked at is a finding."""
    database_is_away = False
    for what, examination, needs_database in _examinations:
        if needs_database and database_is_away:
            continue  # which has been said
        try:
            found = list(examination())
        except Exception as error:
            found = [
                Error(
                    f"{what}: this could not be looked at. {type(error).__name__}: {error}",
                    hint="Mend what stands above, then ask again.",
                )
            ]
        database_is_away |= any(message.obj == "database" for message in found)
        yield what, found


def is_ones_own_machine() -> bool:
    return urlsplit(settings.WAGTAILADMIN_BASE_URL).hostname in _ONES_OWN_MACHINE


def refused(what: str, error: Exception, hint: str) -> CheckMessage:
    return Error(f"{what} {type(error).__name__}: {error}", hint=hint)


# Settings -------------------------------------------------------------------------


@examine("Django's own checks for a live site")
def _django():
    for message in checks.run_checks(include_deployment_checks=True):
        if message.id not in _OF_HTTPS:
            yield Error(message.msg, hint=message.hint) if message.id in _WRONG else message


@examine("The site's address")
def _address():
    address = urlsplit(settings.WAGTAILADMIN_BASE_URL)
    hosts = settings.ALLOWED_HOSTS
    if address.scheme != "https" and not is_ones_own_machine():
        yield Error(
            "The site's address is plain http: passwords can be read on their way.",
            hint="Set WAGTAILADMIN_BASE_URL to an address that begins with https://.",
        )
    if "*" in hosts and not is_ones_own_machine():
        yield Error(
            "The site answers to any host name, so links in emails can be made to lead elsewhere.",
            hint="Set ALLOWED_HOSTS to the site's host names, with commas between them.",
        )
    elif not _is_allowed(address.hostname, hosts):
        yield Error(
            f"The site refuses requests for its own address, {address.hostname}.",
            hint="Add that name to ALLOWED_HOSTS, or mend WAGTAILADMIN_BASE_URL.",
        )
    if settings.SECURE_SSL_REDIRECT and not settings.SECURE_PROXY_SSL_HEADER:
        yield Advice(
            "Visitors are sent on to https without end if a proxy brings https to this site.",
            hint="Set BEHIND_PROXY=True if your proxy sets X-Forwarded-Proto.",
        )


def _is_allowed(name, hosts):
    return any(
        host in ("*", name) or (host.startswith(".") and f".{name}".endswith(host))
        for host in hosts
    )


@examine("The networks of proxies")
def _proxies():
    for network in settings.TRUSTED_PROXIES:
        try:
            ip_network(network)
        except ValueError as error:
            yield Error(
                f"TRUSTED_PROXIES: {error}.",
                hint="Write networks such as 10.0.0.0/8 in TRUSTED_PROXIES, with commas between.",
            )


@examine("The token for metrics")
def _metrics():
    if 0 < len(settings.METRICS_TOKEN) < SHORTEST_TOKEN:
        yield Error(
            "METRICS_TOKEN is short enough to be guessed.",
            hint="Set METRICS_TOKEN to what `openssl rand -hex 32` prints.",
        )


@examine("One machine or several")
def _several():
    in_redis = settings.CACHES["shared"]["BACKEND"].endswith(".RedisCache")
    if in_redis and connection.vendor == "sqlite":
        yield Advice(
            "Redis is for several machines, and SQLite can be used by one only.",
            hint="If several machines serve the site, set DATABASE_URL to a PostgreSQL.",
        )
    if not in_redis and connection.vendor != "sqlite" and not _is_here(settings.DATABASES):
        yield Advice(
            "The cache is on this machine alone.",
            hint="If several machines serve the site, set CACHE_URL to a Redis, "
            "or readers see old pages.",
        )


def _is_here(databases):
    return databases["default"].get("HOST", "") in ("", *_ONES_OWN_MACHINE)


# Places on disks -------------------------------------------------------------------


@examine("The folder of VAR_DIR")
def _var():
    hint = "Set VAR_DIR to a folder on a disk of this machine that the site may write to."
    try:
        _write(settings.VAR_DIR)
    except OSError as error:
        yield refused("VAR_DIR can't be written to.", error, hint)
    kind = _kind_of_disk(settings.VAR_DIR)
    if kind.startswith(NETWORK_DISKS):
        yield Error(f"VAR_DIR is on a network disk ({kind}): processes share memory in it.", hint)


@examine("The place of uploads")
def _uploads():
    if hasattr(default_storage, "look"):
        try:
            name = default_storage.save(
                f"doctor-{uuid.uuid4().hex}.txt", ContentFile(b"from the doctor")
            )
            try:
                is_open = default_storage.is_open(name)
            finally:
                default_storage.delete(name)
            if is_open:
                yield Error(
                    "The bucket gives files to anyone, also those of drafts and private pages.",
                    hint="Take public reading from the bucket's policy and its access lists "
                    "(on Amazon, “Block all public access”): the site hands files out itself.",
                )
        except OSError as error:
            yield refused(
                "Nothing can be written to the bucket, or deleted from it.",
                error,
                "See that the key of AWS_ACCESS_KEY_ID may list, read, write and delete in it.",
            )
    else:
        try:
            _write(settings.MEDIA_ROOT)
        except OSError as error:
            yield refused(
                "Uploads can't be kept.", error, "Let the site write to the folder of MEDIA_ROOT."
            )


def _write(folder):
    folder = Path(folder)
    if folder.exists():
        with TemporaryFile(dir=folder) as file:
            file.write(b"from the doctor")
    else:
        services.must_be_writable(folder)


def _kind_of_disk(folder, mounts="/proc/mounts") -> str:
    """Such as "ext4"; "" where the system does not say."""
    try:
        lines = Path(mounts).read_text().splitlines()
    except OSError:
        return ""
    kinds = {Path(line.split()[1]): line.split()[2] for line in lines}
    folder = Path(folder).resolve()
    return next((kinds[path] for path in (folder, *folder.parents) if path in kinds), "")


@examine("Style sheets and scripts")
def _static():
    hint = "Run `manage.py collectstatic`, then start the site again."
    if not hasattr(staticfiles_storage, "hashed_files"):
        return  # for developers: they are read where they are
    manifest = Path(staticfiles_storage.path(staticfiles_storage.manifest_name))
    if not manifest.exists():
        yield Error("Style sheets and scripts have not been collected.", hint=hint)
        return
    files = {
        name: Path(storage.path(name))
        for finder in get_finders()
        for name, storage in finder.list([])
    }
    collected = {Path(name).as_posix() for name in staticfiles_storage.hashed_files}
    newer = [
        name for name, file in files.items() if file.stat().st_mtime > manifest.stat().st_mtime
    ]
    missing = sorted({Path(name).as_posix() for name in files} - collected) or newer
    if missing:
        yield Error(
            f"Style sheets and scripts were collected before these came: {_few(missing)}.",
            hint=hint,
        )


def _few(names):
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


# Services --------------------------------------------------------------------------


@examine("Services: what /health/ready/ looks at")
def _services():
    services.forget()
    away = {
        finding.service.name: finding
        for finding in services.look_at_all(PATIENCE)
        if finding.status == "away"
    }
    if "database" in away:
        away.pop("worker", None)  # nobody can tell
    for name, finding in away.items():
        yield Error(f"{name.capitalize()}: {finding.error}", hint=finding.service.mend, obj=name)


@examine("Emails")
def _emails():
    smtp = settings.EMAIL_BACKEND.endswith("smtp.EmailBackend")
    if not smtp and not is_ones_own_machine():
        yield Error(
            "Emails go to files: nobody who signs up can confirm it.",
            hint="Set EMAIL_URL to your mail server, such as smtp+tls://user:password@host:587.",
        )
    if settings.DEFAULT_FROM_EMAIL.endswith("example.org") and not is_ones_own_machine():
        yield Error(
            "Emails come from an address that nobody has.",
            hint="Set DEFAULT_FROM_EMAIL to an address of yours.",
        )
    if smtp and settings.EMAIL_HOST_USER:
        server = get_connection(timeout=PATIENCE)
        try:
            server.open()
        except smtplib.SMTPAuthenticationError as error:
            yield Error(
                f"The mail server does not let us in: it answers {error.smtp_code}.",
                hint="Mend the user and the password in EMAIL_URL.",
            )
        except (OSError, smtplib.SMTPException):
            pass  # which the services have said
        finally:
            server.close()


# The database ----------------------------------------------------------------------


@examine("The tables of the database", needs_database=True)
def _migrations():
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        yield Error(
            f"{len(plan)} migrations are not applied, the first of them {plan[0][0]}.",
            hint="Run `manage.py migrate`, then start the site again.",
            obj="database",  # nothing else can be read
        )


@examine("The clock", needs_database=True)
def _clock():
    if connection.vendor != "postgresql":
        return  # it has this machine's
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        theirs = cursor.fetchone()[0]
    apart = abs((timezone.now() - theirs).total_seconds())
    if apart > CLOCKS_MAY_DIFFER:
        yield Error(
            f"This machine's clock and the database's are {apart:.0f} seconds apart.",
            hint="Have both set by NTP: see `timedatectl`.",
        )


@examine("The search index", needs_database=True)
def _search():
    if Page.objects.live().filter(depth__gt=1).exists() and not IndexEntry.objects.exists():
        yield Error(
            "There are pages, and search finds none of them.", hint="Run `manage.py update_index`."
        )


@examine("The site's record", needs_database=True)
def _site():
    address = urlsplit(settings.WAGTAILADMIN_BASE_URL)
    port = address.port or {"http": 80, "https": 443}.get(address.scheme)
    sites = list(Site.objects.all())
    if any((site.hostname, site.port) == (address.hostname, port) for site in sites):
        return
    known = ", ".join(f"{site.hostname}:{site.port}" for site in sites) or "none"
    yield Advice(
        f"No site is recorded at {address.hostname}:{port}, the address of "
        f"WAGTAILADMIN_BASE_URL, so links lead elsewhere. Recorded: {known}.",
        hint="Mend it in the editor, under Settings, Sites; or mend WAGTAILADMIN_BASE_URL.",
    )
