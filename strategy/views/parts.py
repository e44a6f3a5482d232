"""What strategy's pages share: links, breadcrumbs, the answer to a form; must not query."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from districts.access.decorators import DistrictRequest
from districts.access.permissions import Permission, can
from districts.errors import DomainError
from districts.parts import Crumb, NavItem


def link(request: DistrictRequest, name: str, **parts: UUID | int) -> str:
    """Return the address of a page of strategy (or, with a prefix, of another app) in this district."""
    full = name if ":" in name else f"strategy:{name}"
    return reverse(full, kwargs={"slug": request.access.district.slug, **parts})


def may_edit(request: DistrictRequest) -> bool:
    """Say whether this person may set strategic goals and initiatives."""
    return can(request.access.role, Permission.EDIT_STRATEGY)


def trail(request: DistrictRequest, *steps: tuple[str, str]) -> tuple[Crumb, ...]:
    """Return the breadcrumbs: home, then (label, address) for each step."""
    home = Crumb(label="Home", url=link(request, "diagnostics:home-show"))
    return (home, *(Crumb(label=label, url=url) for label, url in steps))


def section_links(request: DistrictRequest, *, current: str) -> tuple[NavItem, ...]:
    """Return the links between initiatives, strategic goals and metrics."""
    pages = (
        ("Initiatives", "initiative-list"),
        ("Strategic goals", "goal-list"),
        ("Metrics", "metric-list"),
    )
    return tuple(
        NavItem(label=label, url=link(request, name), is_current=name == current) for label, name in pages
    )


def form_page(
    request: DistrictRequest, *, template: str, context: dict[str, Any], is_invalid: bool
) -> HttpResponse:
    """Show a form: 422 where it was refused."""
    return render(request, template, context, status=422 if is_invalid else 200)


def done(request: DistrictRequest, *, message: str, to: str, warning: str = "") -> HttpResponse:
    """Say what was done, and what to mind about it, and go on."""
    messages.success(request, message)
    if warning:
        messages.warning(request, warning)
    return redirect(to)


def refused(request: DistrictRequest, *, error: DomainError, to: str) -> HttpResponse:
    """Say why nothing was done and go back."""
    messages.error(request, error.message)
    return redirect(to)
