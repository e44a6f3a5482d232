"""All settings, read from the environment; must not import the project's own apps."""

import os
import sys
from pathlib import Path
from urllib.parse import unquote, urlparse

from csp.constants import NONCE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
ENV = os.environ.get("SRM_ENV", "demo")  # production, demo or test
DEBUG = os.environ.get("SRM_DEBUG", "") == "1"
HOME = Path(os.environ.get("SRM_HOME") or BASE_DIR / ".srm").resolve()
UPLOADS = HOME / "uploads"
MAX_UPLOAD = int(os.environ.get("SRM_MAX_UPLOAD") or 300 * 1024 * 1024)

DEFAULT_SECRET_KEY = "not-secret-only-for-checks-and-tests"  # noqa: S105 (refused in production)
SECRET_KEY = os.environ.get("SRM_SECRET_KEY", DEFAULT_SECRET_KEY)
# Secrets that were replaced, the newest first: what they signed or encrypted is still read.
SECRET_KEY_FALLBACKS = [key for key in os.environ.get("SRM_SECRET_KEY_FALLBACKS", "").split(",") if key]
ALLOWED_HOSTS = os.environ.get("SRM_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("SRM_TRUSTED_ORIGINS", "").split(",") if o]
IS_PRODUCTION = ENV == "production"
PROCESS = os.environ.get("SRM_PROCESS", "command")  # web, worker or command

if IS_PRODUCTION:
    if DEBUG:
        raise ImproperlyConfigured("SRM_DEBUG=1 is not allowed in production")
    if SECRET_KEY == DEFAULT_SECRET_KEY or len(SECRET_KEY) < 40:
        raise ImproperlyConfigured("Set SRM_SECRET_KEY to a random text of 40 characters or more")
    if any(key == DEFAULT_SECRET_KEY or len(key) < 40 for key in SECRET_KEY_FALLBACKS):
        raise ImproperlyConfigured("SRM_SECRET_KEY_FALLBACKS takes earlier secrets of 40 characters or more")
    for _needed in ("DATABASE_URL", "REDIS_URL", "SRM_ALLOWED_HOSTS"):
        if not os.environ.get(_needed):
            raise ImproperlyConfigured(f"Set {_needed}")


def _database(url: str) -> dict[str, object]:
    """Translate a PostgreSQL address into Django's words; `?host=` names a socket folder."""
    parts = urlparse(url)
    query = dict(p.split("=", 1) for p in parts.query.split("&") if "=" in p)
    options: dict[str, object] = {"application_name": f"srm-{PROCESS}"}
    if PROCESS == "web":
        options["pool"] = {"min_size": 1, "max_size": 8, "timeout": 10}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(query.get("host", parts.hostname or "")),
        "PORT": query.get("port", str(parts.port or "")),
        "CONN_MAX_AGE": 600 if PROCESS == "worker" else 0,
        "CONN_HEALTH_CHECKS": True,  # a restarted database costs no request
        "OPTIONS": options,
    }


DATABASES = {"default": _database(os.environ.get("DATABASE_URL", "postgresql://srm_app@localhost:5432/srm"))}
REDIS_URL = os.environ.get("REDIS_URL", "redis://localhost:6379/0")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "rest_framework",
    "drf_spectacular",
    "districts",
    "strategy",
    "investments",
    "diagnostics",
    "srm",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "districts.access.private_pages.PrivatePagesMiddleware",
    "districts.access.failed_sign_ins.FailedSignInMiddleware",
    "districts.access.activity.SessionActivityMiddleware",
    "districts.tenancy.middleware.DistrictMiddleware",
]

ROOT_URLCONF = "srm.urls"
WSGI_APPLICATION = "srm.wsgi.application"
SRM_PIPELINE = "srm.pipeline.PIPELINE"
SRM_OWNERSHIP = "strategy.ownership.INITIATIVES"
SRM_RESULTS = "diagnostics.published.read_published"
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
                "srm.context_processors.page",
            ]
        },
    }
]

AUTH_USER_MODEL = "districts.User"
AUTHENTICATION_BACKENDS = ["districts.access.backends.PersonBackend"]
SESSION_ENGINE = "districts.access.sessions"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
if ENV == "test":  # hundreds of people are made, none of them real
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# NIST 800-63B: long, not common, not the person's own words; no composition rules, no expiry.
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "districts.access.adapter.InvitationOnlyAdapter"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
ACCOUNT_EMAIL_NOTIFICATIONS = True  # a person hears of a change to their own account
USERSESSIONS_TRACK_ACTIVITY = True
USERSESSIONS_ADAPTER = "districts.access.adapter.AuditedSessionsAdapter"
MFA_ADAPTER = "districts.access.adapter.EncryptedSecondSteps"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "SRM"
MFA_ALLOW_UNVERIFIED_EMAIL = True  # an address is proven by its invitation; there is no other proof here

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_PRODUCTION
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = IS_PRODUCTION and os.environ.get("SRM_SSL_REDIRECT", "1") == "1"
SECURE_HSTS_SECONDS = 31536000 if IS_PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_PRODUCTION
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if os.environ.get("SRM_BEHIND_PROXY") == "1" else None
)
# Sign-in limits count the caller, not the proxy in front.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if os.environ.get("SRM_BEHIND_PROXY") == "1" else 0
X_FRAME_OPTIONS = "DENY"

# plotly basic inserts one empty <style> element: this is the hash of nothing.
EMPTY_STYLE = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE, EMPTY_STYLE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": [SELF],
        "frame-ancestors": ["'none'"],
    }
}

CACHES = {
    "default": {
        "BACKEND": "districts.access.limits.SignInSafeCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "srm",
        "OPTIONS": {"socket_connect_timeout": 0.3, "socket_timeout": 0.5},
    },
    # Counts of sign-in tries: never lost with a cache server, never pushed out by other counts (only what has
    # expired is culled).
    "sign_in": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "districts_signincount",
        "OPTIONS": {"MAX_ENTRIES": 2000, "CULL_FREQUENCY": 1_000_000_000},
    },
    # Pages as last rendered, about 50 kB each.
    "pages": {
        "BACKEND": "districts.tenancy.cache.ProcessCache",
        "LOCATION": "pages",
        "OPTIONS": {"MAX_ENTRIES": 200},
    },
}

EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend"
    if os.environ.get("SRM_EMAIL_HOST")
    else "django.core.mail.backends.dummy.EmailBackend"
)
EMAIL_HOST = os.environ.get("SRM_EMAIL_HOST", "")
EMAIL_PORT = int(os.environ.get("SRM_EMAIL_PORT") or 587)
EMAIL_HOST_USER = os.environ.get("SRM_EMAIL_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("SRM_EMAIL_PASSWORD", "")
EMAIL_TIMEOUT = 10
EMAIL_USE_TLS = os.environ.get("SRM_EMAIL_TLS", "1") == "1"
DEFAULT_FROM_EMAIL = os.environ.get("SRM_EMAIL_FROM", "srm@localhost")

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "districts.access.api.ApiKeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["districts.access.api.HasDistrictPermission"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": None,
    "EXCEPTION_HANDLER": "districts.access.api_views.exception_handler",
    "COERCE_DECIMAL_TO_STRING": True,
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "SRM API",
    "DESCRIPTION": "A district's strategic resource management: goals, initiatives, money, results.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "ENUM_NAME_OVERRIDES": {
        "AmountKindEnum": "investments.models.AmountKind",
        "InitiativeKindEnum": "strategy.models.Initiative.Kind",
    },
}

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

STATIC_URL = "/static/"
STATIC_ROOT = Path(os.environ.get("SRM_STATIC_ROOT") or HOME / "static")
STATICFILES_DIRS = [BASE_DIR / "static" / "build"] if (BASE_DIR / "static" / "build").exists() else []
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if ENV == "test"
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
MEDIA_ROOT = UPLOADS
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

TESTING = "pytest" in sys.modules
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "filters": {"no_secret_links": {"()": "districts.access.quiet_logs.HideSecretLinks"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "plain", "filters": ["no_secret_links"]}
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"srm": {"level": "INFO"}, "districts": {"level": "INFO"}},
}
