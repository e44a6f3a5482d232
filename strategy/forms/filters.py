"""Filters of the lists; what they cannot read they ignore. Must not query."""

from __future__ import annotations

from typing import Any

from django import forms

from strategy.forms.widgets import PlainForm
from strategy.models import Initiative
from strategy.selectors import Choices, InitiativeFilter

STATES = (("active", "In use"), ("archived", "Archived"), ("all", "All"))


class GoalFilterForm(PlainForm):
    """Search and state of strategic goals."""

    q = forms.CharField(label="Search", required=False, max_length=200)
    state = forms.ChoiceField(label="Show", required=False, choices=STATES)

    def read(self) -> dict[str, str]:
        """Return what was asked for, defaults where it cannot be read."""
        self.is_valid()
        return {"text": self.cleaned_data.get("q", ""), "state": self.cleaned_data.get("state") or "active"}


class InitiativeFilterForm(PlainForm):
    """Search, strategic goal, kind, owner, department and state of initiatives."""

    q = forms.CharField(label="Search", required=False, max_length=200)
    goal = forms.ChoiceField(label="Strategic goal", required=False)
    kind = forms.ChoiceField(label="Kind", required=False, choices=[("", "All"), *Initiative.Kind.choices])
    department = forms.ChoiceField(label="Department", required=False)
    owner = forms.ChoiceField(label="Owner", required=False)
    state = forms.ChoiceField(label="Show", required=False, choices=STATES)

    def __init__(self, *args: Any, choices: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = {
            "goal": [("", "All"), *choices.goals],
            "department": [("", "All"), *choices.departments],
            "owner": [("", "All"), ("none", "Nobody yet"), *choices.owners],
        }
        for name, pairs in offered.items():
            self.fields[name].choices = pairs  # type: ignore[attr-defined]

    def read(self) -> InitiativeFilter:
        """Return what was asked for, defaults where it cannot be read."""
        self.is_valid()
        given = self.cleaned_data
        return InitiativeFilter(
            text=given.get("q", ""),
            goal_id=given.get("goal", ""),
            kind=given.get("kind", ""),
            owner=given.get("owner", ""),
            department_id=given.get("department", ""),
            state=given.get("state") or "active",
        )
