"""A lead's home says which check-ins are due; nobody else's home does."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from districts.access.permissions import Role
from districts.models import School
from districts.tenancy import district_scope
from strategy.models import Initiative, InitiativeSchool
from tests.cast import Cast
from tests.diagnostics.scene import make_scene


def test_a_lead_is_told_what_is_due_and_cabinet_is_not(bay: Cast) -> None:
    lead, today = bay.people[Role.INITIATIVE_LEAD], timezone.localdate()
    with district_scope(bay.district.pk, cause="test"):
        scene = make_scene(bay)
        began = date(today.year - 1, 9, 1)
        Initiative.objects.filter(pk=scene.tutoring).update(owner=lead, serves_from=began, serves_to=None)
        if not InitiativeSchool.objects.filter(initiative_id=scene.tutoring).exists():
            InitiativeSchool.objects.create(initiative_id=scene.tutoring, school=School.objects.all()[0])
    told = bay.client(Role.INITIATIVE_LEAD).get("/d/bay/").content.decode()
    assert "Check-ins due" in told
    assert f"/d/bay/initiatives/{scene.tutoring}/check-ins/" in told
    assert "Check-ins due" not in bay.client(Role.CABINET).get("/d/bay/").content.decode()
