"""Evaluation plans in the browser: drafts, refusals, locking, replacing, and who may."""

from __future__ import annotations

import pytest

from diagnostics.models import EvaluationPlan, MetricResult, PlanSchool, Trend
from diagnostics.recompute import trend
from districts.access.permissions import Role
from districts.models import AuditEvent, Filing, Mark
from districts.tenancy import district_scope
from strategy.models import Metric
from tests.cast import Cast
from tests.diagnostics.evaluation.setting import OTHERS, SERVED, Setting, make_setting
from tests.diagnostics.facts import make_results
from tests.investments.facts import recompute


def schools_of(setting: Setting, plan: EvaluationPlan, arm: str) -> set[str]:
    with district_scope(setting.cast.district.pk):
        return set(PlanSchool.objects.filter(plan=plan, arm=arm).values_list("school__name", flat=True))


def land_results(setting: Setting, *years: int) -> None:
    with district_scope(setting.cast.district.pk):
        metric = Metric.objects.get(pk=setting.metric)
        make_results(metric, [("Alamo", "all", year, 30, 100) for year in years])


def titles(plan: object) -> list[str]:
    return [one.title for one in plan.notes]  # type: ignore[attr-defined]


def test_plan_begins_with_the_goals_metric_and_the_schools_on_record(setting: Setting) -> None:
    page = setting.cast.client(Role.CABINET).get(setting.plan_url)
    form = page.context["form"]
    assert form["metric"].value() == str(setting.metric)
    assert set(form["served"].value()) == set(setting.ids(SERVED))
    assert [pick.chosen_count for pick in page.context["arms"]] == [5, 0]


def test_plan_is_saved_as_a_draft_with_both_arms_and_marked(setting: Setting) -> None:
    with district_scope(setting.cast.district.pk):
        Mark.objects.all().delete()
    setting.save()
    (plan,) = setting.plans()
    assert (plan.locked_at, plan.bar, plan.baseline_year, plan.outcome_year) == (None, 2, 2025, 2027)
    assert (plan.planned_dosage, plan.least_dosage, plan.students_assigned) == (12, 8, 412)
    assert plan.created_by_id == setting.cast.people[Role.CABINET].pk
    assert schools_of(setting, plan, "served") == set(SERVED)
    assert schools_of(setting, plan, "comparison") == set(OTHERS)
    with district_scope(setting.cast.district.pk):
        events = AuditEvent.objects.filter(table_name="diagnostics_evaluationplan")
        assert [one.actor_id for one in events] == [setting.cast.people[Role.CABINET].pk]


def test_plan_saved_twice_is_one_draft(setting: Setting) -> None:
    setting.save()
    setting.save(bar="3")
    (plan,) = setting.plans()
    assert plan.bar == 3
    setting.save(bar="3", served=setting.ids(("Alamo",)), comparison=setting.ids(("Bryant",)))
    assert schools_of(setting, plan, "served") == {"Alamo"}
    assert schools_of(setting, plan, "comparison") == {"Bryant"}


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"metric": ""}, "metric", "Choose the one metric the initiative is judged by."),
        ({"metric": "00000000-0000-7000-8000-000000000000"}, "metric", "Choose the one metric"),
        ({"bar": ""}, "bar", "Say how large the gain must be"),
        ({"bar": "two"}, "bar", "This is no number. Write it alone, for example 2.5."),
        ({"bar": "0"}, "bar", "Write the bar as a gain over zero"),
        ({"bar": "-2"}, "bar", "Write the bar as a gain over zero"),
        ({"bar": "101"}, "bar", "A percentage cannot change by more than 100 points."),
        ({"bar_unit": "student_sd"}, "bar_unit", "This metric has no student standard deviation."),
        ({"bar_unit": "inches"}, "bar_unit", "Say in which unit the bar is."),
        ({"design": ""}, "design", "Say how the served students are compared with others."),
        ({"design": "magic"}, "design", "Say how the served students"),
        ({"assigned_by": "moon"}, "assigned_by", "Say who was assigned"),
        ({"design": "randomised"}, "chosen_by", "“Drawn by lot” asks that they were chosen by lot."),
        ({"chosen_by": ""}, "chosen_by", "Say what the students were chosen by"),
        ({"chosen_by_note": "x" * 301}, "chosen_by_note", "at most 300 characters"),
        ({"group": " "}, "group", "Name the group as results files do"),
        ({"grade": ""}, "grade", "Name the grade as results files do"),
        ({"baseline_year": ""}, "baseline_year", "Give the school year before it began."),
        ({"baseline_year": "soon"}, "baseline_year", "Write a school year such as 2022-23"),
        ({"first_year": "2024-25"}, "first_year", "must come after the baseline year"),
        ({"outcome_year": "2024"}, "outcome_year", "cannot come before the initiative’s first year"),
        ({"planned_dosage": "-1"}, "planned_dosage", "Write a number over zero"),
        ({"planned_dosage": "a lot"}, "planned_dosage", "This is no number."),
        ({"least_dosage": "13"}, "least_dosage", "cannot be more than what is planned"),
        ({"dosage_unit": ""}, "dosage_unit", "Say what is counted, for example “sessions a month”."),
        ({"students_assigned": "0"}, "students_assigned", "Write how many students"),
        ({"students_assigned": "many"}, "students_assigned", "Write how many students"),
        ({"served": ["nonsense"]}, "served", "Choose schools of this district."),
    ],
)
def test_plan_refuses_what_is_wrong_at_its_field(
    setting: Setting, changes: dict[str, object], field: str, says: str
) -> None:
    response = setting.cast.client(Role.CABINET).post(setting.plan_url, setting.typed(**changes))
    assert response.status_code == 422
    errors = response.context["form"].errors
    assert list(errors) == [field]
    assert says in errors[field][0]
    assert setting.plans() == []


def test_plan_refuses_a_school_in_both_arms(setting: Setting) -> None:
    given = setting.typed(comparison=setting.ids(("Alamo", "Flynn")))
    response = setting.cast.client(Role.CABINET).post(setting.plan_url, given)
    assert response.status_code == 422
    assert response.context["form"].errors["comparison"] == [
        "Alamo cannot be served and compared with. Take the tick out of one."
    ]


def test_plan_refuses_an_empty_request_naming_all_that_is_missing(setting: Setting) -> None:
    response = setting.cast.client(Role.CABINET).post(setting.plan_url)
    assert response.status_code == 422
    assert {"metric", "design", "bar", "baseline_year", "first_year", "outcome_year"} <= set(
        response.context["form"].errors
    )


def test_plan_refuses_a_school_of_another_district(setting: Setting, valley: Cast) -> None:
    other = make_setting(valley)
    given = setting.typed(served=[str(other.schools["Alamo"])])
    response = setting.cast.client(Role.CABINET).post(setting.plan_url, given)
    assert response.context["form"].errors["served"] == ["Choose schools of this district."]


def test_plan_takes_a_bar_in_standard_deviations_where_the_metric_has_one(setting: Setting) -> None:
    with district_scope(setting.cast.district.pk):
        Metric.objects.filter(pk=setting.metric).update(student_sd=100, student_sd_source="CA SBAC 2024")
    setting.save(bar="0.1", bar_unit="student_sd")
    (plan,) = setting.plans()
    assert plan.bar_unit == "student_sd"
    given = setting.typed(bar="4", bar_unit="student_sd")
    response = setting.cast.client(Role.CABINET).post(setting.plan_url, given)
    assert "more than 3 standard deviations" in response.context["form"].errors["bar"][0]


def test_plan_fills_comparison_with_all_other_schools_of_the_level_and_keeps_nothing(
    setting: Setting,
) -> None:
    given = setting.typed(comparison=[], fill_comparison="1", bar="")
    response = setting.cast.client(Role.CABINET).post(setting.plan_url, given)
    assert response.status_code == 200
    assert set(response.context["form"]["comparison"].value()) == set(setting.ids(OTHERS))
    assert response.context["form"]["dosage_unit"].value() == "sessions a month"
    assert setting.plans() == []


def test_plan_search_finds_schools_and_loses_no_tick(setting: Setting) -> None:
    given = setting.typed(comparison=setting.ids(("Flynn",)), find_comparison="high", found_comparison="")
    response = setting.cast.client(Role.CABINET).post(setting.plan_url, given)
    pick = response.context["arms"][1]
    assert [(one.name, is_chosen) for one, is_chosen in pick.shown] == [("Flynn", True), ("Lowell", False)]
    assert setting.plans() == []


def test_lock_keeps_time_and_person_and_shows_it_first(setting: Setting) -> None:
    setting.save()
    client = setting.cast.client(Role.DATA_MANAGER)
    setting.lock(client)
    (plan,) = setting.plans()
    assert plan.locked_at is not None
    assert plan.locked_by_id == setting.cast.people[Role.DATA_MANAGER].pk
    assert plan.is_retrospective is False
    page = client.get(setting.plan_url)
    assert page.context["form"] is None
    assert "Data manager bay. It cannot be changed." in page.content.decode()
    assert titles(page.context["page"].in_force) == ["5 to 19 schools in an arm (5 served, 6 comparison)"]


def test_lock_twice_is_once(setting: Setting) -> None:
    setting.save()
    client = setting.cast.client(Role.CABINET)
    seen = client.get(f"{setting.plan_url}lock/").context["seen"]
    assert client.post(f"{setting.plan_url}lock/", {"seen": seen}).status_code == 302
    first = setting.plans()[0].locked_at
    assert client.post(f"{setting.plan_url}lock/", {"seen": seen}).status_code == 302
    assert [one.locked_at for one in setting.plans()] == [first]


def test_lock_refuses_a_draft_that_changed_since_it_was_read(setting: Setting) -> None:
    setting.save()
    client = setting.cast.client(Role.CABINET)
    seen = client.get(f"{setting.plan_url}lock/").context["seen"]
    setting.save(comparison=setting.ids(("Flynn",)))
    response = client.post(f"{setting.plan_url}lock/", {"seen": seen})
    assert response.status_code == 422
    assert response.context["problems"] == (
        "The draft changed since you looked. Read it again, then lock it.",
    )
    assert setting.plans()[0].locked_at is None


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"served": []}, "Tick the schools it serves: without them nobody can be compared."),
        ({"comparison": []}, "Tick comparison schools, or choose “before and after”."),
        (
            {"comparison": [], "design": "randomised", "chosen_by": "lottery"},
            "Tick comparison schools, or choose “before and after”.",
        ),
    ],
)
def test_lock_refuses_what_nobody_could_judge_by(
    setting: Setting, changes: dict[str, object], says: str
) -> None:
    setting.save(**changes)
    client = setting.cast.client(Role.CABINET)
    page = client.get(f"{setting.plan_url}lock/")
    assert page.context["problems"] == (says,)
    assert page.context["can_lock"] is False
    response = client.post(f"{setting.plan_url}lock/", {"seen": page.context["seen"]})
    assert response.status_code == 422
    assert response.context["problems"] == (says,)


def test_lock_without_a_draft_is_refused(setting: Setting) -> None:
    client = setting.cast.client(Role.CABINET)
    assert client.get(f"{setting.plan_url}lock/").status_code == 302
    response = client.post(f"{setting.plan_url}lock/")
    assert response.status_code == 422
    assert response.context["problems"] == ("There is no draft to lock. Write the plan and save it first.",)


def test_locked_plan_cannot_be_changed(setting: Setting) -> None:
    setting.save()
    setting.lock()
    response = setting.cast.client(Role.CABINET).post(setting.plan_url, setting.typed(bar="9"))
    assert response.status_code == 422
    assert response.context["form"].non_field_errors() == [
        "The plan is locked and cannot be changed. Replace it instead."
    ]
    assert [one.bar for one in setting.plans()] == [2]


def test_plan_locked_after_its_outcome_had_landed_is_retrospective_and_says_so(setting: Setting) -> None:
    land_results(setting, 2023, 2024, 2025)
    setting.save(baseline_year="2023", first_year="2024", outcome_year="2025")
    page = setting.cast.client(Role.CABINET).get(setting.plan_url)
    assert titles(page.context["page"].draft)[0] == (
        "Results of 2024–25 have landed already: this plan will be retrospective"
    )
    setting.lock()
    assert setting.plans()[0].is_retrospective is True
    page = setting.cast.client(Role.BUDGET_DIRECTOR).get(setting.plan_url)
    assert "This plan was locked after its outcome had landed: it caps the verdict" in page.content.decode()


def test_plan_locked_before_its_outcome_stays_so_when_results_land(setting: Setting) -> None:
    land_results(setting, 2024, 2025, 2026)
    setting.save()
    setting.lock()
    land_results(setting, 2027)
    assert setting.plans()[0].is_retrospective is False
    page = setting.cast.client(Role.CABINET).get(setting.plan_url)
    assert "it caps the verdict" not in page.content.decode()


def test_a_plan_locked_between_undoing_and_loading_a_file_again_is_retrospective(setting: Setting) -> None:
    with district_scope(setting.cast.district.pk):
        metric = Metric.objects.get(pk=setting.metric)
        make_results(metric, [("Alamo", "all", year, 30, 100) for year in (2025, 2026, 2027)])
        recompute(trend)
        for filing in Filing.objects.filter(subject=metric.slug):
            MetricResult.objects.filter(filing=filing).delete()
            filing.delete()
        recompute(trend)
        assert not Trend.objects.filter(shown_until=None).exists()
    setting.save()
    page = setting.cast.client(Role.CABINET).get(setting.plan_url)
    assert titles(page.context["page"].draft)[0] == (
        "Results of 2026–27 have landed already: this plan will be retrospective"
    )
    setting.lock()
    assert setting.plans()[0].is_retrospective is True


def test_a_year_nobody_has_seen_makes_no_plan_retrospective(setting: Setting) -> None:
    with district_scope(setting.cast.district.pk):
        metric = Metric.objects.get(pk=setting.metric)
        make_results(metric, [("Alamo", "all", year, 30, 100) for year in (2025, 2026)])
        recompute(trend)
    setting.save()
    setting.lock()
    assert setting.plans()[0].is_retrospective is False


def test_students_assigned_under_the_minimum_are_told_to_who_may_plan_only(setting: Setting) -> None:
    setting.save(students_assigned="7")
    setting.lock()

    def told(role: Role) -> object:
        page = setting.cast.client(role).get(setting.plan_url)
        return dict(page.context["page"].in_force.facts)["Students assigned"]

    assert told(Role.CABINET) == "7"
    assert told(Role.BUDGET_DIRECTOR) == told(Role.INITIATIVE_LEAD) == "too few to show"
    with district_scope(setting.cast.district.pk):
        EvaluationPlan.objects.update(students_assigned=10)
    assert told(Role.INITIATIVE_LEAD) == "10"


def test_plan_says_what_its_choices_mean(setting: Setting) -> None:
    land_results(setting, 2025)
    setting.save(served=setting.ids(("Alamo", "Bryant")), chosen_by="same_score")
    page = setting.cast.client(Role.CABINET).get(setting.plan_url)
    assert titles(page.context["page"].draft) == [
        "Fewer than 5 schools in an arm (2 served, 6 comparison): cannot tell yet",
        "Results of one year before only: 2024–25",
        "The students were chosen by a score",
    ]
    setting.save(design="before_after")
    page = setting.cast.client(Role.CABINET).get(setting.plan_url)
    assert titles(page.context["page"].draft) == ["Before and after is a description only"]


def test_replaced_plan_stays_in_force_until_the_new_one_is_locked_and_readable_after(
    setting: Setting,
) -> None:
    setting.save()
    setting.lock()
    client = setting.cast.client(Role.CABINET)
    reason = "Flynn closed in the summer."
    for _ in range(2):
        assert client.post(f"{setting.plan_url}replace/", {"reason": reason}).status_code == 302
    old, draft = setting.plans()
    assert (old.replaced_at, draft.locked_at, draft.note, draft.bar) == (None, None, reason, 2)
    assert schools_of(setting, draft, "comparison") == set(OTHERS)
    setting.save(bar="3", note=reason)
    setting.lock()
    old, new = setting.plans()
    assert old.replaced_at == new.locked_at
    assert (old.bar, new.bar) == (2, 3)
    page = client.get(setting.plan_url)
    assert [one.id for one in page.context["page"].older] == [old.pk]
    assert page.context["page"].in_force.note == reason


def test_replace_refuses_to_go_without_a_reason_or_a_plan(setting: Setting) -> None:
    client = setting.cast.client(Role.CABINET)
    response = client.post(f"{setting.plan_url}replace/", {"reason": "It was wrong."})
    assert response.status_code == 422
    assert response.context["form"].non_field_errors() == [
        "No locked plan is there to replace. Write and lock one first."
    ]
    setting.save()
    setting.lock()
    for reason in ("", "typo"):
        response = client.post(f"{setting.plan_url}replace/", {"reason": reason})
        assert response.status_code == 422
        assert response.context["form"].errors["reason"] == [
            "Say in a sentence why the locked plan is replaced; everybody can read it."
        ]
    assert len(setting.plans()) == 1


def test_only_an_initiative_gets_a_plan(bay: Cast) -> None:
    setting = make_setting(bay, kind="entitlement")
    client = bay.client(Role.CABINET)
    page = client.get(setting.plan_url)
    assert page.context["form"] is None
    assert "only an initiative is judged by its effect" in page.content.decode()
    response = client.post(setting.plan_url, setting.typed())
    assert response.status_code == 422
    assert response.context["form"].non_field_errors()[0].startswith("Only an initiative is judged")
    assert setting.plans() == []


@pytest.mark.parametrize(
    ("role", "reads", "writes"),
    [
        (Role.CABINET, 200, 302),
        (Role.DATA_MANAGER, 200, 302),
        (Role.BUDGET_DIRECTOR, 200, 403),
        (Role.INITIATIVE_LEAD, 200, 403),
        (Role.DISTRICT_ADMIN, 200, 403),
        (Role.BOARD_MEMBER, 403, 403),
    ],
)
def test_who_may_read_and_write_a_plan(setting: Setting, role: Role, reads: int, writes: int) -> None:
    client = setting.cast.client(role)
    assert client.get(setting.plan_url).status_code == reads
    assert client.post(setting.plan_url, setting.typed()).status_code == writes
    for name in ("lock", "replace"):
        wanted = 422 if writes == 302 and name == "replace" else 403 if writes == 403 else 422
        assert client.post(f"{setting.plan_url}{name}/").status_code == wanted
    assert len(setting.plans()) == (writes == 302)


def test_a_plan_of_another_district_is_not_there(setting: Setting, valley: Cast) -> None:
    setting.save()
    client = valley.client(Role.CABINET)
    for path in ("", "lock/", "replace/"):
        assert client.get(setting.plan_url + path).status_code == 404
        assert client.post(setting.plan_url + path).status_code == 404
        foreign = f"/d/valley/initiatives/{setting.initiative}/plan/{path}"
        assert client.get(foreign).status_code == 404
        assert client.post(foreign, setting.typed()).status_code == 404
    assert len(setting.plans()) == 1
