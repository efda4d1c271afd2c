"""The live service, and `make run`. Refuses to start half configured."""

from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from .base import *  # noqa: F403
from .base import LOCAL_PASSWORDS, LOG_FORMAT, env

_REQUIRED = {
    "SECRET_KEY": "a long random string that you keep secret",
    "ALLOWED_HOSTS": "the site's host names, with commas between them",
    "WAGTAILADMIN_BASE_URL": "the site's address, such as https://www.example.org",
}
_missing = [name for name in _REQUIRED if not env(name, default="")]
if _missing:
    raise ImproperlyConfigured(
        "Set "
        + "; ".join(f"{name} to {_REQUIRED[name]}" for name in _missing)
        + ", in the environment or in .env."
    )

SECRET_KEY = env("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")
WAGTAILADMIN_BASE_URL = env("WAGTAILADMIN_BASE_URL").rstrip("/")

# One decision: an https address makes every cookie and link secure. A plain
# address is for trying the site on one's own machine.
_SECURE = urlsplit(WAGTAILADMIN_BASE_URL).scheme == "https"
SECURE_SSL_REDIRECT = _SECURE
SESSION_COOKIE_SECURE = _SECURE
CSRF_COOKIE_SECURE = _SECURE
SECURE_HSTS_SECONDS = 31_536_000 if _SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _SECURE
SECURE_HSTS_PRELOAD = _SECURE
CSRF_TRUSTED_ORIGINS = [WAGTAILADMIN_BASE_URL]
if env.bool("BEHIND_PROXY", default=False):
    # Only when a proxy of ours sets, and never passes on, this header.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# The same decision: a site that others reach needs more than a password. On one's own machine
# a newcomer can look round without a phone.
SECOND_FACTOR = env("SECOND_FACTOR", default="required" if _SECURE else "offered")
if SECOND_FACTOR not in ("off", "offered", "required"):
    raise ImproperlyConfigured("Set SECOND_FACTOR to off, offered or required.")
if LOCAL_PASSWORDS not in ("everyone", "administrators"):
    raise ImproperlyConfigured("Set LOCAL_PASSWORDS to everyone or administrators.")

if LOG_FORMAT not in ("line", "json"):
    raise ImproperlyConfigured("Set LOG_FORMAT to line or json.")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "cms.core.logs.DiscreetFormatter",
            "fmt": "%(asctime)s %(levelname)s %(name)s%(about)s %(message)s",
        },
        "json": {"()": "cms.core.logs.JSONFormatter"},
    },
    "filters": {
        "for_readers": {"()": "cms.core.logs.ForReaders"},
        "not_of_commands": {"()": "cms.core.logs.NotOfCommands"},
    },
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT},
        "stderr_warnings": {
            "class": "logging.StreamHandler",
            "formatter": LOG_FORMAT,
            "level": "WARNING",
        },
        # The audit log is for programs, whatever the rest is for.
        "audit": {
            "class": "logging.StreamHandler",
            "stream": "ext://sys.stdout",
            "formatter": "json",
            "filters": ["not_of_commands"],
        },
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        # Tasks that failed, but not a line for each that was done.
        **{
            name: {"handlers": ["stderr_warnings"], "propagate": False}
            for name in ("django_tasks", "django_tasks_db")
        },
        "cms.accounts.audit": {"handlers": ["audit"], "propagate": False},
        # It says with a name and an address what the audit log says without.
        "axes": {"level": "ERROR"},
        "django.request": {"filters": ["for_readers"]},
        # A line for each request is for programs.
        "cms.requests": {"level": "INFO" if LOG_FORMAT == "json" else "WARNING"},
    },
}
