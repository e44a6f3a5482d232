"""Encryption of what second steps rest on: apps' secrets and seeds of recovery codes; must not touch the database.

The key is derived from the server's secret alone, so a copy of the database, such as a backup, opens no second
step. What an older secret of SECRET_KEY_FALLBACKS encrypted is still read.
"""

from __future__ import annotations

import base64
import logging
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ValidationError

logger = logging.getLogger("districts.access")

PREFIX = "fernet:"  # nothing that an earlier release stored has a colon
_SALT = b"districts.access.second_step_secrets"


class Unreadable(ValidationError):
    """The server's secret is another one than that which encrypted; forms that ask for a code say so."""

    def __init__(self) -> None:
        super().__init__(
            "This server can no longer read your second step. Ask whoever operates SRM to end it, then set it up again."
        )


def encrypt(text: str) -> str:
    """Encrypt under the server's present secret."""
    return PREFIX + _keys().encrypt(text.encode()).decode()


def decrypt(stored: str) -> str:
    """Read what `encrypt` wrote, or what an earlier release stored as it was; raises Unreadable."""
    if not stored.startswith(PREFIX):
        return stored
    try:
        return _keys().decrypt(stored.removeprefix(PREFIX)).decode()
    except InvalidToken:
        logger.error(
            "A second step was encrypted under another SRM_SECRET_KEY. Put that one into"
            " SRM_SECRET_KEY_FALLBACKS; where it is lost: manage.py end_second_step EMAIL"
        )
        raise Unreadable from None


def _keys() -> MultiFernet:
    return _derived((settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))


@lru_cache(maxsize=4)
def _derived(secrets: tuple[str, ...]) -> MultiFernet:
    """Return a key of each secret by HKDF (RFC 5869): the first encrypts, all decrypt."""
    keys = (HKDF(SHA256(), 32, salt=_SALT, info=b"fernet").derive(secret.encode()) for secret in secrets)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in keys])
