"""The board's page opens with decisions: what waits, what is due, what was taken; nothing by school."""

from __future__ import annotations

import html
import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from districts.access.permissions import Role
from districts.tenancy import district_scope
from strategy.models import Initiative
from tests.cast import Cast
from tests.diagnostics.reviews.scene import REASON, Reviewed, make_reviewed, move, recommend

BOARD = "/d/bay/board/"


@pytest.fixture
def reviewed(bay: Cast) -> Reviewed:
    return make_reviewed(bay)


def words(response: Any) -> str:
    return " ".join(html.unescape(re.sub("<[^>]+>", " ", response.content.decode())).split())


def test_board_show_opens_with_decisions(bay: Cast, reviewed: Reviewed) -> None:
    today = timezone.localdate()
    with district_scope(bay.district.pk, cause="test"):
        Initiative.objects.filter(pk=reviewed.scene.tutoring).update(review_on=today + timedelta(days=9))
        Initiative.objects.filter(pk=reviewed.scene.clubs).update(review_on=date(2020, 9, 1))
    member = bay.client(Role.BOARD_MEMBER)
    page = member.get(BOARD)
    assert page.context["board"].docket.answer == (
        "No recommendations wait for the board; 2 reviews are due within 90 days;"
        " no decisions were taken in the last twelve months."
    )
    text = page.content.decode()
    assert text.index('id="h-decisions"') < text.index('id="h-goals"')
    assert "Overdue: Clubs: review was due on Sep 1, 2020." in words(page)


def test_board_show_says_what_is_recommended_and_what_was_done(bay: Cast, reviewed: Reviewed) -> None:
    scene, member = reviewed.scene, bay.client(Role.BOARD_MEMBER)
    pk = recommend(bay, reviewed, **move(0, frm=scene.tutoring, to="none", amount="1000.05"))
    page = words(member.get(BOARD))
    assert "1 recommendation waits for the board" in page
    assert "Tutoring: sustain Recommendation, waits for the board." in page
    assert REASON in page
    assert "It moves $1,000.05 of 3010 from Tutoring to what is not allocated, in the FY2025 budget." in page
    for kept_back in ("Affordable.", "Alamo", "Bryant"):
        assert kept_back not in page
    today = timezone.localdate()
    given = {"action": "rejected", "on": today.isoformat(), "item": "8.2", "note": "Too early."}
    assert bay.client(Role.CABINET).post(f"/d/bay/decisions/{pk}/board/", given).status_code == 302
    page = words(member.get(BOARD))
    assert "1 decision was taken in the last twelve months" in page
    assert "item 8.2." in page
    assert "Too early." in page
    assert "It would have moved $1,000.05" in page


def test_board_show_leaves_withdrawn_recommendations_out(bay: Cast, reviewed: Reviewed) -> None:
    pk = recommend(bay, reviewed)
    bay.client(Role.CABINET).post(f"/d/bay/decisions/{pk}/withdraw/")
    page = bay.client(Role.BOARD_MEMBER).get(BOARD)
    assert REASON not in words(page)
    assert "No recommendation waits for the board." in words(page)
