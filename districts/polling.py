"""The badge that says how current a page's numbers are, and the answer when it polls its page.

Must not read results: the page asks for them at its own address once it hears of the change.
"""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django_htmx.http import trigger_client_event

from districts.access.decorators import DistrictRequest
from districts.parts import Freshness
from districts.pipeline.selectors import Freshness as PipelineFreshness
from districts.pipeline.selectors import get_freshness

CHANGED = "numbers-changed"


def badge(request: DistrictRequest, freshness: PipelineFreshness | None = None) -> Freshness:
    """Return the badge of a page that polls its own address. One query where freshness is not given."""
    now = freshness or get_freshness()
    return Freshness(as_of=now.as_of, is_updating=now.is_pending, poll_url=request.path)


def is_poll(request: DistrictRequest) -> bool:
    """Say whether the badge asks, and not a person."""
    return bool(request.htmx) and "seen" in request.GET


def answer_poll(request: DistrictRequest) -> HttpResponse:
    """Answer 204 while the badge shown still holds, else the new badge; new results trigger the page's refresh.

    One query.
    """
    now = badge(request)
    seen = request.GET["seen"]
    if seen == now.token:
        return HttpResponse(status=204)
    response = render(request, "components/freshness_badge.html", {"freshness": now})
    if seen.partition("-")[2] != now.token.partition("-")[2]:
        trigger_client_event(response, CHANGED, after="settle")
    return response
