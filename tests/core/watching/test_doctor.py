"""What the doctor says: what is wrong, how to mend it, and nothing when all is well."""

import os
import subprocess
import sys
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from aiosmtpd.smtp import AuthResult
from django.core.checks import ERROR
from django.core.management import call_command
from django.utils import timezone
from wagtail.models import Site

from cms.core.watching import examinations
from tests import stores
from tests.factories import StandardPageFactory
from tests.ports import free_port
from tests.served import ROOT

HTTPS = "https://www.example.org"


@pytest.fixture
def live(settings):
    """The settings of a site that is live, and all right."""
    settings.WAGTAILADMIN_BASE_URL = HTTPS
    settings.ALLOWED_HOSTS = ["www.example.org"]
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST_USER = ""
    settings.DEFAULT_FROM_EMAIL = "hello@council.gov.uk"
    return settings


def found_by(examination) -> list[str]:
    """Such as ["wrong: The site's address is plain http: … | Set …"]."""
    return [
        f"{'wrong' if message.level >= ERROR else 'advice'}: {message.msg} | {message.hint}"
        for message in examination()
    ]


@pytest.fixture
def told(monkeypatch):
    """What the doctor prints, and its exit code, with examinations of the test's own."""
    monkeypatch.setattr(examinations, "_examinations", [])

    def told(*args):
        out = StringIO()
        try:
            call_command("doctor", *args, stdout=out, no_color=True)
        except SystemExit as ended:
            return out.getvalue(), ended.code
        return out.getvalue(), 0

    return told


def say(*messages, what="A thing", **options):
    examinations.examine(what, **options)(lambda: messages)


def test_what_is_right_is_said_only_when_asked_for(told):
    say(what="The weather")
    assert told() == ("Nothing is wrong. Advice: 0.\n", 0)
    assert told("-v", "2")[0].startswith("Right   The weather\n")


def test_advice_alone_fails_nobody(told):
    say(examinations.Advice("It is late.", hint="Go home."))
    text, code = told()
    assert (text.splitlines()[:2], code) == (["Advice  It is late.", "        Go home."], 0)


def test_what_is_wrong_ends_with_one(told):
    say(examinations.Error("redis://u:secret@host is away.", hint="Start it."))
    text, code = told()
    assert code == 1
    assert "Wrong   redis://[secret]@host is away.\n        Start it.\n" in text
    assert "To mend: 1. Advice: 0." in text


def test_an_examination_that_fails_is_a_finding_and_the_rest_goes_on(told):
    examinations.examine("The moon")(lambda: 1 / 0)
    say(what="The weather")
    text, code = told("-v", "2")
    assert "Wrong   The moon: this could not be looked at. ZeroDivisionError" in text
    assert "Right   The weather" in text
    assert code == 1


def test_without_a_database_what_is_in_it_is_not_looked_at(told):
    say(examinations.Error("Database: away.", hint="Start it.", obj="database"))
    examinations.examine("Its tables", needs_database=True)(lambda: pytest.fail("looked at"))
    assert told()[0].count("Wrong") == 1


# What is looked at ------------------------------------------------------------------


def test_a_live_site_that_is_right_is_right(live):
    for examination in (
        examinations._address,
        examinations._proxies,
        examinations._metrics,
        examinations._several,
        examinations._var,
        examinations._uploads,
        examinations._emails,
    ):
        assert found_by(examination) == [], examination


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"WAGTAILADMIN_BASE_URL": "http://www.example.org"}, "wrong: The site's address is plain"),
        ({"ALLOWED_HOSTS": ["*"]}, "wrong: The site answers to any host name"),
        ({"ALLOWED_HOSTS": ["example.org"]}, "wrong: The site refuses requests for its own"),
        ({"SECURE_PROXY_SSL_HEADER": None}, "advice: Visitors are sent on to https without end"),
    ],
)
def test_an_address_that_can_not_work_is_found(live, changed, said):
    for name, value in changed.items():
        setattr(live, name, value)
    (found,) = found_by(examinations._address)
    assert found.startswith(said)
    assert any(name in found for name in ("WAGTAILADMIN_BASE_URL", "ALLOWED_HOSTS", "BEHIND_PROXY"))


def test_a_host_may_be_named_by_its_domain(live):
    live.ALLOWED_HOSTS = [".example.org"]
    assert found_by(examinations._address) == []


def test_debug_and_a_weak_key_are_wrong_and_https_is_said_once(settings):
    settings.DEBUG = True
    settings.SECURE_SSL_REDIRECT = False
    found = found_by(examinations._django)
    wrong = [each for each in found if each.startswith("wrong")]
    assert any("DEBUG" in each for each in wrong)
    assert any("SECRET_KEY" in each for each in wrong)
    assert not any("SSL" in each or "HSTS" in each for each in found)


def test_a_network_of_proxies_that_is_none_is_found(live):
    live.TRUSTED_PROXIES = ["10.0.0.0/8", "10.0.0.1/8"]
    (found,) = found_by(examinations._proxies)
    assert "10.0.0.1/8" in found


def test_a_token_that_can_be_guessed_is_found(live):
    live.METRICS_TOKEN = "metrics"
    (found,) = found_by(examinations._metrics)
    assert "metrics" not in found.partition("|")[0].replace("METRICS_TOKEN", "")


def test_emails_that_reach_nobody_are_found_on_a_live_site_only(live):
    live.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    live.DEFAULT_FROM_EMAIL = "co-production@southend.example.org"
    files, address = found_by(examinations._emails)
    assert "EMAIL_URL" in files
    assert "DEFAULT_FROM_EMAIL" in address
    live.WAGTAILADMIN_BASE_URL = "http://127.0.0.1:8000"
    assert found_by(examinations._emails) == []


def test_a_mail_server_that_knows_us_not_is_found(live):
    refusing = Controller(
        Sink(),
        hostname="127.0.0.1",
        port=free_port(),
        authenticator=lambda *args: AuthResult(success=False, handled=False),
        auth_require_tls=False,
    )
    refusing.start()
    live.EMAIL_HOST, live.EMAIL_PORT = refusing.hostname, refusing.port
    live.EMAIL_HOST_USER, live.EMAIL_HOST_PASSWORD = "site", "a-secret"
    try:
        (found,) = found_by(examinations._emails)
    finally:
        refusing.stop()
    assert "does not let us in" in found
    assert "a-secret" not in found


def test_sqlite_beside_redis_is_advised_against(settings):
    redis = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://x"}
    settings.CACHES = {"default": redis, "shared": redis}
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        (found,) = found_by(examinations._several)
        assert found.startswith("advice")
        assert "DATABASE_URL" in found


def test_a_folder_that_is_none_is_found(settings, tmp_path):
    (tmp_path / "file").write_text("")
    settings.VAR_DIR = settings.MEDIA_ROOT = tmp_path / "file" / "folder"
    for examination, name in ((examinations._var, "VAR_DIR"), (examinations._uploads, "MEDIA")):
        (found,) = found_by(examination)
        assert found.startswith("wrong")
        assert name in found


def test_a_network_disk_is_known_by_its_mount(tmp_path):
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/sda / ext4 rw 0 0\nserver:/x {tmp_path}/shared nfs4 rw 0 0\n")
    kind = examinations._kind_of_disk
    assert kind(tmp_path / "shared" / "var", mounts) == "nfs4"
    assert kind(tmp_path / "var", mounts) == "ext4"
    assert kind(tmp_path, tmp_path / "no-such-system") == ""


def test_var_on_a_network_disk_is_wrong(settings, monkeypatch):
    monkeypatch.setattr(examinations, "_kind_of_disk", lambda folder: "nfs4")
    (found,) = found_by(examinations._var)
    assert "network disk (nfs4)" in found


def test_a_bucket_is_written_to_and_left_as_it_was(settings):
    with stores.working() as (address, client):
        settings.STORAGES = stores.bucket_settings(address)
        before = client.list_objects_v2(Bucket="media").get("Contents")
        assert found_by(examinations._uploads) == []
        assert client.list_objects_v2(Bucket="media").get("Contents") == before


def test_a_bucket_that_gives_files_to_anyone_is_found(settings):
    with stores.working() as (address, client):
        storages = stores.bucket_settings(address)
        storages["default"]["OPTIONS"]["default_acl"] = "public-read"
        settings.STORAGES = storages
        (found,) = found_by(examinations._uploads)
        assert client.list_objects_v2(Bucket="media").get("Contents") is None
    assert "gives files to anyone" in found
    assert "Block all public access" in found


def test_a_bucket_that_takes_nothing_is_found(settings):
    with stores.full() as address:
        settings.STORAGES = stores.bucket_settings(address)
        (found,) = found_by(examinations._uploads)
    assert "AWS_ACCESS_KEY_ID" in found


@pytest.fixture
def collected(settings, tmp_path):
    """A site with one style sheet, which has been collected."""
    settings.STATICFILES_DIRS = [tmp_path / "static"]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATIC_ROOT = tmp_path / "collected"
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {
            "BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage",
        },
    }
    style = tmp_path / "static" / "site.css"
    style.parent.mkdir()
    style.write_text("a {}")
    return style


def test_style_sheets_that_were_not_collected_are_found(collected):
    (found,) = found_by(examinations._static)
    assert "have not been collected" in found
    assert "collectstatic" in found


def test_style_sheets_that_are_newer_than_what_was_collected_are_found(collected):
    call_command("collectstatic", "--noinput", verbosity=0)
    assert found_by(examinations._static) == []
    later = timezone.now().timestamp() + 60
    os.utime(collected, (later, later))
    (found,) = found_by(examinations._static)
    assert "site.css" in found


def test_services_that_are_away_are_named_with_how_to_mend_them(pretended):
    pretended.service("mail", fails="Connection refused")
    pretended.service("cache")
    (found,) = found_by(examinations._services)
    assert found == "wrong: Mail: OSError: Connection refused | Mend the mail."


def test_tables_that_are_not_up_to_date_are_found(db, monkeypatch):
    assert found_by(examinations._migrations) == []
    monkeypatch.setattr(
        examinations.MigrationExecutor, "migration_plan", lambda *_: [("core.0009_new", False)]
    )
    (found,) = found_by(examinations._migrations)
    assert "1 migrations are not applied, the first of them core.0009_new" in found
    assert "manage.py migrate" in found


def test_clocks_that_are_apart_are_found_where_there_are_two(db, monkeypatch):
    assert found_by(examinations._clock) == []
    if examinations.connection.vendor == "postgresql":
        now = timezone.now
        monkeypatch.setattr(timezone, "now", lambda: now() + timedelta(minutes=1))
        (found,) = found_by(examinations._clock)
        assert "60 seconds apart" in found


def test_an_empty_search_index_is_found(home):
    StandardPageFactory(parent=home)
    assert found_by(examinations._search) == []
    examinations.IndexEntry.objects.all().delete()
    (found,) = found_by(examinations._search)
    assert "update_index" in found


def test_a_site_recorded_at_another_address_is_found(home, live):
    (found,) = found_by(examinations._site)
    assert "www.example.org:443" in found
    assert "Recorded: testserver:80" in found
    Site.objects.update(hostname="www.example.org", port=443)
    assert found_by(examinations._site) == []


def test_the_makers_of_downloads_are_tried(monkeypatch):
    from resources import watching

    assert found_by(watching._makers) == []

    def gone():
        raise OSError("No pandoc was found")

    monkeypatch.setattr("pypandoc.get_pandoc_version", gone)
    (found,) = found_by(watching._makers)
    assert "pip install" in found


def test_a_site_that_is_not_configured_hears_one_sentence(tmp_path):
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "cms.settings.production",
        "SECRET_KEY": "",
        "ALLOWED_HOSTS": "",
        "WAGTAILADMIN_BASE_URL": "",
    }
    done = subprocess.run(  # noqa: S603
        [sys.executable, Path(ROOT, "manage.py"), "doctor"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    (line,) = done.stderr.strip().splitlines()
    assert line.startswith("The site is not configured: Set SECRET_KEY to")
