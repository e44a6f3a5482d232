"""The answer to a badge that polls its page: nothing, or the new badge and word that numbers changed.

Must not read results: the page asks for them at its own address once it hears of the change.
"""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django_htmx.http import trigger_client_event

from diagnostics.links import badge
from districts.access.decorators import DistrictRequest
from districts.pipeline.selectors import get_freshness

CHANGED = "numbers-changed"


def is_poll(request: DistrictRequest) -> bool:
    """Say whether the badge asks, and not a person."""
    return bool(request.htmx) and "seen" in request.GET


def answer_poll(request: DistrictRequest) -> HttpResponse:
    """Answer 204 when the badge shown still holds, else the new badge; new results trigger the page's refresh.

    One query.
    """
    now = badge(request, get_freshness())
    seen = request.GET["seen"]
    if seen == now.token:
        return HttpResponse(status=204)
    response = render(request, "components/freshness_badge.html", {"freshness": now})
    if seen.partition("-")[2] != now.token.partition("-")[2]:
        trigger_client_event(response, CHANGED, after="settle")
    return response
