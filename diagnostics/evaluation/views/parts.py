"""What the pages of plans and check-ins share; must not query."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django import forms

from diagnostics.links import link
from districts.access.decorators import DistrictRequest
from districts.parts import Crumb


def trail(request: DistrictRequest, *, initiative_id: UUID, name: str, here: str) -> tuple[Crumb, ...]:
    """Return the way to a page of an initiative."""
    return (
        Crumb(label="Home", url=link(request, "diagnostics:home-show")),
        Crumb(label="Initiatives", url=link(request, "strategy:initiative-list")),
        Crumb(label=name, url=link(request, "diagnostics:initiative-show", initiative_id=initiative_id)),
        Crumb(label=here),
    )


def add_errors(*, form: forms.Form, errors: Mapping[str, str]) -> None:
    """Show each refused field's message at the field, or above the form; what the form said itself stays."""
    for name, message in errors.items():
        if name not in form.errors:
            form.add_error(name if name in form.fields else None, message)
