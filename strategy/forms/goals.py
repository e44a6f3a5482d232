"""Forms of metrics and strategic goals; must not write."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms

from districts.formatting import school_year
from strategy.forms.measures import MeasureField, SchoolYearField
from strategy.forms.widgets import PlainForm, choice_field, day_field, long_text_field, text_field
from strategy.models import Metric
from strategy.selectors import Choices, Published, name_groups
from strategy.services.goals import MISSING, GoalInput
from strategy.services.metrics import MetricInput

FROM_RESULTS, AS_TYPED = "results", "typed"
NO_NUMBER = "This is no number. Write the value alone, for example 28.5."
INPUT_FIELDS = (
    "name",
    "direction",
    "population",
    "group",
    "baseline_value",
    "baseline_year",
    "target_value",
    "due_on",
)
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

    scale = text_field(
        label="Scale", most=80, help_text="What points are: for example scale score, distance from standard."
    )
    student_sd = forms.DecimalField(
        label="Standard deviation of students’ scores",
        required=False,
        max_digits=12,
        decimal_places=4,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        help_text="Of students, not of schools. Without it an effect is told in points, never as an effect size.",
        error_messages={"invalid": NO_NUMBER},
    )
    student_sd_source = text_field(
        label="Where the standard deviation is from",
        help_text="State, test, grade and year it is published for, or whose own data it is computed from.",
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

    def __init__(
        self, *args: Any, choices: Choices, published: Callable[[UUID], Published], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["metric"].choices = [("", "Choose one"), *choices.metrics]  # type: ignore[attr-defined]
        self.results = self._read_results(choices, published)
        self._offer_baseline()

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
    baseline_value = MeasureField(
        label="Baseline",
        max_digits=12,
        decimal_places=4,
        error_messages={"required": MISSING["baseline_value"], "invalid": NO_NUMBER},
        help_text="The value when the work began, in the metric’s unit. A percentage as 0 to 100.",
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    baseline_year = SchoolYearField(
        label="School year of the baseline",
        error_messages={"required": MISSING["baseline_year"]},
        help_text="For example 2022-23, or 2023 for the year in which it ended.",
    )
    baseline_from = forms.ChoiceField(
        label="Which baseline is right?",
        widget=forms.RadioSelect,
        error_messages={"required": "Say which baseline is right."},
    )
    target_value = MeasureField(
        label="Target",
        max_digits=12,
        decimal_places=4,
        error_messages={"required": MISSING["target_value"], "invalid": NO_NUMBER},
        help_text="The value to reach. It must lie beyond the baseline, in the direction above.",
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    due_on = day_field(label="Due date", required=MISSING["due_on"])

    def clean_group(self) -> str:
        """Return the group, every student where none is named; one without results is warned about."""
        return str(self.cleaned_data["group"]).strip() or "all"

    @property
    def warning(self) -> str:
        """Say of a form without errors that no results name its group yet, and which groups have them."""
        group, known = self.cleaned_data["group"], self.results.groups
        if group in known:
            return ""
        if not known:
            return (
                "No results of this metric have arrived yet, so where the strategic goal stands is not known."
            )
        return (
            f"No results of this metric name the group “{group}” yet, so where it stands is not known."
            f" {name_groups(known)}"
        )

    def clean(self) -> dict[str, Any]:
        """Take the baseline a person chose, where results say another."""
        asked = super().clean() or {}
        if asked.get("baseline_from") == FROM_RESULTS and self.offered is not None:
            asked["baseline_value"] = self.offered
        return asked

    def to_input(self) -> GoalInput:
        """Return what the service takes; of a form with errors, as far as it could be read."""
        given = {name: self.cleaned_data[name] for name in INPUT_FIELDS if name in self.cleaned_data}
        metric = self.cleaned_data.get("metric")
        return GoalInput(metric_id=UUID(metric) if metric else None, **given)

    def _read_results(self, choices: Choices, published: Callable[[UUID], Published]) -> Published:
        metric = str(self["metric"].value() or "")
        return published(UUID(metric)) if metric in dict(choices.metrics) else Published()

    def _offer_baseline(self) -> None:
        """Ask which baseline is right where the results differ from the one given; else do not ask."""
        self.offered: Decimal | None = None
        try:
            value = self.fields["baseline_value"].clean(self["baseline_value"].value())
            year = self.fields["baseline_year"].to_python(self["baseline_year"].value())
        except forms.ValidationError:
            value = year = None
        if value is not None and year is not None:
            group = str(self["group"].value() or "").strip() or "all"
            self.offered = self.results.differs_from(group=group, school_year=year, value=value)
        if self.offered is None:
            del self.fields["baseline_from"]
            return
        says = f"The results say {self.offered:f} for {school_year(year)}"
        self.fields["baseline_from"].help_text = f"{says}; the baseline here is {value:f}."
        self.fields["baseline_from"].choices = [  # type: ignore[attr-defined]
            (FROM_RESULTS, f"Use {self.offered:f}, as the results have it"),
            (AS_TYPED, f"Keep {value:f}: it comes from elsewhere"),
        ]
