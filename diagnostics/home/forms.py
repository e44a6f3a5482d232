"""The filter of home's table; what it cannot read it ignores. Must not query."""

from __future__ import annotations

from typing import Any

from django import forms

from diagnostics.home.selectors import ORDER, Home, HomeFilter
from strategy.models import Initiative


class HomeFilterForm(forms.Form):
    """Search, strategic goal, kind, verdict and owner, offered as this district has them."""

    q = forms.CharField(label="Search", required=False, max_length=200)
    goal = forms.ChoiceField(label="Strategic goal", required=False)
    verdict = forms.ChoiceField(label="Verdict", required=False)
    kind = forms.ChoiceField(label="Kind", required=False, choices=[("", "All"), *Initiative.Kind.choices])
    owner = forms.ChoiceField(label="Owner", required=False)

    def __init__(self, *args: Any, home: Home, **kwargs: Any) -> None:
        super().__init__(*args, **({"label_suffix": ""} | kwargs))
        owners = sorted({(str(one.owner_id), one.owner) for one in home.initiatives if one.owner_id})
        there = {one.verdict for one in home.initiatives}
        offered = {
            "goal": [("", "All"), *((str(one.goal.id), one.goal.name) for one in home.goals)],
            "verdict": [("", "All"), *((one, one) for one in ORDER if one in there)],
            "owner": [("", "All"), ("none", "Nobody yet"), *owners],
        }
        for name, pairs in offered.items():
            self.fields[name].choices = pairs  # type: ignore[attr-defined]

    def read(self) -> HomeFilter:
        """Return what was asked for."""
        self.is_valid()
        given = self.cleaned_data
        return HomeFilter(
            text=given.get("q", ""),
            goal_id=given.get("goal", ""),
            kind=given.get("kind", ""),
            verdict=given.get("verdict", ""),
            owner=given.get("owner", ""),
        )
