"""Put what a service refused onto the fields of a form; must not decide anything."""

from __future__ import annotations

from django import forms

from investments.services.refused import InvestmentRefused

_SHOWN_AT = {"initiative": "owner", "band": "owner"}


def add_refusal(*, form: forms.Form, refused: InvestmentRefused) -> None:
    """Show each refused field's message at its field, or above the form where the form has no such field."""
    for name, message in refused.errors.items():
        field = name if name in form.fields else _SHOWN_AT.get(name)
        form.add_error(field if field in form.fields else None, plain_words(name=name, message=message))


def plain_words(*, name: str, message: str) -> str:
    """Leave out the segment's own name before a message that is shown beside its label."""
    words = message.removeprefix(f"{name}: ")
    return words[:1].upper() + words[1:]
