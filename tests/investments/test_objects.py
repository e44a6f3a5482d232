"""Which objects are spending is the district's to say: costs, budgets, pages and reports read one setting."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.utils import timezone

from districts.access.permissions import Role
from districts.forms.organisation import OBJECT_PRESETS
from districts.landing.services import confirm_upload
from districts.models import District, FundingSegment, Mark, ObjectChart
from districts.services import organisation
from districts.tenancy import district_scope
from investments.models import LedgerCost
from investments.recompute import ledger_cost
from investments.selectors import (
    compare_budget,
    get_allocation_grid,
    get_initiative_cost,
    get_ledger_total,
    get_pivot,
    list_counted_rows,
    list_initiative_costs,
    list_meters,
)
from tests.cast import Cast
from tests.districts.landing.files import land, mapped, work
from tests.investments.facts import make_filing, make_initiative, make_rule, recompute

THREE_DIGITS = [
    ("10", "3010", "", "110", "700.00"),
    ("10", "3010", "", "210", "200.50"),
    ("10", "3010", "", "910", "50.00"),
    ("10", "3010", "", "4000", "9000.00"),
    ("10", "0000", "", "610", "40.00"),
]
SIX_DIGITS = [("10", "3010", "", "511000", "300.00"), ("10", "3010", "", "731000", "25.00")]


def set_objects(cast: Cast, **objects: str) -> None:
    """Change the district's objects as its admin does."""
    values = OBJECT_PRESETS["sacs"] | objects
    organisation.change_organisation(
        by=cast.people[Role.DISTRICT_ADMIN].pk,
        settings=organisation.OrganisationSettings(
            fiscal_year_start_month=7,
            time_zone="America/Los_Angeles",
            minimum_group=10,
            funding_segment=FundingSegment.RESOURCE,
            object_chart=ObjectChart(values.pop("object_chart")),
            **values,
        ),
        now=timezone.now(),
    )


@pytest.fixture
def scope(bay: Cast) -> Iterator[Cast]:
    with district_scope(bay.district.pk, cause="test"):
        yield bay


def test_three_digit_objects_cost_something_once_the_district_names_them(scope: Cast) -> None:
    make_filing(THREE_DIGITS, fiscal_year=2024)
    title_one = make_initiative("Title I")
    make_rule(title_one, resource="3010")
    recompute(ledger_cost)
    past = list_initiative_costs()
    assert [one.counted for one in past[title_one.pk].costs] == [Decimal("9000.00")], "a revenue code"
    before = timezone.now()

    set_objects(scope, **OBJECT_PRESETS["nces"])
    assert Mark.objects.filter(input="ledger").exists()
    recompute(ledger_cost)
    cost = get_initiative_cost(initiative_id=title_one.pk)
    assert [(one.counted, one.indirect) for one in cost.costs] == [(Decimal("900.50"), Decimal(0))]
    assert [(one.code, one.title, one.counted) for one in cost.classes] == [
        ("100", "Salaries", Decimal("700.00")),
        ("200", "Employee benefits", Decimal("200.50")),
    ]
    (meter,) = list_meters()
    assert (meter.total, meter.not_yet_coded) == (Decimal("940.50"), Decimal("40.00"))
    assert list_initiative_costs(as_of=before) == past, "what a past date showed stays"
    rows = list_counted_rows(fiscal_year=2024, kind="actual", initiative_id=title_one.pk)
    assert rows.counted == Decimal("900.50")


def test_a_figure_of_a_past_date_stays_when_the_objects_change(scope: Cast) -> None:
    make_filing([("01", "3010", "", "1100", "10.00"), ("01", "3010", "", "4300", "5.00")], fiscal_year=2024)
    title_one = make_initiative("Title I")
    make_rule(title_one, resource="3010")
    recompute(ledger_cost, now=datetime(2025, 1, 1, tzinfo=UTC))
    set_objects(scope, spending_objects="1000-3999")
    recompute(ledger_cost, now=datetime(2025, 2, 1, tzinfo=UTC))

    def counted(as_of: datetime | None) -> Decimal:
        return list_initiative_costs(as_of=as_of)[title_one.pk].costs[0].counted

    assert counted(None) == Decimal("10.00")
    assert counted(datetime(2025, 1, 15, tzinfo=UTC)) == Decimal("15.00")


def test_pages_and_budgets_read_the_same_setting(scope: Cast) -> None:
    make_filing(THREE_DIGITS, fiscal_year=2024)
    make_filing(THREE_DIGITS, fiscal_year=2024, kind="budget")
    set_objects(scope, **OBJECT_PRESETS["nces"])

    def total(name: str) -> Decimal:
        return get_pivot(segments=["fund"], kinds=["actual"], scope=name).totals[0]

    assert total("spending") == Decimal("940.50")
    assert total("revenue") == Decimal("9000.00")
    assert total("rest") == Decimal("50.00")
    assert total("all") == Decimal("9990.50")
    assert compare_budget(fiscal_year=2024).total.budget == Decimal("940.50")
    assert [(one.source, one.budget) for one in get_allocation_grid().sources] == [
        ("0000", Decimal("40.00")),
        ("3010", Decimal("900.50")),
    ]
    assert get_ledger_total(fiscal_year=2024, kind="actual", filters={"object": "100-899"}).amount == Decimal(
        "940.50"
    )


def test_six_digit_objects_of_a_district_have_classes_and_indirect_cost(scope: Cast) -> None:
    make_filing(SIX_DIGITS, fiscal_year=2024)
    title_one = make_initiative("Title I")
    make_rule(title_one, resource="3010")
    set_objects(
        scope,
        object_chart="own",
        spending_objects="5*,700000-799999",
        revenue_objects="",
        indirect_objects="731*",
    )
    recompute(ledger_cost)
    found = LedgerCost.objects.filter(shown_until=None).order_by("object_class")
    assert list(found.values_list("object_class", "is_indirect", "counted")) == [
        ("5*", False, Decimal("300.00")),
        ("7*", True, Decimal("25.00")),
    ]
    assert get_pivot(segments=["fund"], scope="revenue").rows == ()


def test_preview_sets_spending_revenue_and_the_rest_apart(bay: Cast) -> None:
    text = (
        "Fund,Resource,Object,Fiscal Year,Type,Amount\n"
        "01,0000,1100,2024,Actual,700.00\n"
        "01,0000,8011,2024,Actual,900.00\n"
        "01,0000,9110,2024,Actual,55.00\n"
        "12,6053,4300,2024,Actual,75.00\n"
    )
    upload = land(bay, text).upload
    work()
    upload = mapped(bay, upload)
    assert [(one["of"], one["fund"], one["after"]) for one in upload.preview["slices"][0]["by_fund"]] == [
        ("Spending", "01", "700.00"),
        ("Spending", "12", "75.00"),
        ("Revenue", "01", "900.00"),
        ("Neither", "01", "55.00"),
    ]
    page = bay.client(Role.DISTRICT_ADMIN).get(f"/d/bay/data/uploads/{upload.pk}/").content.decode()
    assert "by fund: spending, revenue and neither apart" in page
    assert 'href="/d/bay/admin/organisation/">Rows that count as spending</a>' in page


def test_three_digit_ledger_goes_from_file_to_cost_by_the_setting_alone(bay: Cast) -> None:
    text = (
        "Fund,Project,Function,Object,Fiscal Year,Type,Amount\n"
        "10,3010,1000,110,2024,Actual,700.00\n"
        "10,3010,1000,610,2024,Actual,40.25\n"
        "10,0000,2600,410,2024,Actual,9.00\n"
    )
    upload = land(bay, text).upload
    work()
    upload = mapped(bay, upload, resource="Project")
    checks = {one["name"]: one for one in upload.preview["checks"]}
    assert checks["Rows that count as spending"]["status"] == "warn"
    assert checks["Rows that count as spending"]["found"] == "0 of 3 rows"
    with district_scope(bay.district.pk, cause="test"):
        confirm_upload(by=None, upload_id=upload.pk)
        make_rule(make_initiative("Title I"), resource="3010")
    work()
    director = bay.client(Role.BUDGET_DIRECTOR)
    assert "740.25" not in director.get("/d/bay/budget/?export=csv").content.decode()
    admin = bay.client(Role.DISTRICT_ADMIN)
    page = admin.get("/d/bay/admin/organisation/?objects=nces")
    form = page.context["form"]
    admin.post("/d/bay/admin/organisation/", {name: form[name].value() for name in form.fields})
    work(only="ledger_cost")
    with district_scope(bay.district.pk):
        (cost,) = list_initiative_costs().values()
    assert [one.counted for one in cost.costs] == [Decimal("740.25")]
    assert "740.25" in director.get("/d/bay/budget/?export=csv").content.decode()


def test_the_default_is_california(scope: Cast) -> None:
    district = District.objects.get(pk=scope.district.pk)
    assert (district.spending_objects, district.revenue_objects) == ("1000-7499", "8000-8799")
    assert (district.indirect_objects, district.object_chart) == ("7300-7399", "sacs")
