"""Put what a service refused onto the fields of a form; must not decide anything."""

from __future__ import annotations

from collections.abc import Mapping

from django import forms

from strategy.services import StrategyRefused


def add_the_rest(*, form: forms.Form, errors: Mapping[str, str]) -> None:
    """Show what the service would refuse besides what the form refused: every error at once."""
    for name, message in errors.items():
        if name not in form.errors:
            form.add_error(name if name in form.fields else None, message)


def add_refusal(*, form: forms.Form, refused: StrategyRefused) -> None:
    """Show each refused field's message at the field, or above the form where the form has no such field."""
    for name, message in refused.errors.items():
        form.add_error(name if name in form.fields else None, message)
