"""The tests: no service unless `DATABASE_URL` names one, nothing kept afterwards."""

import tempfile

from .base import *  # noqa: F403
from .base import DATABASES, RATES, STORAGES, TASKS

SECRET_KEY = "only-for-tests"  # noqa: S105
ALLOWED_HOSTS = ["*"]
WAGTAILADMIN_BASE_URL = "http://testserver"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CACHES = {
    name: {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": name}
    for name in ("default", "shared")
}
GENERATION_FILE = f"{tempfile.mkdtemp(prefix='generation-')}/number"
COUNTS_FILE = f"{tempfile.mkdtemp(prefix='counts-')}/counts.sqlite3"
RATES = dict.fromkeys(RATES, "")  # all tests come from one place
METRICS_DIR = tempfile.mkdtemp(prefix="metrics-")
MEDIA_ROOT = tempfile.mkdtemp(prefix="media-")
STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
TASKS_BACKEND = "immediate"
TASKS["default"]["BACKEND"] = "django_tasks.backends.immediate.ImmediateBackend"
DOWNLOADS_COUNTED_EVERY = None
BACKUP_KEY = ""
WHITENOISE_AUTOREFRESH = True  # no collected files are needed
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # In memory, under a name by which tests/conftest.py fills it. It ends as it does
    # because pytest-django puts the worker's name behind it.
    DATABASES["default"]["TEST"] = {"NAME": "file:tests?mode=memory&cache=shared&for="}
else:
    # A pool would hold connections open while the test database is dropped.
    del DATABASES["default"]["OPTIONS"]["pool"]
