"""The live service, and `make run`. Refuses to start half configured."""

from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from .base import *  # noqa: F403
from .base import env

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

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "cms.core.logs.DiscreetFormatter",
            "fmt": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line"},
        "stderr_warnings": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "level": "WARNING",
        },
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
    # Tasks that failed, but not a line for each that was done.
    "loggers": {
        name: {"handlers": ["stderr_warnings"], "propagate": False}
        for name in ("django_tasks", "django_tasks_db")
    },
}
