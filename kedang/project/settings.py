"""The one settings module. Everything that differs between installations comes from the environment (see ``env.py``)."""

from kedang.project import engine

engine.install()

import sys  # noqa: E402
from pathlib import Path  # noqa: E402

from kedang.project.env import data_dir, database_config, env_bool, env_choice, env_int, env_list, env_str  # noqa: E402
from kedang.project.secret import secret_key  # noqa: E402

PACKAGE_DIR = Path(__file__).resolve().parent.parent
BASE_DIR = PACKAGE_DIR.parent
DATA_DIR = data_dir(BASE_DIR)
TESTING = "pytest" in sys.modules

DEBUG = env_bool("KEDANG_DEBUG")
SECRET_KEY = "only-for-tests" if TESTING else secret_key(DATA_DIR)
ALLOWED_HOSTS = [h.strip() for h in env_str("KEDANG_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1],testserver").split(",")]
CSRF_TRUSTED_ORIGINS = [o.strip() for o in env_str("KEDANG_TRUSTED_ORIGINS").split(",") if o.strip()]
PUBLIC_URL = env_str("KEDANG_PUBLIC_URL") or next(iter(CSRF_TRUSTED_ORIGINS), "")  # how links in messages begin
# Robots over http: in tests only; inside the house: where it must be.
NOTICES_PLAIN_HTTP, NOTICES_PRIVATE = False, env_bool("KEDANG_NOTICES_PRIVATE")

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "kedang.foundation.audit",
    "kedang.foundation.access",
    "kedang.foundation.numbering",
    "kedang.foundation.jobs",
    "kedang.foundation.search",
    "kedang.foundation.files",
    "kedang.foundation.notices",
    "kedang.foundation.approvals",
    "kedang.foundation.safekeeping",
    "kedang.foundation.web",
    "kedang.business.customers",
    "kedang.business.intake",
    "kedang.business.service",
    "kedang.business.holdings",
    "kedang.business.retention",
    "kedang.business.lending",
    "kedang.business.governance",
]

MIDDLEWARE = [
    "kedang.foundation.web.monitoring.middleware.ObservedMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "kedang.foundation.web.middleware.SecureHeadersMiddleware",
    "kedang.foundation.web.middleware.LeadingOnMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "kedang.foundation.web.middleware.RequestContextMiddleware",
    "kedang.foundation.web.middleware.LanguageMiddleware",
    "kedang.foundation.access.middleware.SessionLimitsMiddleware",
    "kedang.foundation.web.middleware.SignInRequiredMiddleware",
    "kedang.foundation.access.middleware.PasswordChangeMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "kedang.foundation.web.middleware.RefusalMiddleware",
    "kedang.business.governance.middleware.AgreementMiddleware",
    "kedang.foundation.access.middleware.StepUpMiddleware",
    "kedang.foundation.web.once.middleware.OnceMiddleware",
]

ROOT_URLCONF = "kedang.project.urls"
WSGI_APPLICATION = "kedang.project.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "kedang.foundation.web.context.page",
            ],
            "builtins": ["kedang.foundation.web.templatetags.once", "kedang.foundation.web.templatetags.places"],
            "libraries": {
                "i18n": "kedang.foundation.web.templatetags.words",
                "static": "kedang.foundation.web.templatetags.places",
            },
        },
    },
]

DATABASE_URL = env_str("KEDANG_DATABASE_URL")
DATABASES = {"default": database_config(DATABASE_URL, DATA_DIR / "kedang.sqlite3")}
DATABASE_OF_URL = database_config
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "access.Person"
LOGIN_URL = "access:sign-in"
LOGIN_REDIRECT_URL = "web:home"
CSRF_FAILURE_VIEW = "kedang.foundation.web.errors.csrf_failure"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTHENTICATION_BACKENDS = ["kedang.foundation.access.backend.StaffBackend"]
DEMO_PASSWORD = "kedang-demo-2026"  # noqa: S105  (of the fictional people of the demo company; shown to who signs in)
SIGN_IN_FAILURES_BEFORE_LOCK = env_int("KEDANG_SIGN_IN_FAILURES", 5)
SIGN_IN_LOCK_MINUTES = env_int("KEDANG_SIGN_IN_LOCK_MINUTES", 15)

SESSION_ENGINE = "kedang.foundation.access.signin.store"
SESSION_COOKIE_NAME = "kedang_session"
SESSION_COOKIE_AGE = 24 * 3600  # the company's own limits are shorter, see foundation/access/signin/policy.py
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
HTTPS = env_bool("KEDANG_HTTPS")
PRODUCTION = env_bool("KEDANG_PRODUCTION")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
CSRF_COOKIE_HTTPONLY = True
if HTTPS:  # such cookies cannot be set or overwritten from a neighbouring name
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-kedang_session", "__Host-kedang_csrf"
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env_bool("KEDANG_BEHIND_PROXY") else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("zh-hant", "繁體中文"), ("en", "English")]  # each in its own words
LANGUAGE_COOKIE_NAME = "kedang_language"
LOCALE_PATHS = [PACKAGE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env_str("KEDANG_TIME_ZONE", "Asia/Shanghai")

# The tags of i18n and static are ours on purpose: they remember what a literal says (decision 0030).
SILENCED_SYSTEM_CHECKS = ["templates.W003"]

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "build" / "static"
STATICFILES_DIRS = [path for path in [BASE_DIR / "build" / "assets"] if path.exists()]
# Files are looked up when they are asked for, not all listed at the start.
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = TESTING or DEBUG
WHITENOISE_MAX_AGE = 0 if DEBUG else 86_400
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if TESTING or DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
CIPHER_SUITE = env_choice(
    "KEDANG_CIPHER_SUITE", "aes-256-gcm", ("aes-256-gcm", "sm4-ctr-hmac-sm3")
)  # of keys made from now on
KEY_AGE_DAYS = env_int("KEDANG_KEY_AGE_DAYS", 365)  # older active keys are named on the operations page
FILE_UPLOAD_TEMP_DIR = None
FILE_UPLOAD_HANDLERS = [  # small requests stay in memory; files of larger ones are sealed as they arrive
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "kedang.foundation.files.receiving.handler.SealingHandler",
]
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
DATA_UPLOAD_MAX_NUMBER_FILES = 1000
UPLOAD_MAX_BYTES = env_int("KEDANG_UPLOAD_MAX_MIB", 1024) * 1024 * 1024
FILE_MAX_BYTES = env_int("KEDANG_FILE_MAX_MIB", 8192) * 1024 * 1024
INBOX_DIR = env_str("KEDANG_INBOX_DIR") or str(DATA_DIR / "inbox")  # scanners and colleagues put files there
CLAMD = env_str("KEDANG_CLAMD").strip() or ("" if PRODUCTION else "off")  # empty: files wait; see docs/operate/files.md

BACKUP_AT, DRILL_AT = env_str("KEDANG_BACKUP_AT", "01:30"), env_str("KEDANG_DRILL_AT", "03:00")
BACKUP_DIR = env_str("KEDANG_BACKUP_DIR") or str(DATA_DIR / "backups")
BACKUP_COPY = env_list("KEDANG_BACKUP_COPY")
BACKUP_COPY_PRUNE = env_bool("KEDANG_BACKUP_COPY_PRUNE")
BACKUP_RECIPIENTS = env_list("KEDANG_BACKUP_RECIPIENTS")
BACKUP_IDENTITY = env_str("KEDANG_BACKUP_IDENTITY")
BACKUP_KEEP = {
    "daily": env_int("KEDANG_BACKUP_KEEP_DAILY", 7),
    "weekly": env_int("KEDANG_BACKUP_KEEP_WEEKLY", 5),
    "monthly": env_int("KEDANG_BACKUP_KEEP_MONTHLY", 12),
}
BACKUP_LOCK_DAYS = env_int("KEDANG_BACKUP_LOCK_DAYS", 7)
BACKUP_S3 = {
    "endpoint": env_str("KEDANG_BACKUP_S3_ENDPOINT"),
    "region": env_str("KEDANG_BACKUP_S3_REGION"),
    "access_key": env_str("KEDANG_BACKUP_S3_ACCESS_KEY"),
    "secret_key": env_str("KEDANG_BACKUP_S3_SECRET_KEY"),
}

AUDIT_ALGORITHM = env_choice("KEDANG_AUDIT_ALGORITHM", "sha256", ("sha256", "sm3"))
AUDIT_CHECKPOINTS = env_list("KEDANG_AUDIT_CHECKPOINTS")
AUDIT_VERIFY_AT = env_str("KEDANG_AUDIT_VERIFY_AT", "03:30")
CHECK_AT, CHECK_SAMPLE = (
    env_str("KEDANG_CHECK_AT", "04:00"),
    env_int("KEDANG_CHECK_SAMPLE", 50),
)  # volumes a night; 0: none

OCR_PYTHON = env_str("KEDANG_OCR_PYTHON")  # a Python with the recogniser, where it shall not lie beside the program
METRICS_TOKEN = env_str("KEDANG_METRICS_TOKEN")
LEAST_FREE_BYTES = env_int("KEDANG_LEAST_FREE_MIB", 512) * 1024 * 1024
SECURE_REDIRECT_EXEMPT = [r"^health/", r"^metrics$"]

LOG_FORMAT = env_choice("KEDANG_LOG_FORMAT", "text" if sys.stderr.isatty() else "json", ("json", "text"))
LOG_FILE = env_str("KEDANG_LOG_FILE")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {"()": "kedang.foundation.kernel.logs.JsonLines"},
        "text": {"()": "kedang.foundation.kernel.logs.TextLines"},
    },
    "handlers": {
        "out": {
            "class": "logging.handlers.WatchedFileHandler",
            "filename": LOG_FILE,
            "encoding": "utf-8",
            "formatter": "json",
        }
        if LOG_FILE
        else {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}
    },
    "root": {"handlers": ["out"], "level": env_str("KEDANG_LOG_LEVEL", "WARNING")},
    "loggers": {
        "kedang.request": {"level": "INFO" if env_bool("KEDANG_LOG_REQUESTS", True) else "WARNING"},
        "django.request": {"level": "ERROR"},  # what was answered with 4xx is a line of ours already
    },
}

if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
