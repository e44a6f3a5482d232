"""Filters of the outcome pages; what they cannot read they ignore. Must not query."""

from __future__ import annotations

from typing import Any

from django import forms

from diagnostics.outcomes.selectors import MetricPage, SchoolPage, SpendingPage
from diagnostics.outcomes.words import grade_name, group_name
from districts.models import School

HAS_DATA = [("", "All"), ("yes", "With a value"), ("no", "Without a value")]


class _Filter(forms.Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **({"label_suffix": ""} | kwargs))

    def _offer(self, name: str, pairs: list[tuple[str, str]]) -> None:
        self.fields[name].choices = pairs  # type: ignore[attr-defined]

    def asked(self, name: str) -> str:
        """Return what was asked for, empty where it cannot be read."""
        self.is_valid()
        return str(self.cleaned_data.get(name) or "")


class MetricFilterForm(_Filter):
    """Search, leading or lagging, with results or without."""

    q = forms.CharField(label="Search", required=False, max_length=200)
    kind = forms.ChoiceField(
        label="Moves", required=False, choices=[("", "All"), ("leading", "Leading"), ("lagging", "Lagging")]
    )
    known = forms.ChoiceField(label="Results", required=False, choices=HAS_DATA)


class SchoolFilterForm(_Filter):
    """A group and a grade, then which schools."""

    group = forms.ChoiceField(label="Students", required=False)
    grade = forms.ChoiceField(label="Grade", required=False)
    q = forms.CharField(label="School", required=False, max_length=200)
    level = forms.ChoiceField(label="Level", required=False, choices=[("", "All"), *School.Level.choices])
    known = forms.ChoiceField(label="Results", required=False, choices=HAS_DATA)

    def __init__(self, *args: Any, page: MetricPage, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offer(
            "group", [("" if one == "all" else one, group_name(one)) for one in page.groups or ("all",)]
        )
        self._offer(
            "grade", [("" if one == "all" else one, grade_name(one)) for one in page.grades or ("all",)]
        )


class GroupForm(_Filter):
    """A group of students."""

    group = forms.ChoiceField(label="Students", required=False)

    def __init__(self, *args: Any, page: SchoolPage, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offer("group", [("" if one == "all" else one, group_name(one)) for one in page.groups])


class OutcomeForm(_Filter):
    """The outcome spending stands beside."""

    metric = forms.ChoiceField(label="Outcome", required=False)

    def __init__(self, *args: Any, page: SpendingPage, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offer("metric", [(str(pk), name) for pk, name in page.metrics])
