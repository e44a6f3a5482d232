"""The form of an evaluation plan: what a person types, checked field by field; the rules are the service's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django import forms
from django.http import QueryDict

from diagnostics.evaluation.selectors import PlanPage, SchoolOption
from diagnostics.evaluation.services import PlanInput
from diagnostics.evaluation.services.plan_checks import MISSING
from diagnostics.models import EvaluationPlan
from strategy.forms.measures import MeasureField, SchoolYearField
from strategy.forms.widgets import PlainForm, choice_field, long_text_field, text_field

ARMS: Final = ("served", "comparison")
NO_NUMBER: Final = "This is no number. Write it alone, for example 2.5."
DESIGNS: Final = (
    (
        "difference_in_differences",
        "Change beside comparison schools",
    ),
    ("randomised", "Drawn by lot"),
    ("before_after", "Before and after: description only"),
)


@dataclass(frozen=True, kw_only=True)
class ArmPick:
    """The schools to tick for one arm: those found and those ticked."""

    arm: str
    legend: str
    hint: str
    text: str
    shown: tuple[tuple[SchoolOption, bool], ...]
    chosen_count: int
    school_count: int
    errors: tuple[str, ...]


def number_field(*, label: str, help_text: str, required: str = "", digits: int = 4) -> MeasureField:
    """Return a number as people type it."""
    return MeasureField(
        label=label,
        max_digits=10,
        decimal_places=digits,
        required=bool(required),
        error_messages={"required": required, "invalid": NO_NUMBER},
        help_text=help_text,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )


def year_field(*, label: str, required: str, help_text: str) -> SchoolYearField:
    """Return a school year as people type it."""
    return SchoolYearField(label=label, help_text=help_text, error_messages={"required": required})


class PlanForm(PlainForm):
    """What the initiative is judged by, compared with whom, over which years."""

    def __init__(self, *args: Any, page: PlanPage, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.page = page
        metrics = [(str(one.id), one.label) for one in page.metrics]
        self.fields["metric"].choices = [("", "Choose one"), *metrics]  # type: ignore[attr-defined]
        for arm in ARMS:
            self.fields[arm].choices = [(str(one.id), one.name) for one in page.schools]  # type: ignore[attr-defined]
        if page.in_force is None:
            del self.fields["note"]

    note = long_text_field(
        label="Why the locked plan is replaced", rows=2, help_text="It stays beside the plan for all to read."
    )
    metric = choice_field(
        label="Metric",
        pairs=(),
        required=MISSING["metric"],
        help_text="The one result that decides. Naming it beforehand keeps anybody from picking the best of many.",
    )
    bar = number_field(
        label="Bar",
        required=MISSING["bar"],
        help_text="The smallest gain worth the money, as a number over zero: 2 means two points better, whether"
        " better is up or down.",
    )
    bar_unit = choice_field(
        label="Unit of the bar",
        pairs=EvaluationPlan.BarUnit.choices,
        help_text="Standard deviations only for a metric that has one for students; 0.05 to 0.20 is a medium gain.",
        required="Say in which unit the bar is.",
    )
    group = text_field(
        label="Group of students",
        help_text="As results files name it; “all” for every student.",
        required="Name the group as results files do; “all” for every student.",
        most=60,
    )
    grade = text_field(
        label="Grade",
        help_text="As results files name it; “all” for every grade.",
        required="Name the grade as results files do; “all” for every grade.",
        most=20,
    )
    design = choice_field(
        label="How served students are compared",
        pairs=DESIGNS,
        required=MISSING["design"],
        help_text="By lot is fairest; comparison schools show if served ones moved more than others; before and after alone"
        " gives no verdict on the effect.",
    )
    assigned_by = choice_field(
        label="Who was assigned",
        pairs=EvaluationPlan.AssignedBy.choices,
        required="Say who was assigned: students or whole schools.",
        help_text="If a whole school got it, schools are what is counted: five or more in each arm.",
    )
    chosen_by = choice_field(
        label="How the students were chosen",
        pairs=EvaluationPlan.ChosenBy.choices,
        required="Say what the students were chosen by; “Nobody knows” is an answer too.",
        help_text="Students picked on a low score mostly do better next time, helped or not.",
    )
    chosen_by_note = text_field(
        label="More on how they were chosen",
        most=300,
        help_text="For example: below the 20th percentile in fall.",
    )
    baseline_year = year_field(
        label="Baseline year",
        required=MISSING["baseline_year"],
        help_text="The school year before it began, such as 2022-23.",
    )
    first_year = year_field(
        label="First year",
        required=MISSING["first_year"],
        help_text="The first school year with the initiative.",
    )
    outcome_year = year_field(
        label="Outcome year",
        required=MISSING["outcome_year"],
        help_text="The school year whose results decide. Looks before it are early looks, without a verdict.",
    )
    dosage_unit = text_field(
        label="Unit of dosage",
        most=60,
        help_text="What check-ins count at a school, for example “sessions a month”.",
    )
    planned_dosage = number_field(
        digits=2,
        label="Planned dosage",
        help_text="How much a student should get in a month. Check-ins start from it.",
    )
    least_dosage = number_field(
        digits=2,
        label="Least dosage that counts",
        help_text="Below this a student was not really served. Under half reaching it means “not delivered”.",
    )
    students_assigned = forms.IntegerField(
        label="Students assigned",
        required=False,
        min_value=1,
        max_value=10**7,
        error_messages={
            "invalid": "Write how many students, for example 412.",
            "min_value": "Write how many students, for example 412, or leave it empty.",
            "max_value": "Write how many students, for example 412, or leave it empty.",
        },
        help_text="All who should get it, whether they came or not. Cost per student is over them.",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    served = forms.MultipleChoiceField(
        label="Schools served",
        required=False,
        error_messages={"invalid_choice": "Choose schools of this district."},
    )
    comparison = forms.MultipleChoiceField(
        label="Comparison schools",
        required=False,
        error_messages={"invalid_choice": "Choose schools of this district."},
    )

    def pick_arms(self, data: QueryDict) -> tuple[ArmPick, ...]:
        """Return the schools to tick for each arm: ticked ones first, then those whose name or level is searched."""
        words = (
            (
                "served",
                "Schools served",
                "Taken from the initiative’s record of schools; change it if that is wrong.",
            ),
            (
                "comparison",
                "Comparison schools",
                "Schools like them without the initiative. No school can be in both.",
            ),
        )
        return tuple(
            self._pick(arm=arm, legend=legend, hint=hint, text=data.get(f"find_{arm}", ""))
            for arm, legend, hint in words
        )

    def _pick(self, *, arm: str, legend: str, hint: str, text: str) -> ArmPick:
        chosen = {str(value) for value in self[arm].value() or ()}
        wanted = text.strip().casefold()
        pairs = [(one, str(one.id) in chosen) for one in self.page.schools]
        found = [
            pair for pair in pairs if pair[1] or wanted in f"{pair[0].name} {pair[0].level_label}".casefold()
        ]
        return ArmPick(
            arm=arm,
            legend=legend,
            hint=hint,
            text=text,
            shown=tuple(sorted(found, key=lambda pair: not pair[1])),
            chosen_count=sum(is_chosen for _, is_chosen in pairs),
            school_count=len(pairs),
            errors=tuple(str(one) for one in self[arm].errors),
        )

    def to_input(self) -> PlanInput:
        """Return what the service takes; of a form with errors, as far as it could be read."""
        given = {name: value for name, value in self.cleaned_data.items() if value is not None}
        metric = given.pop("metric", "")
        served, comparison = given.pop("served", ()), given.pop("comparison", ())
        return PlanInput(
            metric_id=UUID(metric) if metric else None,
            served_ids=tuple(UUID(one) for one in served),
            comparison_ids=tuple(UUID(one) for one in comparison),
            **given,
        )


class ReplaceForm(PlainForm):
    """Why a locked plan is replaced."""

    reason = long_text_field(
        label="Why it is replaced",
        required="Say in a sentence why the locked plan is replaced; everybody can read it.",
        rows=3,
    )


def is_search(data: QueryDict) -> bool:
    """Say whether a person looks for schools or fills an arm, and wants nothing kept yet."""
    asked = "find_schools" in data or "fill_comparison" in data
    return asked or any(data.get(f"find_{arm}", "") != data.get(f"found_{arm}", "") for arm in ARMS)


def typed_so_far(data: QueryDict, *, page: PlanPage) -> dict[str, Any]:
    """Return what a person has typed, to show the form again without judging it; with an arm filled if asked."""
    typed: dict[str, Any] = {name: data.get(name, "") for name in PlanForm.base_fields}
    typed |= {arm: data.getlist(arm) for arm in ARMS}
    if "fill_comparison" in data:
        typed["comparison"] = others_of_level(page=page, served=set(typed["served"]))
    return typed


def others_of_level(*, page: PlanPage, served: set[str]) -> list[str]:
    """Return every school of a level that a served school has, those served left out."""
    levels = {one.level for one in page.schools if str(one.id) in served}
    return [str(one.id) for one in page.schools if one.level in levels and str(one.id) not in served]


def initial_of(page: PlanPage) -> dict[str, Any]:
    """Return what the form begins with: the draft, else what the initiative's record says."""
    if page.draft is not None:
        return dict(page.draft.values)
    return {
        "metric": str(page.metric_id),
        "group": "all",
        "grade": "all",
        "bar_unit": EvaluationPlan.BarUnit.METRIC.value,
        "assigned_by": EvaluationPlan.AssignedBy.SCHOOL.value,
        "served": [str(one) for one in page.recorded_ids],
    }
