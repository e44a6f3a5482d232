"""Forms of metrics and strategic goals; must not write."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms

from strategy.forms.widgets import PlainForm, choice_field, day_field, long_text_field, text_field
from strategy.models import Metric
from strategy.selectors import Choices
from strategy.services.goals import MISSING, GoalInput
from strategy.services.metrics import MetricInput

GROUPS = (
    "all",
    "socioeconomically_disadvantaged",
    "english_learner",
    "disabled",
    "foster",
    "homeless",
    "asian",
    "black",
    "hispanic_latino",
    "white",
)


class MetricForm(PlainForm):
    """A metric."""

    name = text_field(
        label="Name", required="Name what is measured, for example “Chronic absenteeism”.", most=120
    )
    direction = choice_field(
        label="Which way is better",
        pairs=Metric.Direction.choices,
        required="Say whether higher or lower is better.",
    )
    unit = choice_field(
        label="Unit", pairs=Metric.Unit.choices, required="Say in which unit the metric is measured."
    )
    is_leading = forms.BooleanField(
        label="A leading metric",
        required=False,
        help_text="It moves early, before the student outcomes it points to.",
    )
    description = long_text_field(label="What it measures", rows=3)
    slug = forms.SlugField(
        label="Short name in files",
        required=False,
        max_length=60,
        help_text="How results files name it. Left empty, it is made from the name.",
    )
    break_years = forms.CharField(
        label="Years from which values are not comparable with earlier ones",
        required=False,
        max_length=100,
        help_text="School years by the year in which they end, with commas: 2021, 2023. Trends never bridge them.",
    )

    def clean_break_years(self) -> tuple[int, ...]:
        """Read years from text such as `2021, 2023`."""
        parts = self.cleaned_data["break_years"].replace(",", " ").split()
        if not all(part.isdigit() and 1990 <= int(part) <= 2100 for part in parts):
            raise forms.ValidationError("Give years such as 2021, 2023.")
        return tuple(int(part) for part in parts)

    def to_input(self) -> MetricInput:
        """Return what the service takes."""
        return MetricInput(**self.cleaned_data)


class GoalForm(PlainForm):
    """A strategic goal: nothing in it may be missing."""

    def __init__(self, *args: Any, choices: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["metric"].choices = [("", "Choose one"), *choices.metrics]  # type: ignore[attr-defined]

    name = text_field(
        label="Strategic goal", required=MISSING["name"], help_text="In words the public would use."
    )
    metric = choice_field(label="Metric", pairs=(), required=MISSING["metric"])
    direction = choice_field(
        label="Direction",
        pairs=(("up", "It should go up"), ("down", "It should go down")),
        required=MISSING["direction"],
    )
    population = text_field(
        label="Population",
        required=MISSING["population"],
        help_text="For example: All students in grades 3 to 5.",
    )
    group = forms.CharField(
        label="Group in results files",
        required=False,
        max_length=60,
        help_text="The name results files give this population; “all” for every student.",
        widget=forms.TextInput(attrs={"list": "student-groups"}),
    )
    baseline_value = forms.DecimalField(
        label="Baseline",
        max_digits=12,
        decimal_places=4,
        error_messages={"required": MISSING["baseline_value"], "invalid": "Give a number."},
        help_text="The value when the work began, in the metric’s unit. A percentage as 0 to 100.",
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    baseline_year = forms.IntegerField(
        label="School year of the baseline",
        error_messages={"required": MISSING["baseline_year"], "invalid": "Give a year such as 2024."},
        help_text="By the year in which it ended: 2024 is 2023–24.",
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    target_value = forms.DecimalField(
        label="Target",
        max_digits=12,
        decimal_places=4,
        error_messages={"required": MISSING["target_value"], "invalid": "Give a number."},
        help_text="The value to reach. It must lie beyond the baseline, in the direction above.",
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    due_on = day_field(label="Due date", required=MISSING["due_on"])

    def to_input(self) -> GoalInput:
        """Return what the service takes."""
        given = dict(self.cleaned_data)
        return GoalInput(metric_id=UUID(given.pop("metric")), **given)
