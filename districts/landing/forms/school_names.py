"""The page of school names as a form: one answer for each name. Must not read the database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from districts.landing.selectors.school_names import AskedName, AskedNames

LATER = ("", "Not answered yet")
OTHERS = (
    ("other", "Another agency's school: count its rows, do not load them"),
    ("left_out", "No school: leave its rows out"),
    ("district", "The district itself"),
)


class SchoolNamesForm(forms.Form):
    """What each name means; a name left open stays open. A likely school is filled in only where it is sure."""

    def __init__(self, data: Any = None, *, asked: AskedNames) -> None:
        super().__init__(data)
        self._asked = asked.names
        for place, one in enumerate(asked.names):
            self.fields[f"name-{place}"] = forms.ChoiceField(
                label=one.name,
                required=False,
                choices=_choices(one, asked.schools),
                initial=_initial(one),
                help_text=f"In {one.rows:,} row{'' if one.rows == 1 else 's'}."
                + (" The likeliest school is filled in: look at it." if _initial(one) else ""),
                error_messages={"invalid_choice": "Choose one of the answers."},
            )

    def answers(self) -> dict[str, str]:
        """Return what was answered, by name."""
        given = {
            one.name: self.cleaned_data.get(f"name-{place}", "") for place, one in enumerate(self._asked)
        }
        return {name: answer for name, answer in given.items() if answer}

    def clean(self) -> dict[str, Any]:
        """Refuse a page on which nothing was answered."""
        asked: dict[str, Any] = super().clean() or {}
        if not self.errors and not any(asked.values()):
            raise forms.ValidationError("Answer for at least one name.")
        return asked


def _initial(one: AskedName) -> str:
    if not one.likely or not one.likely[0].is_sure:
        return ""
    is_close = len(one.likely) > 1 and one.likely[1].alike == one.likely[0].alike
    return "" if is_close else str(one.likely[0].school_id)


def _choices(one: AskedName, schools: Sequence[tuple[str, str]]) -> list[Any]:
    likely = [(str(found.school_id), found.name) for found in one.likely]
    known = {pk for pk, _ in likely}
    others = [school for school in schools if school[0] not in known]
    groups = [("Likely", likely)] if likely else []
    return [LATER, *groups, ("Not one of these", list(OTHERS)), ("All schools", others)]
