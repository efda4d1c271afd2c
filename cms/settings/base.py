"""What is the same everywhere. Everything that differs comes from the environment."""

from pathlib import Path

import environ

BASE_DIR = Path(__file__).resolve().parents[2]

env = environ.Env()
env.read_env(BASE_DIR / ".env")

# What the site keeps for itself, and what all processes of this machine share.
VAR_DIR = Path(env("VAR_DIR", default=str(BASE_DIR / "var")))

DEBUG = False

INSTALLED_APPS = [
    # Before our event log, which tells of a page that moved when its redirect has been made.
    "wagtail.contrib.redirects",
    # Ours come before the others, so that our templates and commands win.
    "home",
    "programme",
    "resources",
    "search",
    "cms.api",
    "cms.delivery",
    "cms.events",
    "cms.core",
    "wagtail.api.v2",
    "wagtail.contrib.forms",
    "wagtail.contrib.routable_page",
    "wagtail.contrib.settings",
    "wagtail.contrib.typed_table_block",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "wagtail_modeladmin",
    "modelcluster",
    "taggit",
    "django_tasks_db",
    "django_filters",
    "corsheaders",
    "ninja",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.sitemaps",
]

MIDDLEWARE = [
    "cms.delivery.keeping.keeping_middleware",  # sees what all others have made of an answer
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
    "cms.core.middleware.references_middleware",
    "cms.core.middleware.store_middleware",
]

ROOT_URLCONF = "cms.urls"
WSGI_APPLICATION = "cms.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "wagtail.contrib.settings.context_processors.settings",
            ],
            "builtins": ["cms.core.templatetags.core_tags"],
        },
    },
]
# Our own templates may restyle Wagtail's and Django's form widgets.
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
INSTALLED_APPS.append("django.forms")

# Database ------------------------------------------------------------------

VAR_DIR.mkdir(parents=True, exist_ok=True)
DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'db.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        # Readers go on while one writer writes, and a writer waits its turn
        # rather than fail half-way: https://sqlite.org/wal.html
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
    }
else:
    DATABASES["default"]["OPTIONS"] = {"pool": True}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Cache, mail, media ----------------------------------------------------------

# "shared" is what all processes must agree on: in files of this machine, until a
# service says otherwise.
CACHES = {"default": env.cache("CACHE_URL", default="locmemcache://")}
CACHES["shared"] = (
    CACHES["default"]
    if env("CACHE_URL", default="")
    else {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": VAR_DIR / "cache",
    }
)
# The number that all processes of this machine compare before they give a kept page;
# several machines have it in Redis.
GENERATION_FILE = VAR_DIR / "generation"

# How long caches, ours and those in front of the site, may keep a page or an answer of
# the APIs, and for how long those in front may give the old one while they ask for the
# new one; seconds. Ours gives no answer that has changed.
SHARED_MAX_AGE = env.int("SHARED_MAX_AGE", default=60)
STALE_WHILE_REVALIDATE = env.int("STALE_WHILE_REVALIDATE", default=60)

# The page cache: how many answers each process keeps, and how much of them.
PAGE_CACHE = env.bool("PAGE_CACHE", default=True)
PAGE_CACHE_ENTRIES = env.int("PAGE_CACHE_ENTRIES", default=2000)
PAGE_CACHE_BYTES = env.int("PAGE_CACHE_BYTES", default=16 * 1024 * 1024)

EMAIL_FILE_PATH = VAR_DIR / "mail"
vars().update(env.email("EMAIL_URL", default=f"filemail:///{EMAIL_FILE_PATH}"))
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="co-production@southend.example.org")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

MEDIA_ROOT = Path(env("MEDIA_ROOT", default=str(BASE_DIR / "media")))
MEDIA_URL = "/media/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
AWS_STORAGE_BUCKET_NAME = env("AWS_STORAGE_BUCKET_NAME", default="")
if AWS_STORAGE_BUCKET_NAME:
    STORAGES["default"]["BACKEND"] = "cms.core.storage.BucketStorage"
    AWS_S3_ENDPOINT_URL = env("AWS_S3_ENDPOINT_URL", default=None)
    AWS_S3_REGION_NAME = env("AWS_S3_REGION_NAME", default=None)
    AWS_S3_ACCESS_KEY_ID = env("AWS_ACCESS_KEY_ID", default=None)
    AWS_S3_SECRET_ACCESS_KEY = env("AWS_SECRET_ACCESS_KEY", default=None)

# Work in the background ------------------------------------------------------
# "database": done by a worker, which `manage.py serve` starts. "immediate": done
# before the answer is given, for tests and for trying things out.

TASKS_BACKEND = env("TASKS_BACKEND", default="database")
TASKS = {
    "default": {
        "BACKEND": {
            "database": "django_tasks_db.DatabaseBackend",
            "immediate": "django_tasks.backends.immediate.ImmediateBackend",
        }[TASKS_BACKEND],
        "QUEUES": [],  # any
    }
}

# Webhooks --------------------------------------------------------------------
# Whether they may go to addresses inside private networks, and to plain http.

WEBHOOK_ALLOW_PRIVATE_NETWORKS = env.bool("WEBHOOK_ALLOW_PRIVATE_NETWORKS", default=False)

# What `manage.py serve` does once a day. Without it, have them run by cron or a timer.
DAILY_COMMANDS = ["purge_sign_ups", "purge_deliveries"]
if TASKS_BACKEND == "database":
    DAILY_COMMANDS.append("prune_db_task_results")

# Static files ----------------------------------------------------------------

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = VAR_DIR / "static"

# Language and time -------------------------------------------------------------

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_I18N = True
WAGTAIL_I18N_ENABLED = False  # pages in one language; documents have their own
USE_TZ = True

# People ----------------------------------------------------------------------

AUTH_USER_MODEL = "core.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
AUTH_PASSWORD_VALIDATORS[1]["OPTIONS"] = {"min_length": 12}
# Messages to editors stay in their session: no third cookie.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
LOGIN_URL = "wagtailadmin_login"
LOGIN_REDIRECT_URL = "wagtailadmin_home"

# Wagtail ----------------------------------------------------------------------

WAGTAIL_SITE_NAME = env("WAGTAIL_SITE_NAME", default="Co-production Southend")
WAGTAILIMAGES_IMAGE_MODEL = "core.Image"
WAGTAILIMAGES_IMAGE_FORM_BASE = "cms.core.uploads.ImageForm"
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 15 * 1024 * 1024
WAGTAILIMAGES_EXTENSIONS = ["avif", "gif", "jpg", "jpeg", "png", "webp"]
WAGTAILDOCS_DOCUMENT_MODEL = "resources.Document"
WAGTAILDOCS_DOCUMENT_FORM_BASE = "resources.forms.DocumentForm"
WAGTAILDOCS_MAX_UPLOAD_SIZE = 50 * 1024 * 1024
WAGTAILDOCS_EXTENSIONS = [
    "csv", "docx", "epub", "jpg", "jpeg", "odp", "ods", "odt", "pdf", "png", "pptx", "rtf",
    "txt", "xlsx", "zip",
]  # fmt: skip
# Every document goes through its view, which honours private collections.
WAGTAILDOCS_SERVE_METHOD = "serve_view"
DOWNLOADS_COUNTED_EVERY = 1  # seconds between two writes of the counts; None: only when told to
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "cms.core.search_backend"}}
WAGTAILAPI_RICH_TEXT_FORMAT = "html"
WAGTAILAPI_LIMIT_MAX = 100
WAGTAIL_WORKFLOW_CANCEL_ON_PUBLISH = True
WAGTAILADMIN_RECENT_EDITS_LIMIT = 8
WAGTAILEMBEDS_FINDERS = []  # embeds would send readers to third parties
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None  # no editor's address goes to a third party
TAGGIT_CASE_INSENSITIVE = True
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000  # a long page has many fields

REST_FRAMEWORK = {
    # The API shows what is public and nothing else, so it asks nobody who they are.
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "UNAUTHENTICATED_USER": None,
}

# Sign-ups ----------------------------------------------------------------------

SIGN_UPS_FROM_ONE_PLACE = env.int("SIGN_UPS_FROM_ONE_PLACE", default=20)  # in an hour
SIGN_UPS_FOR_ONE_EMAIL = env.int("SIGN_UPS_FOR_ONE_EMAIL", default=3)  # in a day
# Networks of our own proxies, such as 10.0.0.0/8: they say where a request comes from.
TRUSTED_PROXIES = env.list("TRUSTED_PROXIES", default=[])

# The content API ----------------------------------------------------------------

# Front ends at these addresses may read the APIs from a browser.
CORS_ALLOWED_ORIGINS = env.list("CORS_ALLOWED_ORIGINS", default=[])
CORS_URLS_REGEX = r"^/api/"
CORS_ALLOW_METHODS = ["GET", "HEAD", "OPTIONS"]
CORS_EXPOSE_HEADERS = [
    "Cache-Tag", "Content-Length", "ETag", "Last-Modified", "Retry-After", "Surrogate-Key",
]  # fmt: skip
CORS_PREFLIGHT_MAX_AGE = 86_400

# The browser ------------------------------------------------------------------

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"  # Wagtail lets its own previews be framed by the editor
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
