"""The organisation: settings, schools, departments; through services and pages."""

from __future__ import annotations

import csv
import io

import pytest
from django.utils import timezone

from districts.access.permissions import Role
from districts.forms.organisation import OBJECT_PRESETS
from districts.models import AuditEvent, Department, District, FundingSegment, Mark, ObjectChart, School
from districts.services import organisation
from districts.tenancy import district_scope
from tests.cast import Cast
from tests.investments.facts import make_initiative

LINCOLN = organisation.SchoolFacts(
    name="Lincoln",
    district_code="007",
    state_code="6040000",
    level="elementary",
    is_charter=False,
    opened_on=None,
    closed_on=None,
)
SETTINGS = {
    "fiscal_year_start_month": "9",
    "time_zone": "America/Chicago",
    "minimum_group": "20",
    "funding_segment": "fund",
    **OBJECT_PRESETS["sacs"],
}


def test_settings_change_and_are_audited(bay: Cast) -> None:
    client = bay.client(Role.DISTRICT_ADMIN)
    answer = client.post("/d/bay/admin/organisation/", SETTINGS)
    assert answer.status_code == 302
    district = District.objects.get(slug="bay")
    assert (district.fiscal_year_start_month, district.time_zone) == (9, "America/Chicago")
    assert (district.minimum_group, district.funding_segment) == (20, "fund")
    page = client.get("/d/bay/admin/audit/?table=districts_district").content.decode()
    assert "Fiscal year start month: 7 → 9" in page
    assert "Funding segment: Resource or project → Fund" in page


def test_a_changed_minimum_marks_everything_that_hides_small_groups(bay: Cast) -> None:
    bay.client(Role.DISTRICT_ADMIN).post("/d/bay/admin/organisation/", SETTINGS)
    with district_scope(bay.district.pk, cause="test"):
        marked = set(Mark.objects.exclude(input="ledger").values_list("target", flat=True))
    assert marked == {"trend", "effect", "initiative_return"}


def test_same_settings_write_nothing(in_bay: Cast) -> None:
    same = organisation.OrganisationSettings(
        fiscal_year_start_month=7,
        time_zone="America/Los_Angeles",
        minimum_group=10,
        funding_segment=FundingSegment.RESOURCE,
        object_chart=ObjectChart.SACS,
        spending_objects="1000-7499",
        revenue_objects="8000-8799",
        indirect_objects="7300-7399",
    )
    before = AuditEvent.objects.count()
    organisation.change_organisation(by=1, settings=same, now=timezone.now())
    assert AuditEvent.objects.count() == before


def test_objects_of_another_chart_are_filled_in_but_kept_only_when_saved(bay: Cast) -> None:
    client = bay.client(Role.DISTRICT_ADMIN)
    page = client.get("/d/bay/admin/organisation/?objects=nces").content.decode()
    assert 'value="100-899"' in page
    assert District.objects.get(slug="bay").spending_objects == "1000-7499"
    client.post("/d/bay/admin/organisation/", SETTINGS | OBJECT_PRESETS["nces"])
    district = District.objects.get(slug="bay")
    assert (district.spending_objects, district.revenue_objects) == ("100-899", "1000-4999")
    assert (district.indirect_objects, district.object_chart) == ("", "nces")
    audit = client.get("/d/bay/admin/audit/?table=districts_district&export=csv").content.decode()
    assert "Spending objects: 1000-7499 → 100-899" in audit


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("spending_objects", ""),
        ("spending_objects", "100-8999"),
        ("spending_objects", "6*,,7*"),
        ("revenue_objects", "7000-8799"),
        ("revenue_objects", "74*"),
        ("indirect_objects", "*"),
    ],
)
def test_objects_that_cannot_be_read_or_meant_twice_are_refused(bay: Cast, field: str, typed: str) -> None:
    answer = bay.client(Role.DISTRICT_ADMIN).post("/d/bay/admin/organisation/", SETTINGS | {field: typed})
    assert answer.status_code == 422
    assert f'id="id_{field}"' in answer.content.decode()
    assert District.objects.get(slug="bay").spending_objects == "1000-7499"


def test_group_smaller_than_ten_is_refused(bay: Cast) -> None:
    answer = bay.client(Role.DISTRICT_ADMIN).post(
        "/d/bay/admin/organisation/", SETTINGS | {"minimum_group": "9"}
    )
    assert answer.status_code == 422
    assert District.objects.get(slug="bay").minimum_group == 10


def test_school_keeps_its_zeros_and_is_found(bay: Cast) -> None:
    client = bay.client(Role.DISTRICT_ADMIN)
    form = {"name": "Lincoln", "district_code": "007", "state_code": "0000123", "level": "high"}
    assert client.post("/d/bay/admin/schools/new/", form).status_code == 302
    rows = client.get("/d/bay/admin/schools/?q=0000123&export=csv").content.decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(rows))) == [
        ["Name", "Level", "District's id", "State's id", "Charter", "Opened", "Closed"],
        ["Lincoln", "High", "007", "0000123", "no", "", ""],
    ]


def test_two_schools_cannot_share_an_id(in_bay: Cast) -> None:
    organisation.add_school(facts=LINCOLN)
    with pytest.raises(organisation.CodeTaken) as caught:
        organisation.add_school(facts=LINCOLN)
    assert caught.value.message == ("Lincoln already has the district's id 007. Each school needs its own.")
    assert School.objects.count() == 1


def test_school_that_closes_before_it_opens_is_refused(bay: Cast) -> None:
    answer = bay.client(Role.DISTRICT_ADMIN).post(
        "/d/bay/admin/schools/new/",
        {"name": "Odd", "level": "high", "opened_on": "2020-08-01", "closed_on": "2019-06-30"},
    )
    assert answer.status_code == 422
    assert answer.context["form"].errors["closed_on"] == [
        "A school closes after it opens. Correct one of the two dates."
    ]


def test_department_is_renamed_and_named_once(in_bay: Cast) -> None:
    first = organisation.add_department(name="Curriculum")
    organisation.add_department(name="Finance")
    with pytest.raises(organisation.NameTaken):
        organisation.rename_department(department_id=first, name="finance")
    organisation.rename_department(department_id=first, name="Teaching")
    event = AuditEvent.objects.filter(table_name="districts_department").latest("id")
    assert (event.before["name"], event.after["name"]) == ("Curriculum", "Teaching")


def test_department_nobody_names_is_deleted_and_one_in_use_stays(bay: Cast) -> None:
    with district_scope(bay.district.pk, cause="test"):
        unused = organisation.add_department(name="Curriculum")
        used = organisation.add_department(name="Teaching")
        make_initiative("Tutoring", department_id=used)
    client = bay.client(Role.DISTRICT_ADMIN)
    page = client.get(f"/d/bay/admin/departments/{unused}/delete/").content.decode()
    assert "Delete the department Curriculum?" in page
    done = client.post(f"/d/bay/admin/departments/{unused}/delete/", follow=True).content.decode()
    assert "Curriculum is deleted." in done
    path = f"/d/bay/admin/departments/{used}/delete/"
    asked, refused = client.get(path), client.post(path)
    assert (asked.status_code, refused.status_code) == (200, 409)
    for answer in (asked, refused):
        words = answer.content.decode()
        assert "“Teaching” cannot be deleted: 1 initiative names it, archived ones included." in words
        assert 'type="submit">Delete' not in words
    with district_scope(bay.district.pk):
        assert [one.name for one in Department.objects.all()] == ["Teaching"]
        gone = AuditEvent.objects.get(table_name="districts_department", action="delete")
        assert gone.before is not None
        assert gone.before["name"] == "Curriculum"
