"""Open the district's scope around a whole request, rendering included; must not decide rights."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import Resolver404, resolve

from districts.access.credentials import hash_secret
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


def _slug_of(request: HttpRequest) -> str | None:
    if not request.path_info.startswith(("/d/", "/api/v1/d/")):
        return None
    try:
        match = resolve(request.path_info)
    except Resolver404:
        return None
    return match.kwargs.get("slug")


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
    set_local("user_id", str(request.user.pk))
    membership = (
        Membership._base_manager.filter(user=request.user, district__slug=slug)
        .select_related("district")
        .first()
    )
    set_local("user_id", "")
    if membership is None:
        return None, True
    return Access(district=membership.district, role=membership.role, user_id=request.user.pk), True


def require_access(request: HttpRequest) -> Access:
    """Return the request's access; raises Http404 when the district is closed to it."""
    access: Access | None = getattr(request, "access", None)
    if access is None:
        raise Http404
    return access
