"""Where the sign-in library keeps its counts: in the database, which a sign-in needs anyway.

The cache answers "nothing" when its server is dead, so that no page fails with it. For a limit of tries that
answer would mean no limit, and for a code used once that it can be used again. Must not hold anything else.
"""

from __future__ import annotations

from typing import Any

from django.core.cache import BaseCache, caches

from districts.tenancy.cache import FailOpenRedisCache

ALIAS = "sign_in"
_LIBRARY = "allauth"


class SignInSafeCache(FailOpenRedisCache):
    """The usual cache, except that what the sign-in library keeps goes to the database and never fails open.

    The library names no cache of its own in its settings: it uses the default one with keys that begin with
    its name.
    """

    def get(self, key: Any, default: Any = None, version: Any = None) -> Any:
        """Return a value, or the default."""
        if _is_counted(key):
            return _counts().get(key, default, version)
        return super().get(key, default, version)

    def set(self, key: Any, value: Any, timeout: Any = 300, version: Any = None) -> Any:
        """Keep a value."""
        if _is_counted(key):
            return _counts().set(key, value, timeout, version)
        return super().set(key, value, timeout, version)

    def add(self, key: Any, value: Any, timeout: Any = 300, version: Any = None) -> Any:
        """Keep a value unless the key is taken, and say whether it was kept."""
        if _is_counted(key):
            return _counts().add(key, value, timeout, version)
        return super().add(key, value, timeout, version)

    def delete(self, key: Any, version: Any = None) -> Any:
        """Forget a key."""
        if _is_counted(key):
            return _counts().delete(key, version)
        return super().delete(key, version)


def _is_counted(key: Any) -> bool:
    return str(key).startswith(_LIBRARY)


def _counts() -> BaseCache:
    return caches[ALIAS]
