"""Forms of goals and initiatives: every error at once, past days, unknown groups, years and percents as written."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from diagnostics.recompute import trend
from districts.access.permissions import Role
from districts.tenancy import district_scope
from strategy.models import Goal, Initiative, Metric
from tests.cast import Cast
from tests.diagnostics.facts import make_results
from tests.investments.facts import recompute
from tests.strategy.decided import a_goal, a_metric
from tests.strategy.views.test_goals import NEW, typed

START = "/d/bay/strategy/initiatives/new/"
PUBLISHED = [
    (None, "all", 2022, 30_000, 100_000),
    (None, "disabled", 2023, 2_230, 10_000),
]


@pytest.fixture
def metric(bay: Cast) -> UUID:
    with district_scope(bay.district.pk):
        return a_metric()


@pytest.fixture
def measured(bay: Cast) -> UUID:
    """A metric whose results have two groups: 30% of all in 2021-22, 22.3% of the disabled in 2022-23."""
    with district_scope(bay.district.pk):
        made = Metric.objects.get(pk=a_metric())
        make_results(made, PUBLISHED)
        recompute(trend)
        return made.pk


def post(cast: Cast, given: dict[str, str]) -> dict[str, list[str]]:
    """Post a goal; return the errors by field, none where it was kept."""
    response = cast.client(Role.CABINET).post(NEW, given)
    return {} if response.status_code == 302 else dict(response.context["form"].errors)


def kept(cast: Cast) -> Goal:
    with district_scope(cast.district.pk):
        return Goal.objects.get()


def test_every_error_of_a_goal_comes_at_once(bay: Cast, metric: UUID) -> None:
    errors = post(bay, typed(metric, name="", baseline_year="soon", target_value="35", due_on="2020-01-01"))
    assert errors == {
        "name": ["Give the strategic goal a name the public would understand."],
        "baseline_year": ["Write a school year such as 2022-23, or 2023 for the year in which it ended."],
        "target_value": ["The target must lie below the baseline of 28.5."],
        "due_on": ["This day is past. Give a date that is still to come."],
    }


@pytest.mark.parametrize("year", ["2022-23", "2022–23", "2022-2023", "2023", "FY2023"])
def test_a_school_year_is_read_as_pages_write_it(bay: Cast, metric: UUID, year: str) -> None:
    assert post(bay, typed(metric, baseline_year=year)) == {}
    assert kept(bay).baseline_year == 2023
    page = bay.client(Role.CABINET).get(f"/d/bay/strategy/goals/{kept(bay).pk}/edit/")
    assert page.context["form"]["baseline_year"].value() == "2022-23"


@pytest.mark.parametrize("year", ["2022-24", "22-23", "2023-22", "next"])
def test_what_is_no_school_year_is_explained(bay: Cast, metric: UUID, year: str) -> None:
    assert post(bay, typed(metric, baseline_year=year)) == {
        "baseline_year": ["Write a school year such as 2022-23, or 2023 for the year in which it ended."]
    }


def test_percents_are_read_and_those_over_a_hundred_explained(bay: Cast, metric: UUID) -> None:
    assert post(bay, typed(metric, baseline_value="150%")) == {
        "baseline_value": ["150 cannot be: this metric is a percentage of students, from 0 to 100."]
    }
    assert post(bay, typed(metric, baseline_value="28.5%", target_value="20 %")) == {}
    assert (kept(bay).baseline_value, kept(bay).target_value) == (Decimal("28.5"), Decimal(20))


def test_a_goal_whose_due_date_stays_may_be_edited_after_it(bay: Cast) -> None:
    with district_scope(bay.district.pk):
        metric = a_metric()
        goal = a_goal(metric_id=metric, due_on=date(2023, 6, 30))
    client, address = bay.client(Role.CABINET), f"/d/bay/strategy/goals/{goal}/edit/"
    assert client.post(address, typed(metric, due_on="2023-06-30", population="All")).status_code == 302
    assert client.post(address, typed(metric, due_on="2023-07-01")).status_code == 422


def said_after(cast: Cast, address: str, given: dict[str, str]) -> list[tuple[str, str]]:
    """Post a goal; return what the next page says, by tone."""
    response = cast.client(Role.CABINET).post(address, given, follow=True)
    return [(one.level_tag, one.message) for one in response.context["messages"]]


def test_a_group_without_results_is_kept_with_a_warning_that_names_those_with_results(
    bay: Cast, measured: UUID
) -> None:
    warning = (
        "No results of this metric name the group “nonsense group” yet, so where it stands is not known."
        " Groups with results: all, disabled."
    )
    given = typed(measured, group="nonsense group", baseline_value="30")
    assert said_after(bay, NEW, given) == [("success", "The strategic goal is set."), ("warning", warning)]
    edit = f"/d/bay/strategy/goals/{kept(bay).pk}/edit/"
    assert said_after(bay, edit, given)[1] == ("warning", warning)
    assert said_after(bay, edit, given | {"group": "disabled"}) == [
        ("success", "The strategic goal is changed.")
    ]


def test_a_metric_without_results_warns_that_none_have_arrived(bay: Cast) -> None:
    with district_scope(bay.district.pk):
        metric = a_metric()
    assert said_after(bay, NEW, typed(metric))[1] == (
        "warning",
        "No results of this metric have arrived yet, so where the strategic goal stands is not known.",
    )


def test_a_baseline_beside_the_results_is_asked_about(bay: Cast, measured: UUID) -> None:
    given = typed(measured, group="disabled", baseline_value="12", baseline_year="2022-23", target_value="10")
    client = bay.client(Role.CABINET)
    response = client.post(NEW, given)
    form = response.context["form"]
    assert dict(form.errors) == {"baseline_from": ["Say which baseline is right."]}
    assert form["baseline_from"].help_text == ("The results say 22.3 for 2022–23; the baseline here is 12.")
    client.post(NEW, given | {"baseline_from": "results"})
    assert kept(bay).baseline_value == Decimal("22.3")
    with district_scope(bay.district.pk):
        Goal.objects.all().delete()
    client.post(NEW, given | {"baseline_from": "typed"})
    assert kept(bay).baseline_value == Decimal(12)
    edit = client.get(f"/d/bay/strategy/goals/{kept(bay).pk}/edit/").context["form"]
    assert "baseline_from" in edit.fields


def test_a_baseline_as_the_results_have_it_is_not_asked_about(bay: Cast, measured: UUID) -> None:
    assert post(bay, typed(measured, group="disabled", baseline_value="22.3", baseline_year="2023")) == {}


def test_every_error_of_an_initiative_comes_at_once(bay: Cast) -> None:
    with district_scope(bay.district.pk):
        goal = a_goal()
    given = {
        "name": "Tutoring",
        "goal": str(goal),
        "kind": "initiative",
        "theory_of_action": "If students get help daily, then they catch up, because practice helps.",
        "grades": "99-abc",
        "review_on": "2019-01-01",
        "review_rule": "ok",
    }
    client = bay.client(Role.CABINET)
    errors = client.post(START, given).context["form"].errors
    assert dict(errors) == {
        "grades": ["“99-ABC” is no grade. Write grades from PK, TK, K and 1 to 12, such as TK-5 or 9-12."],
        "review_on": ["This day is past. Give a date on which somebody can still decide."],
        "review_rule": [
            "“ok” is no rule yet. Agree beforehand what the result must be to go on, to change or to stop."
        ],
    }
    sound = {"grades": "TK-5, 8", "review_on": "2099-03-01", "review_rule": "Go on if absence fell."}
    assert client.post(START, given | sound).status_code == 302
    with district_scope(bay.district.pk):
        assert Initiative.objects.get().grades == "TK-5, 8"


@pytest.mark.parametrize("address", [NEW, START])
def test_a_half_filled_form_asks_before_it_is_left(bay: Cast, address: str) -> None:
    client = bay.client(Role.CABINET)
    fresh = client.get(address).content.decode()
    assert "data-warn-leave>" in fresh
    refused = client.post(address, {"name": "Half"})
    assert "data-warn-leave data-is-changed>" in refused.content.decode()
