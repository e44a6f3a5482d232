"""The outcome pages on a small district: what they say, what they hide, and who may open them."""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from diagnostics.outcomes.charts import school_chart, schools_chart
from diagnostics.outcomes.selectors import get_metric_page, get_school_page, get_spending_page
from diagnostics.outcomes.words import slope_words
from diagnostics.recompute import trend
from diagnostics.selectors import list_trends
from districts.models import School
from districts.tenancy import district_scope
from investments.models import Account, LedgerEntry
from investments.recompute import add_up_accounts, list_current_filings
from investments.selectors.by_school import list_school_dollars
from strategy.models import Metric
from tests.cast import Cast
from tests.diagnostics.facts import make_enrollment, make_results, make_school
from tests.diagnostics.scene import own_queries
from tests.investments.facts import make_filing, make_goal, recompute

SCHOOLS = ("Alamo", "Bryant", "Carver", "Dover")
ROWS = [
    (name, "all", year, 60 - 6 * (year - 2021) + 3 * number + year % 2, 200 + 20 * number)
    for number, name in enumerate(SCHOOLS)
    for year in (2019, 2021, 2022, 2023, 2024)
]
ROWS += [(name, "low_income", 2024, 20 + 2 * number, 60 + 30 * number) for number, name in enumerate(SCHOOLS)]
ROWS += [("Elm", "all", 2024, 3, 8), ("Fir", "all", 2024, 4, 9)]


@pytest.fixture
def metric(bay: Cast) -> Metric:
    with district_scope(bay.district.pk):
        metric = make_goal().metric
        metric.break_years = [2021]
        metric.save()
        make_results(metric, ROWS)
        School.objects.update(level="elementary")
        School.objects.filter(name="Dover").update(level="middle")
        Metric.objects.create(slug="climate", name="Climate", direction="up", unit="points", is_leading=True)
        recompute(trend)
    return metric  # type: ignore[no-any-return]


def signed_in(cast: Cast, client: Client, role: str = "cabinet") -> Client:
    client.force_login(next(one for key, one in cast.people.items() if key.value == role))
    return client


def address(cast: Cast, name: str, *parts: object) -> str:
    return reverse(f"diagnostics:{name}", args=(cast.district.slug, *parts))


def body(client: Client, path: str, **query: str) -> str:
    response = client.get(path, query)
    assert response.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def exported(client: Client, path: str, **query: str) -> list[dict[str, str]]:
    text = client.get(path, {**query, "export": "csv"}).content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_every_metric_says_where_it_stands_and_who_has_no_value(
    bay: Cast, metric: Metric, client: Client
) -> None:
    page = body(signed_in(bay, client), address(bay, "outcome-list"))
    assert re.search(r"down \d\.\d a year \(95% interval: \d\.\d to \d\.\d\)", page)
    assert "2 hidden" in page
    assert "6 without results" in page, "the leading metric has no results at all"
    rows = exported(client, address(bay, "outcome-list"), kind="leading")
    assert [row["Metric"] for row in rows] == ["Climate"]


def test_a_metrics_page_hides_small_schools_and_never_bridges_the_break(
    bay: Cast, metric: Metric, client: Client
) -> None:
    path = address(bay, "outcome-metric", metric.pk)
    page = body(signed_in(bay, client), path)
    assert "Values from 2020–21 on cannot be compared with earlier ones" in page
    assert "No value in 2019–20" in page
    levels = {row["School"]: row["Level"] for row in exported(client, path)}
    assert (levels["Elm"], levels["Fir"]) == ("hidden", "hidden")
    assert levels["Alamo"] == "21.0"
    only = exported(client, path, group="low_income", q="bry")
    assert [(row["School"], row["Level"]) for row in only] == [("Bryant", "24.4")]


def test_no_trace_of_a_chart_holds_values_of_both_sides_of_a_break(bay: Cast, metric: Metric) -> None:
    with district_scope(bay.district.pk):
        page = get_metric_page(metric_id=metric.pk)
        assert page is not None
        figure = schools_chart(page=page, schools=page.schools)
    assert figure is not None
    for panel in figure.panels:
        for trace in panel.plotly["data"]:
            known = [year for year, value in zip(trace["x"], trace["y"], strict=True) if value is not None]
            assert known == ["2018–19"] or "2018–19" not in known
            assert trace["connectgaps"] is False


def test_a_school_stands_beside_the_district_and_other_schools_of_its_level(
    bay: Cast, metric: Metric, client: Client
) -> None:
    with district_scope(bay.district.pk):
        alamo, dover = make_school("Alamo"), make_school("Dover")
        page = get_school_page(school_id=alamo.pk)
        lonely = get_school_page(school_id=dover.pk)
        assert page is not None and lonely is not None
        (one, _) = page.metrics
        assert one.alike_count == 2, "Bryant and Carver; Elm and Fir are hidden, Dover is of another level"
        assert one.value_of(2024, one.alike).value == pytest.approx(100 * (45 + 48) / 460, abs=0.06)  # type: ignore[union-attr]
        assert lonely.metrics[0].alike == ()
        assert school_chart(page=page) is not None
    shown = body(signed_in(bay, client), address(bay, "outcome-school", alamo.pk))
    assert "other schools of the same level (Elementary)" in shown
    assert "District" in shown


def give_dollars(metric: Metric) -> None:
    """Give each school an account of its own in the ledger of 2024."""
    filing = make_filing([("01", "0000", "1110", "1100", "1000000")], fiscal_year=2024)
    for number, school in enumerate(School.objects.order_by("name")):
        school.district_code = f"{400 + number}"
        school.save()
        account = Account.objects.create(fund="01", object="1100", location=school.district_code)
        LedgerEntry.objects.create(
            filing=filing, account_id=account.pk, amount=Decimal(1_000_000), row_number=50 + number
        )
    revenue = Account.objects.create(fund="01", object="8011", location="400")
    LedgerEntry.objects.create(filing=filing, account_id=revenue.pk, amount=Decimal(9), row_number=90)
    add_up_accounts(filings=list_current_filings())


def test_spending_stands_beside_an_outcome_with_need_and_noise_and_no_small_school(
    bay: Cast, metric: Metric, client: Client
) -> None:
    path = address(bay, "outcome-spending")
    assert "No ledger names schools" in body(signed_in(bay, client), path)
    with district_scope(bay.district.pk):
        give_dollars(metric)
        make_enrollment([(name, 2024, 400) for name in SCHOOLS])
        recompute(trend)
        page = get_spending_page()
        (dollars,) = list_school_dollars()
    assert dollars.elsewhere == 1_000_000
    assert set(dollars.by_school.values()) == {Decimal(1_000_000)}, "revenue is no spending"
    first = page.points[0]
    assert (first.name, first.dollars, first.need) == ("Alamo", Decimal(2500), 30.0), "over enrollment"
    assert {one.name for one in page.points} == set(SCHOOLS)
    assert all(one.low is not None and one.low < one.value < one.high for one in page.points)  # type: ignore[operator]
    shown = body(client, path)
    assert "This shows who got what, not what works." in shown
    assert "Elm" not in shown
    assert "2 schools with dollars are left out" in shown
    assert "divided by all students enrolled there in 2023–24." in shown
    (alamo,) = (row for row in exported(client, path) if row["School"] == "Alamo")
    assert [value for key, value in alamo.items() if key.startswith(("Dollars", "Enrollment"))] == [
        "2500.00",
        "400",
    ]


def test_dollars_are_never_divided_by_the_students_behind_results(
    bay: Cast, metric: Metric, client: Client
) -> None:
    path = address(bay, "outcome-spending")
    with district_scope(bay.district.pk):
        give_dollars(metric)
        page = get_spending_page()
    assert {one.name for one in page.points} == set(SCHOOLS)
    assert {one.dollars for one in page.points} == {None}
    signed_in(bay, client)
    shown = body(client, path)
    assert "No dollars per student: no enrollment has arrived" in shown
    assert f'href="{reverse("landing:upload-list", args=(bay.district.slug,))}">Go to data' in (
        client.get(path).content.decode()
    )
    assert not [key for key in exported(client, path)[0] if "ollars" in key]


def test_enrollment_of_an_earlier_year_is_named_and_a_school_without_it_has_no_figure(
    bay: Cast, metric: Metric, client: Client
) -> None:
    path = address(bay, "outcome-spending")
    with district_scope(bay.district.pk):
        give_dollars(metric)
        make_enrollment(
            [("Alamo", 2022, 500), ("Bryant", 2022, 250), ("Alamo", 2021, 100), ("Alamo", 2025, 50)]
        )
        recompute(trend)
        page = get_spending_page()
    found = {one.name: one.dollars for one in page.points}
    assert found == {"Alamo": Decimal(2000), "Bryant": Decimal(4000), "Carver": None, "Dover": None}
    assert page.together == Decimal(2_000_000) / 750
    shown = body(signed_in(bay, client), path)
    assert "in 2021–22, the nearest earlier year with enrollment: none of 2023–24 has arrived" in shown
    assert "2 schools have no enrollment in 2021–22, and so no dollars per student." in shown


@pytest.mark.parametrize("name", ["outcome-list", "outcome-spending"])
def test_board_members_do_not_see_them(bay: Cast, metric: Metric, client: Client, name: str) -> None:
    assert signed_in(bay, client, "board_member").get(address(bay, name)).status_code == 403


def test_pages_take_the_same_queries_however_many_schools(bay: Cast, metric: Metric, client: Client) -> None:
    signed_in(bay, client)
    paths = [
        address(bay, "outcome-list") + "?q=",
        address(bay, "outcome-metric", metric.pk) + "?q=",
    ]
    before = [len(own_queries(client, path)) for path in paths]
    with district_scope(bay.district.pk):
        make_results(metric, [(f"School {n}", "all", 2024, 20, 100) for n in range(5)])
        recompute(trend)
    assert [len(own_queries(client, path)) for path in paths] == before
    assert max(before) <= 8


@pytest.mark.parametrize("query", [{"group": "no such"}, {"grade": "99"}, {"metric": "x"}, {"sort": "?"}])
def test_what_cannot_be_read_is_ignored(
    bay: Cast, metric: Metric, client: Client, query: dict[str, str]
) -> None:
    signed_in(bay, client)
    for path in (address(bay, "outcome-metric", metric.pk), address(bay, "outcome-spending")):
        assert client.get(path, query).status_code == 200


def test_a_slope_says_its_interval_or_why_there_is_none(bay: Cast, metric: Metric) -> None:
    with district_scope(bay.district.pk):
        rows = {row.school_name: row for row in list_trends(group="all")}
        needy = {row.school_name: row for row in list_trends(group="low_income")}
    assert re.fullmatch(r"down \d\.\d a year \(95% interval: \d\.\d to \d\.\d\)", slope_words(rows["Alamo"]))
    assert slope_words(needy["Alamo"]) == "no slope: one point"
    assert slope_words(needy["Alamo"], since=2021) == "no slope: one point since the break"
    assert slope_words(rows["Elm"]) == ""
