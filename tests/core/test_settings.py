"""The live settings refuse to start half configured, and say what to set."""

import os
import subprocess
import sys

import pytest

WHOLE = {
    "SECRET_KEY": "x" * 60,
    "ALLOWED_HOSTS": "www.example.org",
    "WAGTAILADMIN_BASE_URL": "https://www.example.org",
}


def start(code="", **values):
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in (*WHOLE, "DJANGO_SETTINGS_MODULE")
    }
    # An empty value stands before what a developer's own .env may say.
    environment |= {**dict.fromkeys(WHOLE, ""), **values}
    return subprocess.run(  # noqa: S603
        [sys.executable, "-c", f"from cms.settings import production as p; {code}"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("missing", WHOLE)
def test_each_missing_setting_is_named_in_one_sentence(missing):
    result = start(**{name: value for name, value in WHOLE.items() if name != missing})
    assert result.returncode != 0
    last = result.stderr.strip().splitlines()[-1]
    assert f"Set {missing} to" in last


def test_with_all_of_them_it_starts_and_every_cookie_is_secure():
    result = start(
        "print(p.SESSION_COOKIE_SECURE, p.CSRF_COOKIE_SECURE, p.SECURE_SSL_REDIRECT, p.DEBUG)",
        **WHOLE,
    )
    assert result.stdout.split() == ["True", "True", "True", "False"], result.stderr


def test_a_plain_address_is_for_ones_own_machine_and_needs_no_certificate():
    result = start(
        "print(p.SESSION_COOKIE_SECURE, p.SECURE_SSL_REDIRECT)",
        **{**WHOLE, "WAGTAILADMIN_BASE_URL": "http://127.0.0.1:8000"},
    )
    assert result.stdout.split() == ["False", "False"], result.stderr


def test_services_are_chosen_by_one_variable_each():
    result = start(
        "print(p.DATABASES['default']['ENGINE'], p.CACHES['default']['BACKEND'], "
        "p.EMAIL_BACKEND, p.STORAGES['default']['BACKEND'])",
        **WHOLE,
        DATABASE_URL="postgres://user@db/site",
        CACHE_URL="redis://cache:6379/1",
        EMAIL_URL="smtp://mail:25",
        AWS_STORAGE_BUCKET_NAME="media",
    )
    assert result.stdout.split() == [
        "django.db.backends.postgresql",
        "cms.core.cache.RedisCache",
        "django.core.mail.backends.smtp.EmailBackend",
        "cms.core.storage.BucketStorage",
    ], result.stderr


def test_an_empty_name_of_a_cache_is_none():
    result = start("print(p.CACHES['default']['BACKEND'])", **WHOLE, CACHE_URL="")
    assert result.stdout.split() == ["django.core.cache.backends.locmem.LocMemCache"], result.stderr


@pytest.mark.parametrize(
    ("address", "chosen"),
    [("https://www.example.org", "required"), ("http://127.0.0.1:8000", "offered")],
)
def test_the_second_factor_is_required_of_a_live_site_and_not_of_a_newcomer(address, chosen):
    result = start("print(p.SECOND_FACTOR)", **{**WHOLE, "WAGTAILADMIN_BASE_URL": address})
    assert result.stdout.strip() == chosen, result.stderr


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("SECOND_FACTOR", "Set SECOND_FACTOR to off, offered or required."),
        ("LOCAL_PASSWORDS", "Set LOCAL_PASSWORDS to everyone or administrators."),
    ],
)
def test_a_choice_that_there_is_not_is_named_in_one_sentence(name, sentence):
    result = start(**WHOLE, **{name: "maybe"})
    assert result.stderr.strip().endswith(sentence)


def test_groups_of_a_provider_are_written_in_one_line():
    result = start("print(p.OIDC_GROUPS)", **WHOLE, OIDC_GROUPS="cms editors=Editors,it=Admins")
    assert result.stdout.strip() == "{'cms editors': 'Editors', 'it': 'Admins'}", result.stderr
