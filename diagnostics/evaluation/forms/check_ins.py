"""The form of a month of check-ins: a row for each school; whether it is kept is the service's to say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.forms.boundfield import BoundField

from diagnostics.evaluation.selectors import CheckInPage, SchoolMonth
from diagnostics.evaluation.services import CheckInInput
from strategy.forms.measures import MeasureField
from strategy.forms.widgets import PlainForm

PARTS: Final = (
    ("planned", "Planned"),
    ("delivered", "Delivered"),
    ("assigned", "Students assigned"),
    ("reached", "Reached the least dosage"),
    ("note", "Note"),
)
NO_NUMBER: Final = "Write a number from 0, for example 12."
NO_COUNT: Final = "Write how many students, for example 24."


@dataclass(frozen=True)
class Cell:
    """One field of a school's row."""

    label: str
    field: BoundField
    is_numeric: bool


@dataclass(frozen=True)
class FormRow:
    """One school's row."""

    school: SchoolMonth
    cells: tuple[Cell, ...]


class MonthForm(forms.Form):
    """Which month to show."""

    month = forms.ChoiceField(label="Month", required=False)

    def __init__(self, *args: Any, page: CheckInPage, **kwargs: Any) -> None:
        super().__init__(*args, **({"label_suffix": ""} | kwargs))
        self.fields["month"].choices = [(month_key(one), month_words(one)) for one in page.choosable]  # type: ignore[attr-defined]
        if page.month:
            self.initial["month"] = month_key(page.month)


class CheckInForm(PlainForm):
    """A month of check-ins; `month` is the page's, so that a row is never kept under another."""

    def __init__(self, *args: Any, page: CheckInPage, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.page = page
        for one in page.schools:
            for name, label in PARTS:
                key = f"{name}-{one.school.id}"
                self.fields[key] = _field(name, label=f"{label}, {one.school.name}")
                self.initial.setdefault(key, _initial(name, one))

    def rows(self) -> Iterator[FormRow]:
        """Return a row for each school."""
        for one in self.page.schools:
            yield FormRow(
                one,
                tuple(Cell(label, self[f"{name}-{one.school.id}"], name != "note") for name, label in PARTS),
            )

    def to_input(self) -> tuple[CheckInInput, ...]:
        """Return what the service takes; of a form with errors, the rows without one."""
        return tuple(
            CheckInInput(
                school_id=one.school.id,
                **{name: self.cleaned_data[f"{name}-{one.school.id}"] for name, _ in PARTS},
            )
            for one in self.page.schools
            if not any(f"{name}-{one.school.id}" in self.errors for name, _ in PARTS)
        )


def read_month(text: str) -> date | None:
    """Return the month of `2025-10`, or None where it cannot be read."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return None


def month_key(month: date) -> str:
    """Write a month as the address does: 2025-10."""
    return f"{month:%Y-%m}"


def month_words(month: date) -> str:
    """Write a month as a person reads it: October 2025."""
    return f"{month:%B %Y}"


def _field(name: str, *, label: str) -> forms.Field:
    attrs = {"autocomplete": "off", "aria-label": label, "class": "usa-input grid__input"}
    if name == "note":
        text = forms.TextInput(attrs=attrs | {"class": "usa-input"})
        return forms.CharField(label=label, required=False, max_length=500, widget=text)
    if name in ("planned", "delivered"):
        return MeasureField(
            label=label,
            required=False,
            max_digits=10,
            decimal_places=2,
            error_messages={
                "invalid": NO_NUMBER,
                "max_digits": NO_NUMBER,
                "max_whole_digits": NO_NUMBER,
                "max_decimal_places": "Write at most two decimals.",
            },
            widget=forms.TextInput(attrs=attrs | {"inputmode": "decimal"}),
        )
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=0,
        max_value=10**6,
        error_messages={"invalid": NO_COUNT, "min_value": NO_COUNT, "max_value": NO_COUNT},
        widget=forms.TextInput(attrs=attrs | {"inputmode": "numeric"}),
    )


def _initial(name: str, one: SchoolMonth) -> object:
    if one.is_there:
        value = {"note": one.note}.get(name, getattr(one, name, None))
    else:
        value = {"planned": one.next_planned, "assigned": one.next_assigned}.get(name)
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return value
