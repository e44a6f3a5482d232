"""A page kept as it was rendered, for as long as nothing that it shows has changed; must not hold truth.

What is kept is found only by the same district, person, role, address and day, and by the version of all the
district shows: its newest audited writes, its newest recomputes, its people, the state of its calculations.
Nothing is kept while work is pending. The nonce and the form token are put in anew for every answer.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.contrib.messages import get_messages
from django.core.cache import caches
from django.db import connection
from django.http import HttpResponse
from django.middleware.csrf import _does_token_match, get_token  # type: ignore[attr-defined]
from django.utils import timezone

from districts.access.decorators import DistrictRequest, View
from districts.access.fixed_query import plain_columns
from districts.models import District
from districts.tenancy import current_district_id

KEPT_FOR = 60  # seconds: bounds what no version can know, such as another clock's day
_NONCE, _TOKEN = (f"{name}-{secrets.token_hex(16)}" for name in ("nonce", "token"))
_MASKED = re.compile(r"\b[A-Za-z0-9]{64}\b")
_NEWEST = 100

# One query. Sums over the newest ids change also when a transaction that began earlier commits later. What
# happened to accounts (a sign-in) is on no kept page; names and addresses are looked at themselves.
_VERSION = """
SELECT EXISTS (SELECT FROM districts_mark WHERE district_id = %(district)s),
       (SELECT row(max(id), sum(id))::text
        FROM (SELECT id FROM districts_auditevent WHERE table_name <> 'districts_user'
              ORDER BY district_id DESC, id DESC LIMIT %(newest)s) a),
       (SELECT string_agg(id::text, ',')
        FROM (SELECT id FROM districts_calculationrun ORDER BY district_id DESC, id DESC LIMIT 20) r),
       (SELECT string_agg(row(target, failed_at)::text, ',' ORDER BY target)
        FROM districts_attempt WHERE district_id = %(district)s AND failed_at IS NOT NULL),
       (SELECT sum(hashtextextended(u.name || u.email, 0))
        FROM districts_membership m JOIN districts_user u ON u.id = m.user_id),
       (SELECT jsonb_object_agg(page, seen_at) FROM districts_savedview WHERE user_id = %(user)s)
"""


def kept_page(*, visit: str = "", visit_ends_after: float = 0.0) -> Callable[[View], View]:
    """Answer a plain GET with the page as it was last rendered, while its version holds. One query.

    `visit` names the page whose own last visit decides what is shown: it counts as over after so many
    seconds. Stands below `district_page`, which has decided rights.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapped(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
            key = _key(request, visit=visit, ends_after=visit_ends_after) if _is_plain(request) else ""
            if key and (kept := caches["pages"].get(key)):
                return _answer(request, kept)
            response = view(request, *args, **kwargs)
            if key and _may_be_kept(response):
                caches["pages"].set(key, _neutral(request, response), KEPT_FOR)
            return response

        return wrapped

    return decorate


def _is_plain(request: DistrictRequest) -> bool:
    return (
        request.method == "GET"
        and not request.META.get("QUERY_STRING")
        and not request.htmx
        and request.access.user_id is not None
        and not len(get_messages(request))
    )


def _key(request: DistrictRequest, *, visit: str, ends_after: float) -> str:
    """Return the key of the page as it should be now, or nothing while work is pending."""
    access, now = request.access, timezone.localtime()
    values = {
        "district": current_district_id(),
        "newest": _NEWEST,
        "user": access.user_id if visit else None,
    }
    with connection.cursor() as cursor:
        cursor.execute(_VERSION, values)
        is_pending, *version, views = cursor.fetchone()
    if is_pending:
        return ""
    seen = json.loads(views or "{}")
    seen_at = seen.pop(visit, None)
    about = [
        access.role,
        access.user_id,
        str(request.user),
        getattr(request.user, "name", ""),
        [getattr(access.district, name) for name in plain_columns(District)],
        request.path,
        now.date(),
        version,
        sorted(seen.items()),
        _visit(seen_at and datetime.fromisoformat(seen_at), now=now, ends_after=ends_after),
    ]
    return f"page:{hashlib.blake2b(repr(about).encode(), digest_size=24).hexdigest()}"


def _visit(seen_at: datetime | None, *, now: datetime, ends_after: float) -> object:
    """Say which visit this is: the running one, or a new one since a moment."""
    if seen_at is None or (now - seen_at).total_seconds() <= ends_after:
        return seen_at is None
    return seen_at


def _may_be_kept(response: HttpResponse) -> bool:
    return response.status_code == 200 and not response.streaming and not response.cookies


def _neutral(request: DistrictRequest, response: HttpResponse) -> bytes:
    """Return the page with stand-ins for what belongs to one answer: nonce and masked form tokens."""
    get_token(request)
    secret = request.META["CSRF_COOKIE"]
    text = response.content.decode().replace(str(request.csp_nonce), _NONCE)  # type: ignore[attr-defined]

    def stand_in(match: re.Match[str]) -> str:
        return _TOKEN if _does_token_match(match[0], secret) else match[0]

    return _MASKED.sub(stand_in, text).encode()


def _answer(request: DistrictRequest, kept: bytes) -> HttpResponse:
    nonce, token = str(request.csp_nonce), get_token(request)  # type: ignore[attr-defined]
    page = kept.replace(_NONCE.encode(), nonce.encode()).replace(_TOKEN.encode(), token.encode())
    return HttpResponse(page)
