"""Secrets of invitations and API keys: made once, kept as a hash; must not touch the database."""

import hashlib
import secrets


def new_secret(*, prefix: str = "") -> str:
    """Return a new secret of 256 random bits, safe in a URL."""
    return prefix + secrets.token_urlsafe(32)


def hash_secret(secret: str) -> str:
    """Return the hex SHA-256 of a secret (random enough to need no salt)."""
    return hashlib.sha256(secret.encode()).hexdigest()
