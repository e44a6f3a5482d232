"""Open the district's scope around a whole request, rendering included; must not decide rights."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection, transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse

from districts.access.credentials import hash_secret
from districts.access.fixed_query import FixedQuery, plain_columns
from districts.models import ApiKey, District, Membership
from districts.tenancy.scope import district_scope, set_local


@dataclass(frozen=True)
class Access:
    """Who asks, for which district, in which role."""

    district: District
    role: str
    user_id: int | None
    api_key_id: str | None = None

    @property
    def actor(self) -> str:
        """Name the caller for a log line."""
        return f"API key {self.api_key_id}" if self.api_key_id else f"user {self.user_id}"


class DistrictMiddleware:
    """Give `/d/<slug>/` and `/api/v1/d/<slug>/` one transaction in their district's scope.

    Somebody who does not belong to the district gets the answer an unknown district gets. An
    exception rolls the transaction back; a hint to the workers goes out after the commit.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request, inside its district's scope where its path names one."""
        request.access = None  # type: ignore[attr-defined]
        slug = _slug_of(request)
        if slug is None:
            return self.get_response(request)
        bearer = request.headers.get("Authorization", "")
        with transaction.atomic():
            access, is_known = _identify(request, slug, bearer)
            if access is None:
                return self._closed(request, signed_in=is_known or request.user.is_authenticated)
            by_key = f" by API key {access.api_key_id}" if access.api_key_id else ""
            cause = f"{request.method} {request.path}{by_key}"[:200]
            with district_scope(access.district.pk, actor_id=access.user_id, cause=cause, is_whole=True):
                request.access = access  # type: ignore[attr-defined]
                return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:  # noqa: ARG002
        """Undo what the request wrote before it failed."""
        if getattr(request, "access", None) is not None:
            transaction.set_rollback(True)

    def _closed(self, request: HttpRequest, *, signed_in: bool) -> HttpResponse:
        request.district_closed = True  # type: ignore[attr-defined]
        is_api = request.path_info.startswith("/api/")
        if is_api and not signed_in:
            response = JsonResponse({"detail": "Send a valid API key or sign in."}, status=401)
            response["WWW-Authenticate"] = "Bearer"
            return response
        if is_api:
            return JsonResponse({"detail": "Not found."}, status=404)
        return self.get_response(request)


_DISTRICT_PATH = re.compile(r"/(?:api/v1/)?d/(?P<slug>[-a-zA-Z0-9_]+)/")


def _slug_of(request: HttpRequest) -> str | None:
    found = _DISTRICT_PATH.match(request.path_info)
    return found["slug"] if found else None


def _identify(request: HttpRequest, slug: str, bearer: str) -> tuple[Access | None, bool]:
    """Return who asks, if this district is theirs, and whether we know them at all."""
    if bearer.startswith("Bearer ") and request.path_info.startswith("/api/"):
        key_hash = hash_secret(bearer.removeprefix("Bearer ").strip())
        set_local("credential", key_hash)
        key = (
            ApiKey._base_manager.filter(key_hash=key_hash, revoked_at__isnull=True)
            .select_related("district")
            .first()
        )
        set_local("credential", "")
        if key is None or key.district.slug != slug:
            return None, key is not None
        key_id = str(key.pk)
        return Access(
            district=key.district, role=key.role, user_id=key.created_by_id, api_key_id=key_id
        ), True
    if not request.user.is_authenticated:
        return None, False
    found = _read_membership(user_id=request.user.pk, slug=slug)
    if found is None:
        return None, True
    return Access(district=found[0], role=found[1], user_id=request.user.pk), True


_MEMBERSHIP = FixedQuery(
    lambda: (
        Membership._base_manager.filter(user_id=0)
        .filter(district__slug="")
        .values_list("role", *(f"district__{name}" for name in plain_columns(District)))
    ),
    before="SELECT set_config('srm.user_id', %s, true)",
    after="SELECT set_config('srm.user_id', '', true)",
)


def _read_membership(*, user_id: int, slug: str) -> tuple[District, str] | None:
    """Return the district and the person's role in it; their memberships are open for this query alone.

    One round trip: what opens, asks and closes again is sent as one, closed also where nothing was found.
    """
    row = _MEMBERSHIP.find(str(user_id), user_id, slug)
    if row is None:
        return None
    return District.from_db(connection.alias, plain_columns(District), row[1:]), row[0]


def require_access(request: HttpRequest) -> Access:
    """Return the request's access; raises Http404 when the district is closed to it."""
    access: Access | None = getattr(request, "access", None)
    if access is None:
        raise Http404
    return access
