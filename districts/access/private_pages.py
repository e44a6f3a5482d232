"""What a signed-in person was shown is kept by no cache and no browser: Back after signing out shows nothing."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class PrivatePagesMiddleware:
    """Say `private, no-store` on every answer to somebody signed in, unless the view said something else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and mark the answer."""
        response = self.get_response(request)
        user = getattr(request, "user", None)  # the API sets None for a key
        is_known = "Authorization" in request.headers or (user is not None and user.is_authenticated)
        if is_known and not response.has_header("Cache-Control"):
            response["Cache-Control"] = "private, no-store"
        return response
