"""Trends and returns from the tables and back."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from diagnostics.calc.pooling import YearValue
from diagnostics.models import InitiativeReturn, Trend
from diagnostics.recompute import initiative_return, returns, trend
from investments.recompute import ledger_cost
from strategy.models import Initiative, InitiativeSchool, Metric
from tests.cast import Cast
from tests.diagnostics.facts import make_results, make_school
from tests.investments.facts import make_filing, make_goal, make_initiative, make_rule, recompute

NOVEMBER = datetime(2026, 11, 23, 20, tzinfo=UTC)
RESULTS = [
    ("Alamo", "all", 2021, 90, 100),
    ("Alamo", "all", 2022, 40, 100),
    ("Alamo", "all", 2023, 30, 100),
    ("Alamo", "all", 2024, 20, 100),
    ("Bryant", "all", 2022, 30, 300),
    ("Bryant", "all", 2023, None, None),
    ("Bryant", "all", 2024, 60, 300),
    ("Carver", "all", 2024, 5, 9),
    ("Dover", "all", 2024, 6, 12),
]


@pytest.fixture
def metric(in_bay: Cast) -> Metric:
    metric = make_goal().metric
    metric.break_years = [2022]
    metric.save()
    make_results(metric, RESULTS)
    return metric


def shown(name: str | None) -> Trend:
    found: Trend = Trend.objects.get(school__name=name, shown_until=None)
    return found


def judged(initiative: Initiative) -> InitiativeReturn:
    found: InitiativeReturn = InitiativeReturn.objects.get(initiative=initiative, shown_until=None)
    return found


def test_a_school_has_a_level_a_change_and_a_slope_after_the_break(metric: Metric) -> None:
    recompute(trend)
    alamo = shown("Alamo")
    assert (alamo.level, alamo.level_year, alamo.change, alamo.slope, alamo.points_used) == (
        20.0,
        2024,
        -10.0,
        pytest.approx(-10.0),
        3,
    )
    assert alamo.note == "Values before 2021–22 cannot be compared with later ones."
    assert [point["year"] for point in alamo.points] == [2021, 2022, 2023, 2024]


def test_the_district_pools_its_schools_unless_only_one_has_a_value(metric: Metric) -> None:
    recompute(trend)
    district = Trend.objects.get(school=None, shown_until=None)
    assert [(point["year"], point["value"], point["students"]) for point in district.points] == [
        (2021, None, None),  # one school: its value under another name
        (2022, 17.5, 400.0),
        (2023, None, None),
        (2024, 21.6, 421.0),
    ]


def test_a_small_or_suppressed_value_is_nowhere_in_the_results(metric: Metric) -> None:
    recompute(trend)
    carver = shown("Carver")
    assert carver.points == [
        {
            "year": 2024,
            "value": None,
            "numerator": None,
            "students": None,
            "is_suppressed": True,
            "bound": "",
            "is_vouched": False,
        }
    ]
    assert shown("Dover").points == carver.points  # or the 9 of Carver would be what is left
    assert (carver.level, carver.note) == (None, "Every value is suppressed.")
    assert shown("Bryant").points[1]["is_suppressed"] is True


def test_trends_run_twice_change_nothing_and_a_new_year_changes_its_schools_only(metric: Metric) -> None:
    assert recompute(trend).changed_rows == 5
    assert recompute(trend).changed_rows == 0
    make_results(metric, [("Alamo", "all", 2025, 10, 100)])
    assert recompute(trend).changed_rows == 4
    assert (shown("Alamo").level, shown("Alamo").level_year) == (10.0, 2025)
    assert Trend.objects.filter(school__name="Alamo").count() == 2


def test_trends_take_three_queries_and_a_copy_to_read(metric: Metric) -> None:
    with CaptureQueriesContext(connection) as queries:
        recompute(trend)
    read = [str(query["sql"]) for query in queries]
    assert len([sql for sql in read if sql.startswith("SELECT")]) == 3
    assert len([sql for sql in read if sql.startswith("COPY (SELECT")]) == 1


def serve(initiative: Initiative, *schools: str) -> None:
    for name in schools:
        InitiativeSchool.objects.create(initiative=initiative, school=make_school(name), source="test")


def test_a_return_says_there_is_no_fair_comparison_and_what_is_known(metric: Metric) -> None:
    initiative = make_initiative("Title I")
    serve(initiative, "Alamo", "Bryant")
    make_filing([("01", "3010", "1110", "1100", "600000.00")], fiscal_year=2024)
    make_rule(initiative, resource="3010")
    for calculation in (ledger_cost, trend, initiative_return):
        recompute(calculation, now=NOVEMBER)
    found = judged(initiative)
    assert (found.verdict, found.rule) == ("cannot_tell", "2")
    assert found.sentence == "We cannot tell if Title I lowered chronic absence."
    assert found.known == [
        "$600K in FY2024 (ledger cost).",
        (
            "Chronic absence at the 2 schools it serves: 20.0% in 2023–24, +2.5 points since 2021–22 (no value"
            " between); all schools of the district, these included: 21.6%, +4.1 points over the same time."
            " This describes; it does not show a cause."
        ),
        "Nobody has reported yet how well it is delivered.",
    ]


@pytest.mark.parametrize(
    ("fields", "schools", "expected"),
    [
        ({"review_on": date(2026, 11, 24)}, ("Alamo",), ("cannot_tell_yet", "0")),
        ({}, (), ("cannot_tell", "2")),
        ({}, ("Nowhere",), ("cannot_tell_yet", "0")),
        ({"serves_from": date(2021, 7, 1)}, ("Alamo",), ("cannot_tell", "2")),
        ({"serves_from": date(2025, 7, 1)}, ("Alamo",), ("cannot_tell_yet", "0")),
        ({"kind": "entitlement"}, ("Alamo",), ("not_judged", "")),
        ({"kind": "general_support"}, (), ("not_judged", "")),
    ],
)
def test_returns_follow_the_table(
    metric: Metric, fields: dict[str, object], schools: tuple[str, ...], expected: tuple[str, str]
) -> None:
    initiative = make_initiative("Tutoring", **fields)
    serve(initiative, *schools)
    recompute(trend)
    recompute(initiative_return, now=NOVEMBER)
    found = judged(initiative)
    assert (found.verdict, found.rule) == expected


def test_the_next_step_of_a_changed_measure_changes_when_the_year_it_asks_for_arrives(
    metric: Metric,
) -> None:
    metric.break_years = [2024]
    metric.save()
    initiative = make_initiative("Tutoring", serves_from=date(2021, 7, 1))
    serve(initiative, "Alamo")
    recompute(trend)
    recompute(initiative_return, now=NOVEMBER)
    asked = judged(initiative)
    assert asked.next_step == "Load one more year of chronic absence under the new measure, from 2023–24 on."
    make_results(metric, [("Alamo", "all", 2025, 10, 100)])
    recompute(trend)
    recompute(initiative_return, now=NOVEMBER)
    told = judged(initiative)
    assert told.verdict == "cannot_tell"
    assert told.next_step.startswith(
        "Write an evaluation plan and lock it before results arrive. Choose comparison schools that were like"
    )
    assert not any("10.0%" in fact for fact in told.known), "some readers see no single school"


@pytest.mark.parametrize(
    ("group", "serves_from", "reason"),
    [
        ("all", None, "There is no fair comparison: no record says which schools or students it serves."),
        (
            "all",
            date(2025, 7, 1),
            (
                "No schools are named: no record says which schools or students it serves. The measure is missing: no"
                " results of chronic absence from 2025–26 on, when it began, have arrived; the last are of 2023–24."
            ),
        ),
        (
            "no such group",
            None,
            (
                "The measure is missing: the results of chronic absence that have arrived name no group “no such"
                " group”, as the strategic goal does."
            ),
        ),
    ],
)
def test_a_return_without_schools_or_group_says_so_and_not_that_nothing_arrived(
    metric: Metric, group: str, serves_from: date | None, reason: str
) -> None:
    initiative = make_initiative("Tutoring", serves_from=serves_from)
    initiative.goal.group = group
    initiative.goal.save()
    recompute(trend)
    recompute(initiative_return, now=NOVEMBER)
    assert judged(initiative).reason == reason


def test_returns_run_twice_change_nothing_and_the_review_day_changes_them(metric: Metric) -> None:
    initiative = make_initiative("Tutoring", review_on=date(2026, 11, 24))
    serve(initiative, "Alamo")
    recompute(trend)
    assert recompute(initiative_return, now=NOVEMBER).changed_rows == 1
    assert recompute(initiative_return, now=NOVEMBER).changed_rows == 0
    assert recompute(initiative_return, now=datetime(2026, 11, 24, 20, tzinfo=UTC)).changed_rows == 2
    assert judged(initiative).verdict == "cannot_tell"
    assert InitiativeReturn.objects.filter(initiative=initiative).count() == 2


def test_an_archived_initiative_is_no_longer_judged(metric: Metric) -> None:
    initiative = make_initiative("Tutoring")
    recompute(initiative_return, now=NOVEMBER)
    Initiative.objects.update(archived_at=NOVEMBER)
    recompute(initiative_return, now=NOVEMBER)
    assert InitiativeReturn.objects.filter(initiative=initiative, shown_until=None).count() == 0


def test_returns_take_the_same_queries_however_many_initiatives(metric: Metric) -> None:
    def reads() -> int:
        with CaptureQueriesContext(connection) as queries:
            recompute(initiative_return, now=NOVEMBER)
        return len([query for query in queries if str(query["sql"]).startswith("SELECT")])

    make_initiative("One")
    recompute(trend)
    few = reads()
    for number in range(5):
        make_initiative(f"More {number}", kind="entitlement")
    assert reads() == few == 7


@pytest.mark.parametrize(
    ("day", "year"),
    [(date(2023, 7, 1), 2024), (date(2023, 6, 30), 2023), (date(2024, 1, 15), 2024)],
)
def test_a_day_is_of_the_school_year_that_ends_after_it(day: date, year: int) -> None:
    assert returns._school_year(day=day) == year


def test_values_from_before_it_began_are_no_outcome() -> None:
    begun = Initiative(district_id=1, serves_from=date(2023, 8, 1))
    before, after = YearValue(year=2023, value=20.0), YearValue(year=2024, value=18.0)
    assert not returns._has_outcome(initiative=begun, values=[before])
    assert returns._has_outcome(initiative=begun, values=[before, after])
    assert returns._has_outcome(initiative=Initiative(district_id=1), values=[before])
