"""The cache: keys carry the open district, and a dead server is a miss; must not hold truth."""

import logging
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

from districts.tenancy.scope import current_scope

logger = logging.getLogger("districts.cache")


def _open(method: Callable[..., Any], default: Any) -> Any:
    try:
        return method()
    except (RedisError, OSError) as error:
        logger.warning("cache unreachable: %s", type(error).__name__)
        return default


def _with_owner(key: Any) -> str:
    """Put the open district in front of a key."""
    scope = current_scope()
    return f"{f'd{scope.district_id}' if scope else 'platform'}:{key}"


class ProcessCache(LocMemCache):
    """A cache of this process alone, for what is cheaper to make again than to fetch; keys carry the district."""

    def make_key(self, key: Any, version: Any = None) -> str:
        """Put the open district in front of the key."""
        return super().make_key(_with_owner(key), version=version)


class FailOpenRedisCache(RedisCache):
    """Redis or Valkey; every key made inside a scope is prefixed with its district."""

    def make_key(self, key: Any, version: Any = None) -> str:
        """Put the open district in front of the key."""
        return super().make_key(_with_owner(key), version=version)

    def get(self, key: Any, default: Any = None, version: Any = None) -> Any:
        """Return the value, or the default when there is none or no server."""
        return _open(lambda: super(FailOpenRedisCache, self).get(key, default, version), default)

    def set(self, key: Any, value: Any, timeout: Any = 300, version: Any = None) -> Any:
        """Keep a value, if there is a server."""
        return _open(lambda: super(FailOpenRedisCache, self).set(key, value, timeout, version), None)

    def add(self, key: Any, value: Any, timeout: Any = 300, version: Any = None) -> Any:
        """Keep a value unless the key is taken; without a server it counts as free."""
        return _open(lambda: super(FailOpenRedisCache, self).add(key, value, timeout, version), True)

    def delete(self, key: Any, version: Any = None) -> Any:
        """Forget a key, if there is a server."""
        return _open(lambda: super(FailOpenRedisCache, self).delete(key, version), False)

    def incr(self, key: Any, delta: int = 1, version: Any = None) -> Any:
        """Count up; without a server the count starts anew each time."""
        return _open(lambda: super(FailOpenRedisCache, self).incr(key, delta, version), delta)
