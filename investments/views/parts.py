"""What the budget's pages share: addresses, sections, answers to forms; must not query figures."""

from __future__ import annotations

from datetime import date, datetime
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from districts import formatting
from districts.access.decorators import DistrictRequest
from districts.access.permissions import Permission, can
from districts.errors import DomainError
from districts.parts import Crumb, NavItem
from investments.models import AmountKind
from investments.selectors import FilingName
from investments.selectors.codes import SEGMENT_LABELS

SECTIONS = (
    ("Ledger", "ledger-show"),
    ("Budget against actual", "variance-show"),
    ("Coding rules", "rule-list"),
    ("Not yet coded", "uncoded-list"),
    ("Allocations", "allocation-grid"),
    ("Funding sources", "funding-source-list"),
    ("Files", "filing-list"),
)
FORECASTS = (AmountKind.BUDGET, AmountKind.ESTIMATED_ACTUAL)


def link(
    request: DistrictRequest, name: str, query: dict[str, str] | None = None, /, **parts: UUID | str
) -> str:
    """Return the address of a page of the budget (or, with a prefix, of another app) in this district."""
    full = name if ":" in name else f"investments:{name}"
    address = reverse(full, kwargs={"slug": request.access.district.slug, **parts})
    kept = {key: value for key, value in (query or {}).items() if value}
    return f"{address}?{urlencode(kept)}" if kept else address


def link_if_there(request: DistrictRequest, name: str, **parts: UUID | str) -> str:
    """Return the address of a page of an app that may not be part of this installation; else nothing."""
    try:
        return link(request, name, None, **parts)
    except NoReverseMatch:
        return ""


def upload_href(request: DistrictRequest, upload_id: UUID) -> str:
    """Return the address of an upload, for those who may read it."""
    if not can(request.access.role, Permission.VIEW_DATA):
        return ""
    return link_if_there(request, "landing:upload-show", upload_id=upload_id)


def upload_list_href(request: DistrictRequest) -> str:
    """Return where files are handed in, for those who may."""
    if not can(request.access.role, Permission.UPLOAD):
        return ""
    return link_if_there(request, "landing:upload-list")


def initiative_href(request: DistrictRequest, initiative_id: UUID) -> str:
    """Return the address of an initiative's page."""
    return link_if_there(request, "diagnostics:initiative-show", initiative_id=initiative_id)


def may(request: DistrictRequest, permission: Permission) -> bool:
    """Say whether this person holds a permission."""
    return can(request.access.role, permission)


def sections(request: DistrictRequest, *, current: str) -> tuple[NavItem, ...]:
    """Return the links between the pages of the budget."""
    return tuple(
        NavItem(label=label, url=link(request, name), is_current=name == current) for label, name in SECTIONS
    )


def trail(request: DistrictRequest, *steps: tuple[str, str]) -> tuple[Crumb, ...]:
    """Return the breadcrumbs: the budget, then (label, address) for each step."""
    start = Crumb(label="Budget", url=link(request, "ledger-show"))
    return (start, *(Crumb(label=label, url=url) for label, url in steps))


def amount_name(*, fiscal_year: int, kind: str, through_on: date | None = None) -> str:
    """Name one year's amounts of a kind: `FY2024 actual`, `FY2027 actual to date (through Oct 31, 2026)`."""
    through = f" (through {formatting.day(through_on)})" if through_on else ""
    return f"{formatting.fiscal_year(fiscal_year)} {AmountKind(kind).label.lower()}{through}"


def in_sentence(label: str) -> str:
    """Write a segment's name within a sentence; a name of the district's own stays as it is."""
    is_ours = label in SEGMENT_LABELS.values() or label.startswith("Object class")
    return label[0].lower() + label[1:] if is_ours and not label.startswith("SACS") else label


def local_day(moment: datetime) -> str:
    """Write the day of a moment in the district's time zone."""
    return formatting.day(timezone.localtime(moment))


def filing_words(filing: FilingName) -> str:
    """Say what a filing is and when it was filed."""
    name = amount_name(fiscal_year=filing.fiscal_year, kind=filing.kind, through_on=filing.through_on)
    return f"{name}: {filing.filename}, filed {local_day(filing.filed_at)}"


def done(request: DistrictRequest, *, message: str, to: str) -> HttpResponse:
    """Say what was done and go on."""
    messages.success(request, message)
    return redirect(to)


def refused(request: DistrictRequest, *, error: DomainError, to: str) -> HttpResponse:
    """Say why nothing was done and go back."""
    messages.error(request, error.message)
    return redirect(to)
