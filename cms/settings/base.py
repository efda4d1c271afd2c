"""What is the same everywhere. Everything that differs comes from the environment."""

from datetime import timedelta
from pathlib import Path

import environ

BASE_DIR = Path(__file__).resolve().parents[2]

env = environ.Env()
env.read_env(BASE_DIR / ".env")

# What the site keeps for itself, and what all processes of this machine share.
VAR_DIR = Path(env("VAR_DIR", default=str(BASE_DIR / "var")))

DEBUG = False

INSTALLED_APPS = [
    # Ours come first, so that our templates and commands win.
    "home",
    "programme",
    "resources",
    "search",
    "cms.backup",
    "cms.api",
    "cms.delivery",
    "cms.accounts",
    "cms.core",
    "wagtail.api.v2",
    "wagtail.contrib.forms",
    "wagtail.contrib.redirects",
    # It hears of a new address after a redirect from the old one is made, and of a page that
    # is deleted before Wagtail unpublishes it.
    "cms.events",
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
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.sitemaps",
]

MIDDLEWARE = [
    "cms.core.watching.requests.watching_middleware",  # load balancers ask by address: first
    "cms.delivery.keeping.keeping_middleware",  # sees what all others have made of an answer
    "cms.core.policy.PolicyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "cms.core.limits.database.database_middleware",  # below it, all ask the database
    "django.contrib.sessions.middleware.SessionMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.middleware.common.CommonMiddleware",
    "cms.core.limits.throttling.throttling_middleware",  # before anyone reads a body
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "axes.middleware.AxesMiddleware",
    "cms.accounts.middleware.accounts_middleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "cms.core.middleware.DiscreetRedirectMiddleware",
    "cms.core.middleware.references_middleware",
    "cms.core.middleware.site_middleware",
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
    # Opening the file and setting the above for each request costs more than a small query.
    DATABASES["default"]["CONN_MAX_AGE"] = None
else:
    # PostgreSQL compiles queries that it takes for long ones. Ours have many joins and few
    # rows: compiling took 0.7 s where reading took 2 ms.
    DATABASES["default"]["OPTIONS"] = {
        # Who gets no connection in this time is told that the database is away. New ones are
        # tried for as long, and then when they are asked for.
        "pool": {
            "timeout": 3,
            "reconnect_timeout": 3,
            "min_size": 2,
            # The library's default is four, for which our threads would wait until some give up.
            "max_size": env.int("DATABASE_CONNECTIONS", default=12),
        },
        "options": "-c jit=off",
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Limits --------------------------------------------------------------------------
# What a request may be, and how many there may be: the table is in docs/operations.md.

KIB, MIB = 1024, 1024 * 1024
CONNECTIONS = env.int("CONNECTIONS", default=10_000)  # open at once, to all processes of a machine
LARGEST_HEAD = env.int("LARGEST_HEAD", default=32 * KIB)  # bytes of a request before its body
LONGEST_ADDRESS = env.int("LONGEST_ADDRESS", default=4000)  # characters, with the query
HEAD_SECONDS = env.int("HEAD_SECONDS", default=15)  # for the head, and between two requests
# For a body: so long, and longer while it comes at this pace.
BODY_SECONDS = env.int("BODY_SECONDS", default=20)
BODY_BYTES_A_SECOND = env.int("BODY_BYTES_A_SECOND", default=8 * KIB)
# On PostgreSQL, for one query of a process that serves; commands and the worker take their time.
STATEMENT_SECONDS = env.int("STATEMENT_SECONDS", default=20)

LARGEST_BODY = env.int("LARGEST_BODY", default=256 * KIB)  # of what anyone sends
LARGEST_PICTURE = env.int("LARGEST_PICTURE", default=15 * MIB)
LARGEST_DOCUMENT = env.int("LARGEST_DOCUMENT", default=50 * MIB)
MOST_PIXELS = 100_000_000  # takes 400 MB for a while, unless it is a JPEG
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000  # a long page has many fields
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * MIB  # of a form, without its files
# What those send who have signed in, or have a token; and where.
LARGEST_UPLOAD = max(LARGEST_PICTURE, LARGEST_DOCUMENT) + DATA_UPLOAD_MAX_MEMORY_SIZE
UPLOADS_AT = ("/admin/", "/api/v3-preview/")

# How often one place may ask for what is made for it alone; "" for as often as it likes.
# https://limits.readthedocs.io/en/stable/quickstart.html#rate-limit-string-notation
RATES = {
    "search": env("RATE_SEARCH", default="120/minute"),
    "api": env("RATE_API", default="600/minute"),  # without a token
    "token": env("RATE_TOKEN", default="6000/minute"),  # of one token
    "form": env("RATE_FORM", default="30/minute"),  # a sign-up form, sent
    "password": env("RATE_PASSWORD", default="60/10 minutes"),  # of a page
    "post": env("RATE_POST", default="120/minute"),  # whatever else is sent without signing in
}
# What was counted, for the processes of this machine; in Redis where CACHE_URL names one.
COUNTS_FILE = VAR_DIR / "counts.sqlite3"
# Networks of our own proxies, such as 10.0.0.0/8: they say where a request comes from.
TRUSTED_PROXIES = env.list("TRUSTED_PROXIES", default=[])

# Cache, mail, media ----------------------------------------------------------

# "shared" is what all processes must agree on: in files of this machine, until a
# service says otherwise.
CACHE_URL = env("CACHE_URL", default="")  # empty: none
CACHES = {"default": env.cache_url_config(CACHE_URL or "locmemcache://")}
if CACHES["default"]["BACKEND"].endswith(".RedisCache"):
    CACHES["default"]["BACKEND"] = "cms.core.cache.RedisCache"  # one that may be away
CACHES["shared"] = (
    CACHES["default"]
    if CACHE_URL
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

# Caches in front of the site that are told what to forget: their addresses. docs/edge.md
EDGE_PURGE_URL = env.list("EDGE_PURGE_URL", default=[])
WAGTAILFRONTENDCACHE = {
    url: {"BACKEND": "cms.delivery.edge.backend.EdgeBackend", "LOCATION": url}
    for url in EDGE_PURGE_URL
}

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

# Backups ---------------------------------------------------------------------
# A key of age: the public one (age1…) is enough to back up, the secret one restores as well.

BACKUP_KEY = env("BACKUP_KEY", default="")

# What `manage.py daily` does, each once a day.
DAILY_COMMANDS = [
    "purge_sign_ups", "purge_deliveries", "purge_previews", "make_renditions", "tidy_feed",
    "tidy_accounts", "clearsessions",
]  # fmt: skip
if TASKS_BACKEND == "database":
    DAILY_COMMANDS.append("prune_db_task_results")

# Static files ----------------------------------------------------------------

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(env("STATIC_ROOT", default=str(VAR_DIR / "static")))

# Language and time -------------------------------------------------------------

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_I18N = True
WAGTAIL_I18N_ENABLED = False  # pages in one language; documents have their own
USE_TZ = True

# People ----------------------------------------------------------------------

AUTH_USER_MODEL = "core.User"
# As the NCSC advises: long, and not one that everybody knows. Nothing is asked of its
# letters, and it does not have to be changed. docs/decisions/0028-sign-in.md
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "cms.accounts.passwords.LongEnough", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
# Messages to editors stay in their session: no third cookie.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
LOGIN_URL = "wagtailadmin_login"
LOGIN_REDIRECT_URL = "wagtailadmin_home"
WAGTAILADMIN_USER_LOGIN_FORM = "cms.accounts.forms.SignInForm"
# People are known by their address: who may change one's own could take on a colleague's.
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",  # refuses who has tried too often
    "django.contrib.auth.backends.ModelBackend",
]

# Sign-in ---------------------------------------------------------------------
# cms/accounts; docs/operations.md says what to choose.

# "off", "offered" to everyone, or "required" of administrators and publishers.
SECOND_FACTOR = env("SECOND_FACTOR", default="offered")
OTP_TOTP_ISSUER = env("WAGTAIL_SITE_NAME", default="Co-production Southend")  # in the app

# Wrong passwords for one name from one address; from one address for any names; and for
# how many minutes they count.
SIGN_IN_TRIES = env.int("SIGN_IN_TRIES", default=5)
SIGN_IN_TRIES_FROM_ADDRESS = env.int("SIGN_IN_TRIES_FROM_ADDRESS", default=50)
SIGN_IN_WAIT_MINUTES = env.int("SIGN_IN_WAIT_MINUTES", default=15)
AXES_HANDLER = "cms.accounts.throttle.Handler"
AXES_FAILURE_LIMIT = SIGN_IN_TRIES
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_COOLOFF_TIME = timedelta(minutes=SIGN_IN_WAIT_MINUTES)
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_USERNAME_FORM_FIELD = "username"
AXES_USERNAME_CALLABLE = "cms.accounts.throttle.name_of"
AXES_CLIENT_IP_CALLABLE = "cms.accounts.throttle.address_of"
AXES_LOCKOUT_CALLABLE = "cms.accounts.throttle.locked"
AXES_DISABLE_ACCESS_LOG = True  # the audit log has it
AXES_VERBOSE = False

# A session ends when it is not used, after some hours whatever happens, and with the browser.
SESSION_IDLE_MINUTES = env.int("SESSION_IDLE_MINUTES", default=60)
SESSION_HOURS = env.int("SESSION_HOURS", default=12)
SESSION_COOKIE_AGE = SESSION_IDLE_MINUTES * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
# Before a dangerous act, the password is asked for again if it is longer ago.
CONFIRM_MINUTES = env.int("CONFIRM_MINUTES", default=15)

# Single sign-on by OpenID Connect, when there is an issuer.
OIDC_ISSUER = env("OIDC_ISSUER", default="")
OIDC_CLIENT_ID = env("OIDC_CLIENT_ID", default="")
OIDC_CLIENT_SECRET = env("OIDC_CLIENT_SECRET", default="")
OIDC_NAME = env("OIDC_NAME", default="your organisation's account")  # Sign in with …
OIDC_SCOPES = env("OIDC_SCOPES", default="openid email profile")
OIDC_GROUPS_CLAIM = env("OIDC_GROUPS_CLAIM", default="groups")
# Values of that claim and the groups here that they give: cms-editors=Editors,it=Administrators
OIDC_GROUPS = env.dict("OIDC_GROUPS", default={})
# Values of the claims amr or acr that say that there was a second factor. Without any, that is
# left to the provider.
OIDC_SECOND_FACTOR = env.list("OIDC_SECOND_FACTOR", default=[])
# "everyone", or "administrators" alone, may sign in with a password besides.
LOCAL_PASSWORDS = env("LOCAL_PASSWORDS", default="everyone")

# For how long the audit log keeps sign-ins and permissions.
AUDIT_LOG_DAYS = env.int("AUDIT_LOG_DAYS", default=365)

# Wagtail ----------------------------------------------------------------------

WAGTAIL_SITE_NAME = env("WAGTAIL_SITE_NAME", default="Co-production Southend")
WAGTAILIMAGES_IMAGE_MODEL = "core.Image"
WAGTAILIMAGES_IMAGE_FORM_BASE = "cms.core.uploads.ImageForm"
WAGTAILIMAGES_MAX_UPLOAD_SIZE = LARGEST_PICTURE
WAGTAILIMAGES_MAX_IMAGE_PIXELS = MOST_PIXELS
WAGTAILIMAGES_EXTENSIONS = ["avif", "gif", "jpg", "jpeg", "png", "webp"]
WAGTAILDOCS_DOCUMENT_MODEL = "resources.Document"
WAGTAILDOCS_DOCUMENT_FORM_BASE = "resources.forms.DocumentForm"
WAGTAILDOCS_MAX_UPLOAD_SIZE = LARGEST_DOCUMENT
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
# Those who work on a site read its own time: else Wagtail offers whatever the system names,
# such as Debian's "localtime", which stops the script of the account's screen.
WAGTAIL_USER_TIME_ZONES = [TIME_ZONE]
WAGTAIL_WORKFLOW_CANCEL_ON_PUBLISH = True
WAGTAILADMIN_RECENT_EDITS_LIMIT = 8
WAGTAILEMBEDS_FINDERS = []  # embeds would send readers to third parties
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None  # no editor's address goes to a third party
TAGGIT_CASE_INSENSITIVE = True

REST_FRAMEWORK = {
    # The API shows what is public and nothing else, so it asks nobody who they are.
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "UNAUTHENTICATED_USER": None,
}

# Watching ------------------------------------------------------------------------
# docs/operations.md says what there is to see.

LOG_FORMAT = env("LOG_FORMAT", default="line")  # or "json"
SLOW_QUERY_MS = env.int("SLOW_QUERY_MS", default=500)  # 0: none is logged
# Who may read /metrics/. Without it, nothing is counted and there is no such address.
METRICS_TOKEN = env("METRICS_TOKEN", default="")
METRICS_DIR = VAR_DIR / "metrics"  # what each process counts
SENTRY_DSN = env("SENTRY_DSN", default="")
SENTRY_ENVIRONMENT = env("SENTRY_ENVIRONMENT", default="production")

# Sign-ups ----------------------------------------------------------------------

SIGN_UPS_FROM_ONE_PLACE = env.int("SIGN_UPS_FROM_ONE_PLACE", default=20)  # in an hour
SIGN_UPS_FOR_ONE_EMAIL = env.int("SIGN_UPS_FOR_ONE_EMAIL", default=3)  # in a day

# The content API ----------------------------------------------------------------

# For how long `sync/` can say what was removed. Who asks less often must begin again.
SYNC_REMEMBERS_DAYS = env.int("SYNC_REMEMBERS_DAYS", default=90)
# False: who reads it needs a token that may (content:read).
CONTENT_API_OPEN = env.bool("CONTENT_API_OPEN", default=True)
# Front ends at these addresses may read the APIs, and send in forms, from a browser.
CORS_ALLOWED_ORIGINS = env.list("CORS_ALLOWED_ORIGINS", default=[])
CORS_URLS_REGEX = r"^/api/(?!v3-preview/)"
CORS_ALLOW_METHODS = ["GET", "HEAD", "OPTIONS", "POST"]
CORS_ALLOW_HEADERS = ["accept", "authorization", "content-type", "idempotency-key", "if-none-match"]
CORS_EXPOSE_HEADERS = [
    "Cache-Tag", "Content-Length", "ETag", "Last-Modified", "Retry-After", "Surrogate-Key",
]  # fmt: skip
CORS_PREFLIGHT_MAX_AGE = 86_400

# Wagtail's own API v3, which it calls a preview, for scripts that edit: docs/api-v3-preview.md.
WAGTAIL_API_V3_PREVIEW = env.bool("WAGTAIL_API_V3_PREVIEW", default=False)
if WAGTAIL_API_V3_PREVIEW:
    INSTALLED_APPS.append("wagtail.api.v3")  # with its screen for tokens

# The browser ------------------------------------------------------------------

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"  # Wagtail lets its own previews be framed by the editor
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"  # a provider of single sign-on sends people back to us
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True  # scripts find what they need in the page
