"""All settings, read top to bottom. Each variable of the environment is read once, by name, with its type."""

from pathlib import Path

from csp.constants import NONE, SELF
from environs import Env

from core.logs import LOG_CONFIG
from core.secrets_store import read_secret
from core.version import release_of

env = Env()
BASE_DIR = Path(__file__).resolve().parent.parent
RELEASE = release_of(BASE_DIR, env.str("COMMIT", ""))  # an image is built with its commit; a checkout says its own

# --- where things are -------------------------------------------------------------------------------------------
PRODUCTION = env.bool("PRODUCTION", False)
DATA_DIR = Path(env.str("DATA_DIR", str(BASE_DIR / ".run" / "data")))
SECRETS_DIR = Path(env.str("SECRETS_DIR", str(DATA_DIR / "secrets")))
DEBUG = env.bool("DEBUG", False)
DEMO = not PRODUCTION and env.bool("DEMO", True)  # demo sign-ins are offered only with this and a demo city loaded
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["127.0.0.1", "localhost", "testserver"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])
EVENTS_URL = env.str("EVENTS_URL", "")  # where the live stream listens; empty: pages follow by polling alone
PAGE_ORIGIN = env.str("PAGE_ORIGIN", "")  # the one origin the live stream answers with credentials

# --- secrets: six separate ones; read from NAME, NAME_FILE or SECRETS_DIR/name; made only outside production ------
SECRET_KEY = read_secret("session_key", SECRETS_DIR, create=not PRODUCTION)
FIELD_KEK = read_secret("field_kek", SECRETS_DIR, create=not PRODUCTION)
BLIND_INDEX_KEY = read_secret("blind_index_key", SECRETS_DIR, create=not PRODUCTION)
PASS_SIGNING_KEY = read_secret("pass_signing_key", SECRETS_DIR, create=not PRODUCTION)
PASS_KEY_NUMBER = env.int("PASS_KEY_NUMBER", 1)  # raised by one to rotate; lower numbers stay good for the way home

# --- applications -------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "template_partials",
    "django_htmx",
    "csp",
    "pgtrigger",
    "rest_framework",
    "drf_spectacular",
    "core",
    "accounts",
    "calls",
    "communities",
    "hospitals",
    "transport",
    "access",
    "dispatch",
    "command",
    "drill",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "core.middleware.request_id",
    "core.middleware.sent_by_script",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "core.middleware.chosen_language",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.current_post",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "core.middleware.domain_errors",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"
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
                "accounts.context.page",
            ],
            "builtins": [
                "core.templatetags.components",
                "core.templatetags.form_parts",
                "core.templatetags.kept",
                "django.templatetags.i18n",
                "django.templatetags.static",
            ],
        },
    }
]

# --- database -----------------------------------------------------------------------------------------------------
# Web, worker and relay sign in as the app role (no DDL, no DELETE on records); migrations and tests as the owner.
DATABASES = {"default": env.dj_db_url("DATABASE_URL", "postgres://localhost/there_and_back")}
DATABASES["default"]["ENGINE"] = "django.db.backends.postgresql"
DATABASES["default"].update(CONN_HEALTH_CHECKS=True, ATOMIC_REQUESTS=False)
# Statements are prepared from their sixth use on a connection (ADR 0013). A pooler between that hands a connection to
# another client after each transaction cannot keep them: DATABASE_PREPARES=false there.
_prepares = env.bool("DATABASE_PREPARES", True)
DATABASES["default"].setdefault("OPTIONS", {}).update(
    server_side_binding=_prepares, prepare_threshold=5 if _prepares else None
)
_pool = env.int("DATABASE_POOL", 0)  # connections kept per process; 0: one per request, as commands and tests want
if _pool:
    DATABASES["default"]["OPTIONS"]["pool"] = {"min_size": 1, "max_size": _pool, "timeout": 5}
# Cursors that outlive their transaction are lost behind such a pooler too.
DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = not _prepares
# Milliseconds, written onto the roles of the database by `grant_app_role` (core/limits.py): no connection carries them.
DATABASE_LIMITS = {
    "lock_timeout": 2000,
    "statement_timeout": env.int("STATEMENT_TIMEOUT_MS", 15000),
    "idle_in_transaction_session_timeout": env.int("IDLE_TRANSACTION_TIMEOUT_MS", 10000),
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- queue: the rows are the truth, the broker is a doorbell --------------------------------------------------------
REDIS_URL = env.str("REDIS_URL", "redis://127.0.0.1:6379/0")

# --- planning ---------------------------------------------------------------------------------------------------------
WATCH_WORK = env.bool("WATCH_WORK", True)  # report deaf queues and plan without the broker meanwhile (tests of faults)
PLAN_LEASE_S = env.int("PLAN_LEASE_S", 20)  # a dead worker keeps its area from others for so long at most

# --- people ---------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.UserWithPosts"]
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "home"
PASSWORD_HASHERS = ["accounts.hashers.Argon2", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = 24 * 3600  # a link to choose a password, good once
SESSION_ENGINE = "accounts.sessions"
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"  # nothing is written after the commit
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "config.views.stale"
# Cookies marked Secure never come back over plain http: nobody could sign in. So the origin that people see decides.
_https = PAGE_ORIGIN.startswith("https://") if PAGE_ORIGIN else PRODUCTION
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
if env.bool("BEHIND_PROXY", False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# --- language, time ---------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

# --- static files, browser hardening --------------------------------------------------------------------------------
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = DATA_DIR / "static"
_manifest = env.bool("STATIC_MANIFEST", False)  # set once collectstatic has run (./dev up does)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "config.static_files.StaticFiles"
        if _manifest
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not _manifest
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "media-src": [SELF, "blob:"],
        "connect-src": [SELF, EVENTS_URL] if EVENTS_URL else [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"

# --- API --------------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["core.api.Session"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["core.api.Json"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "core.api.on_error",
    "UNAUTHENTICATED_USER": None,
    "ALLOWED_VERSIONS": [
        RELEASE.version
    ],  # any other in a query would stand in the name of the schema's file, a header
}
SPECTACULAR_SETTINGS = {"TITLE": "一来一回 · There and Back", "VERSION": RELEASE.version, "SERVE_INCLUDE_SCHEMA": False}

# --- logs: an allow-list of keys, ids only ---------------------------------------------------------------------------
LOGGING = LOG_CONFIG

# --- facts going up: who hears which fact (a table of classes), and what the relay sweeps for ----------------------
EVENT_HANDLERS = "config.handlers.HANDLERS"
SWEEPS: list[str] = [
    "calls.services.leaving.hand_back_left",
    "calls.services.calls.climb_due",
    "access.services.checks.sweep",
    "access.services.calls_over.sweep",
    "access.services.out_again.sweep",
    "transport.services.lateness.end_over",
    "hospitals.services.overload.report_late_hand_overs",
    "hospitals.services.door.report_unreceived",
    "hospitals.services.transfers.report_unanswered",
    "hospitals.services.status.reopen_due",
    "dispatch.hand.rescues.sweep",
    "dispatch.hand.handing_up.sweep",
    "dispatch.facts.arrivals.sweep",
    "dispatch.home.returns.sweep",
    "dispatch.home.no_way_home.sweep",
    "dispatch.home.transfers.sweep",
    "dispatch.home.stranded.sweep",
    "dispatch.facts.reclass.sweep",
    "dispatch.facts.wake.sweep",
    "dispatch.planning.plan_over.sweep",
    "dispatch.facts.deafness.sweep",
    "core.boards.prune",
]
SIGNING_OUT = "calls.services.leaving.hand_back"  # what whoever signs out lets go of: `by` and `at`, returns how much
HOTLINE_OF = "access.selectors.hotline.hotline_of"  # the number on every page, by the place of a post
BOARDS_OF_CASE = "access.selectors.boards.boards_of_case"  # the boards that show a case, by its reference

# --- timed jobs: what `beat` does by itself, and every how many seconds; none of them plans --------------------------
TIMED_JOBS: dict[str, float] = {
    "dispatch.facts.wake.ring_all": 120,
    "access.services.standing.make_due": 1800,
    "dispatch.housekeeping.keep": 3600,
    "dispatch.housekeeping.index_people": 60,
}
