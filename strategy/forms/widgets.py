"""Form fields that strategy's forms share; must not know a form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

Pairs = Sequence[tuple[str, str]]


def day_field(*, label: str, help_text: str = "", required: str = "") -> forms.DateField:
    """Return a date field; `required` is what to say when it is empty, empty: it may stay empty."""
    return forms.DateField(
        label=label,
        help_text=help_text,
        required=bool(required),
        error_messages={"required": required, "invalid": "Give a date, for example 2027-03-15."},
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


def text_field(*, label: str, help_text: str = "", required: str = "", most: int = 200) -> forms.CharField:
    """Return a line of text."""
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=bool(required),
        max_length=most,
        error_messages={"required": required},
    )


def long_text_field(*, label: str, help_text: str = "", required: str = "", rows: int = 4) -> forms.CharField:
    """Return several lines of text."""
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=bool(required),
        max_length=4000,
        error_messages={"required": required},
        widget=forms.Textarea(attrs={"rows": rows}),
    )


def choice_field(
    *, label: str, pairs: Pairs, help_text: str = "", required: str = "", empty: str = "Choose one"
) -> forms.ChoiceField:
    """Return a choice of one, the empty choice first."""
    return forms.ChoiceField(
        label=label,
        help_text=help_text,
        required=bool(required),
        choices=[("", empty), *pairs],
        error_messages={"required": required, "invalid_choice": required or "Choose one of the list."},
    )


class PlainForm(forms.Form):
    """A form whose errors come from the server, at the field and in the summary, never from the browser."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
