"""The quality report of one upload: checks, where its rows went, control totals; must not query."""

from __future__ import annotations

from django.urls import reverse

from districts import formatting
from districts.access.decorators import DistrictRequest
from districts.access.permissions import Permission, can
from districts.landing import selectors
from districts.landing.views.parts import decimal_of
from districts.tables import Cell, CellValue, Column, Empty, Kind, Table, make_table

STATUS_WORDS = {"ok": "Agrees", "warn": "Look at this", "info": "For information"}
STATUS_ORDER = {"warn": 0, "ok": 1, "info": 2}
ROW_COUNTS = (
    ("read", "Rows read"),
    ("loaded", "Amounts or values to load"),
    ("left_out", "Rows left out by a person"),
    ("other_district", "Rows of other districts, not loaded"),
    ("totals", "Total rows, recognised and not loaded"),
    ("blank", "Blank rows"),
    ("no_amount", "Rows without an amount, not loaded"),
    ("repeated_headers", "Repeated headers, skipped"),
)


def check_table(
    request: DistrictRequest, detail: selectors.UploadDetail, *, is_exported: bool = False
) -> Table:
    """Return the quality report: what asks for a look first."""
    is_admin = can(request.access.role, Permission.MANAGE_DISTRICT)
    slug = request.access.district.slug
    organisation = reverse("districts:organisation-edit", kwargs={"slug": slug}) if is_admin else ""

    def cells(check: selectors.CheckRow) -> tuple[CellValue, ...]:
        return (
            Cell(value=check.name, href=organisation if check.leads_to == "organisation" else ""),
            STATUS_WORDS.get(check.status, check.status),
            _number(check.expected),
            _number(check.found),
            check.note,
        )

    return make_table(
        key="checks",
        caption="Checks",
        columns=(
            Column(key="check", label="Check"),
            Column(key="status", label="Result", kind=Kind.TAG),
            Column(key="expected", label="Expected", is_sortable=False),
            Column(key="found", label="Found", is_sortable=False),
            Column(key="note", label="What it means", is_sortable=False),
        ),
        records=sorted(detail.checks, key=lambda one: STATUS_ORDER.get(one.status, 9)),
        cells=cells,
        query=request.GET.dict() | {"table": "checks"},
        prefix="c-",
        page_size=1_000_000 if is_exported else 40,
        export_base=request.path,
        empty=Empty(title="No checks for this kind of file"),
    )


def _number(text: str) -> str:
    """Group the digits of a plain amount; leave anything else as it stands."""
    amount = decimal_of(text) if text and text.replace("-", "", 1).replace(".", "", 1).isdigit() else None
    if amount is None or "." not in text:
        return text
    return formatting.number(amount, 2)


def row_counts(detail: selectors.UploadDetail) -> tuple[tuple[str, int], ...]:
    """Say where every row of the file went; kinds of row the file has none of are left out."""
    counts = detail.counts
    return tuple((words, int(counts[key])) for key, words in ROW_COUNTS if counts.get(key))


def control_totals(detail: selectors.UploadDetail) -> tuple[tuple[str, str], ...]:
    """Return the control totals with their digits grouped."""
    return tuple(
        (name[:1].upper() + name[1:], _number(value)) for name, value in detail.control_totals.items()
    )
