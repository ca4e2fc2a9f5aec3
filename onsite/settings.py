"""One settings file, driven by the environment (`onsite.env`), failing closed in production."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import structlog
from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _
from whitenoise.compress import Compressor

from onsite.core.redact import redact
from onsite.env import read

BASE_DIR = Path(__file__).resolve().parent.parent
ENV = read(BASE_DIR)

MODE = ENV.mode
DEMO = ENV.mode == "demo"
DEBUG = False
SECRET_KEY = ENV.secret_key
ALLOWED_HOSTS = ENV.allowed_hosts
BASE_URL = ENV.base_url
VENDOR_NAME = ENV.vendor_name
VAR_DIR = ENV.var_dir
VAR_DIR.mkdir(parents=True, exist_ok=True)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_include_bootstrap",
    "django_htmx",
    "heroicons",
    "template_partials",
    "csp",
    "django_structlog",
    "onsite.core",
    "onsite.accounts",
    "onsite.notifications",
    "engagements",
    "standups",
    "training",
    "reports",
]

MIDDLEWARE = [
    "onsite.core.middleware.DatabaseOutageMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "onsite.core.middleware.CompressPagesMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "onsite.accounts.middleware.PersonalSettingsMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "onsite.core.middleware.FormAddressMiddleware",
    "onsite.accounts.middleware.ViewAsMiddleware",
]

ROOT_URLCONF = "onsite.urls"
WSGI_APPLICATION = "onsite.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

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
                "django.template.context_processors.i18n",
                "onsite.core.context.product",
            ],
        },
    }
]

# --- Data ------------------------------------------------------------------------------------------------------------
_database: dict[str, Any] = {**ENV.database, "ATOMIC_REQUESTS": False}
if _database["ENGINE"].endswith("sqlite3"):
    # IMMEDIATE takes the write lock at the start, so two writers queue instead of failing half way.
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
else:
    _database |= {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}
DATABASES = {"default": _database}


# Sign-in limits count in the cache, so every process must see the same one. Pages are kept apart from them: files of
# pages must not push the counts out of a folder that holds a few hundred, and a count must not be lost with the pages.
def _cache(name: str) -> dict[str, Any]:
    if ENV.uses_redis:
        return {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": ENV.broker_url,
            "KEY_PREFIX": "" if name == "cache" else name,
        }
    return {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": VAR_DIR / name}


CACHES: dict[str, dict[str, Any]] = {"default": _cache("cache"), "pages": _cache("pages")}
SESSION_ENGINE = (
    "django.contrib.sessions.backends.cached_db" if ENV.uses_redis else "django.contrib.sessions.backends.db"
)

MEDIA_ROOT = VAR_DIR / "media"
MEDIA_URL = ""  # Files are private: one view serves them after checking access.
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "onsite.core.static_files.AskedForFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        # Named by their content and compressed once: kept for good by a browser. Tests read them where they were written.
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if MODE == "test"
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
# A map is for who reads the code; nobody's page waits for it.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map")
# A text of ten megabytes must reach its field's own message instead of a bare error page; a Chinese one is sent
# with nine bytes for each character.
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024 * 1024
# The largest acceptance matrix is built by 4,000 ticks of one form; with Django's 1,000 it met a bare error page.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

# --- Who is there ----------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "onsite.accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # People come by invitation: the link in the mail has proved the address.
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 900  # The mail goes through the outbox, and some mail servers take their time.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = True  # Reaches only who is invited or closed: the adapter mails no strange address.
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/5m/key",
    "request_login_code": "20/m/ip,3/m/key,20/h/key",
    "reset_password": "20/m/ip,3/m/key,20/h/key",
    "reauthenticate": "10/m/user",
}

# --- Words and hours -------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "onsite" / "locale"]
FORMAT_MODULE_PATH = ["onsite.locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

# --- Mail and work behind the page -----------------------------------------------------------------------------------
DEFAULT_FROM_EMAIL = ENV.default_from_email
globals().update(ENV.email)
if not ENV.is_production and ENV.email["EMAIL_BACKEND"].endswith("console.EmailBackend"):
    EMAIL_BACKEND = "onsite.notifications.channels.mailbox.EmailBackend"
EMAIL_TIMEOUT = 20

CELERY_BROKER_URL = ENV.broker_url
if not ENV.uses_redis:
    CELERY_BROKER_URL = "filesystem://localhost"  # A host that nobody asks for, or kombu warns at every message.
    _broker = VAR_DIR / "broker"
    (_broker / "messages").mkdir(parents=True, exist_ok=True)
    (_broker / "control").mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
        "data_folder_in": str(_broker / "messages"),
        "data_folder_out": str(_broker / "messages"),
        "control_folder": str(_broker / "control"),
    }
else:
    # A request must not wait for an absent broker: the row is written, the sweep finds it.
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "socket_connect_timeout": 1,
        "socket_timeout": 5,
        "visibility_timeout": 3600,
        # Without these a publisher tries to connect for six seconds. Workers have retries of their own.
        "max_retries": 1,
        "interval_start": 0,
        "interval_step": 0,
    }
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {"reports.judge_portfolio": {"queue": "default"}, "reports.*": {"queue": "pdf"}}
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")
CELERY_BEAT_SCHEDULE = {
    "send what is due": {"task": "notifications.sweep", "schedule": 30.0},
    "resume jobs whose worker was lost": {"task": "core.sweep_jobs", "schedule": 30.0},
    "prove that the default queue moves": {"task": "core.beat", "schedule": 20.0, "args": ["default"]},
    "prove that the pdf queue moves": {
        "task": "core.beat",
        "schedule": 20.0,
        "args": ["pdf"],
        "options": {"queue": "pdf"},
    },
    "forget the answers of long ago": {"task": "core.forget_answers", "schedule": 6 * 3600.0},
    "forget the files that nobody took": {"task": "core.forget_incoming", "schedule": 3600.0},
    "delete the exports of long ago": {"task": "reports.forget_exports", "schedule": 6 * 3600.0},
    "remind of missed stand-ups": {"task": "standups.remind_of_missed_days", "schedule": 300.0},
    "judge the portfolio after midnight": {"task": "reports.judge_portfolio", "schedule": 600.0},
    "keep each day's plan": {"task": "engagements.take_plan_snapshots", "schedule": 1800.0},
}

# --- Safety ----------------------------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        # Bootstrap draws its arrows and checks from data addresses, wherever our own sheet comes a moment later.
        "img-src": [SELF, "data:"],
        "media-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS = [BASE_URL]
LANGUAGE_COOKIE_SAMESITE = "Lax"
if ENV.behind_tls:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    # Else the proxy's own address would count for everybody, and one guesser would lock all out.
    ALLAUTH_TRUSTED_PROXY_COUNT = 1
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True

# --- Logs ------------------------------------------------------------------------------------------------------------
_shared: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso"),
]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": _shared,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                redact,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    # Its lines about 4xx repeat what "request_finished" says, without the request's id.
    "loggers": {"django.request": {"level": "ERROR"}},
    "root": {"handlers": ["console"], "level": ENV.log_level},
}
structlog.configure(
    processors=[*_shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
