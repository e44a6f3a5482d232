"""Home's list of what needs someone: reviews due, until a recommendation is recorded."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from districts.access.permissions import Role
from districts.tenancy import district_scope
from strategy.models import Initiative
from tests.cast import Cast
from tests.diagnostics.reviews.scene import Reviewed, make_reviewed, recommend

HOME = "/d/bay/"


@pytest.fixture
def reviewed(bay: Cast) -> Reviewed:
    found = make_reviewed(bay)
    with district_scope(bay.district.pk, cause="test"):
        soon = timezone.localdate() + timedelta(days=90)
        Initiative.objects.filter(pk=found.scene.tutoring).update(review_on=soon)
        Initiative.objects.filter(pk=found.scene.clubs).update(review_on=soon + timedelta(days=1))
    return found


def due(cast: Cast) -> list[tuple[str, str]]:
    needs = cast.client(Role.CABINET).get(HOME).context["needs"]
    return [(one.words.split(":")[0], one.href) for one in needs if "its review" in one.words]


def test_review_due_leads_to_the_review_until_it_is_decided(bay: Cast, reviewed: Reviewed) -> None:
    assert due(bay) == [("Tutoring", reviewed.review)]
    pk = recommend(bay, reviewed)
    assert due(bay) == []
    today = timezone.localdate().isoformat()
    bay.client(Role.CABINET).post(f"/d/bay/decisions/{pk}/board/", {"action": "rejected", "on": today})
    assert due(bay) == [("Tutoring", reviewed.review)]
    pk = recommend(bay, reviewed, recommendation="stop", next_review_on="")
    bay.client(Role.CABINET).post(f"/d/bay/decisions/{pk}/board/", {"action": "adopted", "on": today})
    assert due(bay) == []
    with district_scope(bay.district.pk, cause="test"):
        Initiative.objects.filter(pk=reviewed.scene.tutoring).update(review_on=timezone.localdate())
    assert due(bay) == [("Tutoring", reviewed.review)]
