"""An initiative's page: cost, forecasts' record, per student, outcome, and any past day."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from diagnostics.initiative.charts import outcome_chart
from diagnostics.initiative.selectors import InitiativePage, get_initiative_page
from diagnostics.initiative.selectors.costs import ForecastError, forecast_errors
from diagnostics.models import EvaluationPlan
from diagnostics.past import HIDDEN_SINCE
from districts.models import District, School
from districts.tenancy import current_district_id
from strategy.models import Initiative, InitiativeSchool, Metric
from tests.cast import Cast
from tests.diagnostics.facts import make_enrollment, make_results
from tests.diagnostics.judged import NOW, World, compute_all, make_judged, make_plan, make_world
from tests.diagnostics.scene import NOVEMBER, OCTOBER, Scene, compute, make_scene
from tests.investments.facts import make_filing


@pytest.fixture
def scene(in_bay: Cast) -> Scene:
    return make_scene(in_bay)


def page_of(initiative_id: UUID, *, as_of: datetime | None = None) -> InitiativePage:
    page = get_initiative_page(
        initiative_id=initiative_id, as_of=as_of, funding_segment="resource", minimum_group=10
    )
    assert page is not None
    return page


def test_get_initiative_page_adds_up_direct_and_indirect_apart(scene: Scene) -> None:
    latest = page_of(scene.tutoring).latest
    assert latest is not None
    assert (latest.direct, latest.indirect) == (Decimal("600000.25"), Decimal(50000))
    assert latest.counted == Decimal("650000.25")


def test_get_initiative_page_shows_forecasts_of_later_years_only(scene: Scene) -> None:
    shown = [(one.fiscal_year, one.kind) for one in page_of(scene.tutoring).costs.shown]
    assert shown == [(2024, "actual"), (2025, "budget")]


def test_get_initiative_page_keeps_the_record_of_past_forecasts(scene: Scene) -> None:
    (own,) = page_of(scene.tutoring).costs.own_errors
    assert (own.fiscal_year, own.kind, round(own.percent, 6)) == (2024, "estimated_actual", 20.0)


def test_forecast_errors_by_hand() -> None:
    dollars = {
        (2023, "actual"): Decimal(200),
        (2023, "budget"): Decimal(150),
        (2024, "actual"): Decimal(50),
        (2024, "budget"): Decimal(500),
        (2025, "budget"): Decimal(900),
    }
    assert forecast_errors(dollars) == (ForecastError(fiscal_year=2023, kind="budget", percent=-25.0),)


def test_per_student_divides_by_the_students_of_every_school_served(scene: Scene) -> None:
    found = page_of(scene.tutoring).per_student
    assert (found.students, found.dollars) == (200, Decimal("650000.25") / 200)
    assert found.who == "with a result in Chronic absenteeism at its schools"


def test_per_student_divides_by_enrollment_where_every_school_served_has_it(scene: Scene) -> None:
    make_enrollment([("Alamo", 2024, 300), ("Clarendon", 2024, 900)])
    compute(NOVEMBER)
    assert page_of(scene.tutoring).per_student.who == "with a result in Chronic absenteeism at its schools"
    make_enrollment([("Alamo", 2023, 310), ("Bryant", 2023, 190)])
    compute(NOVEMBER)
    found = page_of(scene.tutoring).per_student
    assert (found.students, found.dollars) == (500, Decimal("650000.25") / 500)
    assert found.note == (
        "500 students at 2 schools in 2022–23, the nearest earlier year with enrollment:"
        " none of 2023–24 has arrived"
    )
    past = page_of(scene.tutoring, as_of=NOVEMBER + timedelta(days=1)).per_student
    assert (past.students, past.who) == (500, "enrolled at its schools")
    assert page_of(scene.tutoring, as_of=NOVEMBER - timedelta(days=1)).per_student.students == 200


def test_per_student_says_why_not(scene: Scene) -> None:
    assert page_of(scene.clubs).per_student.why_not == "There is no spending to divide."
    Initiative.objects.filter(pk=scene.tutoring).update(grades="TK-5")
    assert page_of(scene.tutoring).per_student.why_not == (
        "It serves TK-5 only: the students of its schools are more than those."
    )


def test_get_initiative_page_pools_its_schools_beside_the_district(scene: Scene) -> None:
    outcome = page_of(scene.tutoring).outcome
    assert [(one.year, one.value) for one in outcome.served] == [(2022, None), (2023, None), (2024, 30.0)]
    assert [(one.year, one.value) for one in outcome.district][-1] == (2024, 18.0)
    assert [one.name for one in outcome.schools] == ["Alamo", "Bryant"]


def test_the_outcome_says_how_many_schools_stand_behind_its_line(scene: Scene) -> None:
    page = page_of(scene.tutoring)
    assert (page.outcome.behind.shown, page.outcome.behind.words) == (
        2,
        "The line is of both schools it serves.",
    )
    for name in ("Clarendon", "Dover", "Elm", "Fir", "Gale"):
        school, _ = School.objects.get_or_create(name=name)
        InitiativeSchool.objects.create(initiative_id=scene.tutoring, school=school, source="later")
    rows: list[tuple[str, int, int]] = [
        ("Alamo", 20, 100),
        ("Bryant", 40, 100),
        ("Clarendon", 1, 8),
        ("Dover", 9, 30),
        ("Gale", 1, 300),
    ]
    make_results(
        Metric.objects.get(), [(name, "all", 2024, absent, students) for name, absent, students in rows]
    )
    make_results(Metric.objects.get(), [("Fir", "all", 2023, 20, 100)])
    compute(NOVEMBER)
    outcome = page_of(scene.tutoring).outcome
    assert outcome.behind.words == (
        "The line is of 2 of the 7 schools it serves: 2 are hidden (of few students, or"
        " because they would tell of others), 1 is known only as under or over a cut, 2 have no result in 2023–24."
    )
    figure = outcome_chart(page=page_of(scene.tutoring))
    assert figure is not None
    assert outcome.behind.words in figure.caption


def test_an_initiative_without_schools_has_no_words_of_them(scene: Scene) -> None:
    assert page_of(scene.clubs).outcome.behind.words == ""


def test_get_initiative_page_of_a_past_day_shows_what_was_shown(scene: Scene) -> None:
    make_filing([("01", "3010", "1110", "1100", "999999")], fiscal_year=2024, name="corrected.dat")
    compute(NOVEMBER)
    now, before = page_of(scene.tutoring), page_of(scene.tutoring, as_of=OCTOBER + timedelta(days=1))
    assert now.latest is not None
    assert before.latest is not None
    assert (now.latest.counted, before.latest.counted) == (Decimal(999999), Decimal("650000.25"))
    nothing = page_of(scene.tutoring, as_of=OCTOBER - timedelta(days=1))
    assert (nothing.latest, nothing.record.said.words) == (None, "Not computed yet")


def test_a_past_day_hides_what_a_minimum_raised_since_hides_now(scene: Scene) -> None:
    was = page_of(scene.tutoring, as_of=OCTOBER + timedelta(days=1))
    assert was.outcome.schools[0].level == 20.0
    assert any("20.0%" in fact or "30.0%" in fact for fact in was.record.said.known)
    District.objects.filter(pk=current_district_id()).update(minimum_group=150)
    compute(NOVEMBER)
    past = page_of(scene.tutoring, as_of=OCTOBER + timedelta(days=1))
    assert past.outcome.is_hidden_since
    assert [one.level for one in past.outcome.schools] == [None, None]
    assert [one.value for one in past.outcome.served] == [None, None, None]
    assert not any("%" in fact for fact in past.record.said.known)
    assert past.outcome.district[-1].value == 18.0
    assert past.per_student.dollars is None


def test_a_past_day_tells_no_hidden_outcome_after_schools_and_names_changed(scene: Scene) -> None:
    District.objects.filter(pk=current_district_id()).update(minimum_group=150)
    compute(NOVEMBER)
    InitiativeSchool.objects.filter(initiative_id=scene.tutoring).delete()
    Metric.objects.update(name="Renamed")
    past = page_of(scene.tutoring, as_of=OCTOBER + timedelta(days=1))
    assert past.record.said.known
    assert not any("%" in fact for fact in past.record.said.known)


def test_a_past_day_under_the_same_minimum_hides_nothing_more(scene: Scene) -> None:
    past = page_of(scene.tutoring, as_of=OCTOBER + timedelta(days=1))
    assert past.outcome == page_of(scene.tutoring).outcome


@pytest.mark.parametrize("is_replaced", [False, True], ids=["its plan", "a plan replaced since"])
def test_a_past_day_drops_an_effect_on_another_metric_that_is_hidden_since(
    in_bay: Cast, is_replaced: bool
) -> None:
    world = World(served=1, compared=8)
    other = Metric.objects.create(name="Suspended", slug="suspended", direction="down", unit="percent")
    initiative = make_judged(world, metric=other)
    make_world(replace(world, students=40), metric=other)
    compute_all()
    then = NOW + timedelta(days=1)
    was = page_of(initiative.pk, as_of=then)
    assert was.judged.effect is not None
    assert (was.judged.effect.students_treated, was.judged.effect.estimate is None) == (40, False)
    assert was.judged.ratio["students"] == 40
    assert not was.judged.is_hidden_since
    District.objects.filter(pk=current_district_id()).update(minimum_group=50)
    if is_replaced:
        EvaluationPlan.objects.update(replaced_at=NOW + timedelta(days=2))
        make_plan(initiative, world=world)
    compute_all(now=NOW + timedelta(days=3))
    past = page_of(initiative.pk, as_of=then)
    assert not past.outcome.is_hidden_since, "the strategic goal's own metric is shown"
    assert (past.judged.effect, past.judged.ratio, past.judged.is_hidden_since) == (None, {}, True)
    assert past.record.said.words == was.record.said.words
    assert past.record.said.reason == HIDDEN_SINCE


def test_get_initiative_page_of_an_unknown_initiative_is_none(scene: Scene) -> None:
    unknown = get_initiative_page(
        initiative_id=uuid4(), as_of=None, funding_segment="resource", minimum_group=10
    )
    assert unknown is None
