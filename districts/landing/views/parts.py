"""What the data pages share: links, the way here, sections, steps, words; must not query."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from districts import formatting
from districts.access.decorators import DistrictRequest
from districts.access.permissions import Permission, can
from districts.models import Upload
from districts.parts import Crumb, NavItem, Step, steps
from districts.tables import Empty, Table

State = Upload.State
STEPS = ("Upload", "Map columns", "Preview", "Confirm", "Result")
STEP_OF = {
    State.LANDED: 2,
    State.NEEDS_KIND: 2,
    State.NEEDS_MAP: 2,
    State.READING: 3,
    State.REJECTED: 3,
    State.FAILED: 3,
    State.READY: 4,
    State.CONFIRMED: 5,
    State.IMPORTING: 5,
    State.IMPORTED: 6,
    State.UNDONE: 6,
}
SECTIONS = (
    ("Uploads", "upload-list"),
    ("What is there", "feed-list"),
    ("Problems", "problem-list"),
    ("Saved maps", "map-list"),
    ("Names of schools", "school-name-list"),
)
COUNTED = (("accounts", "accounts"), ("codes", "codes"), ("values", "values"))
NO_ROWS = Empty(title="Nothing to show")
FAMILIES = {
    "ledger": "Ledger",
    "codes": "Chart of accounts",
    "results": "Results",
    "check_ins": "Check-ins",
}


def link(request: DistrictRequest, name: str, **parts: UUID) -> str:
    """Return the address of a data page in this district."""
    return reverse(f"landing:{name}", kwargs={"slug": request.access.district.slug, **parts})


def may_upload(request: DistrictRequest) -> bool:
    """Say whether this person may upload, map, confirm and undo."""
    return can(request.access.role, Permission.UPLOAD)


def trail(request: DistrictRequest, *further: tuple[str, str], here: str) -> tuple[Crumb, ...]:
    """Return the way to a data page: Data, the steps (label, address), the page itself."""
    start = Crumb(label="Data", url=link(request, "upload-list"))
    return (start, *(Crumb(label=label, url=url) for label, url in further), Crumb(label=here))


def section_links(request: DistrictRequest, *, current: str) -> tuple[NavItem, ...]:
    """Return the links between the lists of the data area."""
    return tuple(
        NavItem(label=label, url=link(request, name), is_current=name == current) for label, name in SECTIONS
    )


def step_list(state: str, *, is_mapped: bool = False, is_known: bool = True) -> tuple[Step, ...]:
    """Say how far an upload is; a mapped file that is read is on its way to the preview.

    A refused file of no known kind never got past its upload.
    """
    current = STEP_OF[State(state)]
    if state == State.REJECTED and not is_known:
        current = 1
    return steps(labels=STEPS, current=3 if is_mapped and current < 3 else current)


def go_to(request: DistrictRequest, url: str) -> HttpResponse:
    """Go on to another page, whether a form or htmx asked."""
    return HttpResponseClientRedirect(url) if request.htmx else redirect(url)


def page_number(request: DistrictRequest, *, prefix: str = "") -> int:
    """Return the page asked for of the table of that prefix; 1 where it cannot be read."""
    text = request.GET.get(f"{prefix}page", "")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 8 else 1


def subject_words(*, family: str, subject: str, through_on: date | None = None) -> str:
    """Write what a filing is about as people say it; a year to date with the last day it covers."""
    words = subject.replace("_", " ").replace("-", " ").capitalize() + to_date_words(through_on)
    return f"Titles of {words.lower()} codes" if family == "codes" else words


def to_date_words(through_on: date | None) -> str:
    """Write what follows the name of a year to date; nothing for a finished year."""
    return f" to date (through {formatting.day(through_on)})" if through_on else ""


def standing_words(*, is_current: bool, through_on: date | None) -> str:
    """Say whether a filing counts; a year to date may have given way to an older filing too."""
    if is_current:
        return "Counts now"
    return "Replaced by a later day or the finished year" if through_on else "Replaced by a newer filing"


def list_page(request: DistrictRequest, *, current: str, table: Table, **context: Any) -> dict[str, Any]:
    """Return what the template of a list shows."""
    return {"sections": section_links(request, current=current), "table": table, **context}


def decimal_of(text: Any) -> Decimal | None:
    """Read an exact amount; None where there is none."""
    try:
        return Decimal(str(text)) if text not in (None, "") else None
    except InvalidOperation:
        return None
