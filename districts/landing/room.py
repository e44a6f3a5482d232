"""Room for large files: they take turns, so that they never hold every worker process. Must not wait itself."""

from __future__ import annotations

import zlib

from django.db import connection

from districts.pipeline.spec import Busy
from districts.tenancy import current_district_id

LARGE = 8 * 1024 * 1024  # bytes; what is smaller is done in about two seconds
_KEY = zlib.crc32(b"large upload") - 2**31
_EVERYBODY = 0  # no district has this id


def take_room(*, size: int, will_import: bool) -> None:
    """Hold, until the transaction ends, what a file of this size needs. Raises Busy, never waits.

    One large file at a time in the whole installation; and no import beside a large import of the same
    district, for which it would wait with a worker process in its hand.
    """
    is_large = size > LARGE
    if is_large and not _try_lock(_EVERYBODY, is_shared=False):
        raise Busy
    if will_import and not _try_lock(current_district_id(), is_shared=not is_large):
        raise Busy


def _try_lock(owner: int, *, is_shared: bool) -> bool:
    with connection.cursor() as cursor:
        if is_shared:
            cursor.execute("SELECT pg_try_advisory_xact_lock_shared(%s, %s)", [owner, _KEY])
        else:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [owner, _KEY])
        return bool(cursor.fetchone()[0])
