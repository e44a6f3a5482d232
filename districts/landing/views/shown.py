"""One upload as the tables and sentences its page shows; takes what selectors read, must not query."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.urls import reverse
from django.utils import timezone

from districts import formatting
from districts.access.decorators import DistrictRequest
from districts.access.permissions import Permission, can
from districts.landing import overview, selectors
from districts.landing.views.parts import link, standing_words, subject_words
from districts.parts import Notice, Progress, Tone
from districts.tables import Cell, CellValue, Column, Empty, Kind, Table, make_table

STATUS_WORDS = {"ok": "Agrees", "warn": "Look at this", "info": "For information"}
STATUS_ORDER = {"warn": 0, "ok": 1, "info": 2}
COUNTED = (("accounts", "accounts"), ("codes", "codes"), ("values", "values"))
COUNT_WORDS = (("new", "new"), ("changed", "changed"), ("removed", "removed"), ("same", "unchanged"))
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
LEFT_OUT_PREFIX = "l-"
NO_ROWS = Empty(title="Nothing to show")


@dataclass(frozen=True, kw_only=True)
class ShownSlice:
    """One slice of a file against what is there now."""

    title: str
    sentence: str
    is_warning: bool
    same_day_as: str
    """The file this one would replace though both have the same filing date; empty else."""
    rows: int
    amount: Decimal | None
    filed: str
    counts: tuple[tuple[str, int], ...]
    counted: str
    accounts: Table | None
    more_accounts: int
    funds: Table | None


def slices_of(request: DistrictRequest, detail: selectors.UploadDetail) -> tuple[ShownSlice, ...]:
    """Return each slice of an upload with its difference to what is there."""
    return tuple(_slice(request, number, one) for number, one in enumerate(detail.slices))


def _slice(request: DistrictRequest, number: int, one: Mapping[str, Any]) -> ShownSlice:
    name = next((name for name, _ in COUNTED if name in one), "")
    counts = one.get(name) or {}
    filed = _moment(one.get("filed_at"))
    sentence, is_warning = _against(one)
    return ShownSlice(
        title=str(one.get("label", "")),
        sentence=sentence,
        is_warning=is_warning,
        same_day_as=_same_day_as(one),
        rows=int(one.get("rows") or 0),
        amount=decimal_of(one.get("amount")),
        filed=formatting.day(filed) if filed else "",
        counts=tuple((words, int(counts[key])) for key, words in COUNT_WORDS if key in counts),
        counted=dict(COUNTED).get(name, ""),
        accounts=_account_table(request, number, str(one.get("label", "")), one.get("most_changed") or ()),
        more_accounts=sum(int(counts.get(key, 0)) for key in ("new", "changed", "removed")),
        funds=_fund_table(request, number, str(one.get("label", "")), one.get("by_fund") or ()),
    )


def _against(one: Mapping[str, Any]) -> tuple[str, bool]:
    current = one.get("replaces")
    if not current:
        return "Nothing is there yet for this year and kind.", False
    filed = formatting.day(_moment(current.get("filed_at")))
    if one.get("becomes_current", True):
        words = f"Takes the place of “{current.get('filename')}”, filed {filed}"
        return f"{words}: the same filing date as this file." if _same_day_as(one) else f"{words}.", False
    name, through = f"“{current.get('filename')}”", current.get("through_on")
    if one.get("through_on") and not through:
        return f"{name}, filed {filed}, is of the finished year and stays the one that counts.", True
    if through and through > one.get("through_on", ""):
        return f"{name} runs through {day_words(through)} and stays the one that counts.", True
    return f"{name} was filed later, {filed}, and stays the one that counts.", True


def _same_day_as(one: Mapping[str, Any]) -> str:
    current = one.get("replaces") or {}
    filed, before = _moment(one.get("filed_at")), _moment(current.get("filed_at"))
    is_same = filed is not None and before is not None and filed.date() == before.date()
    return str(current.get("filename", "")) if is_same and one.get("becomes_current", True) else ""


def same_day_files(slices: Iterable[ShownSlice]) -> tuple[str, ...]:
    """Name the files that would be replaced though the new one has the same filing date."""
    return tuple(sorted({one.same_day_as for one in slices} - {""}))


def _moment(text: Any) -> datetime | None:
    try:
        return timezone.localtime(datetime.fromisoformat(str(text))) if text else None
    except ValueError:
        return None


def day_words(text: str) -> str:
    """Write a day kept as text."""
    return formatting.day(date.fromisoformat(text))


def decimal_of(text: Any) -> Decimal | None:
    """Read an exact amount; None where there is none."""
    try:
        return Decimal(str(text)) if text not in (None, "") else None
    except InvalidOperation:
        return None


def _fund_table(request: DistrictRequest, number: int, label: str, funds: Any) -> Table | None:
    if not funds:
        return None

    def cells(fund: Mapping[str, str]) -> tuple[CellValue, ...]:
        before, after = decimal_of(fund["before"]), decimal_of(fund["after"])
        return (fund["fund"] or "No fund", fund.get("of", ""), before, after, decimal_of(fund["change"]))

    spending = [fund for fund in funds if fund.get("of") == "Spending"]
    sums = [
        sum(((decimal_of(fund[name]) or Decimal(0)) for fund in spending), Decimal(0))
        for name in ("before", "after", "change")
    ]
    return make_table(
        key=f"funds-{number}",
        caption=f"{label} by fund: spending, revenue and neither apart",
        columns=(
            Column(key="fund", label="Fund", kind=Kind.CODE),
            Column(key="of", label="Dollars of"),
            Column(key="before", label="There now", kind=Kind.MONEY),
            Column(key="after", label="In this file", kind=Kind.MONEY),
            Column(key="change", label="Change", kind=Kind.CHANGE),
        ),
        records=funds,
        cells=cells,
        query=request.GET.dict(),
        prefix=f"s{number}-",
        page_size=100,
        footer=("All funds", "Spending", *sums) if spending else None,
        empty=NO_ROWS,
    )


def _account_table(request: DistrictRequest, number: int, label: str, accounts: Any) -> Table | None:
    if not accounts:
        return None
    return make_table(
        key=f"accounts-{number}",
        caption=f"{label}: the accounts that change most",
        columns=(
            Column(key="account", label="Account", kind=Kind.CODE),
            Column(key="what", label="What"),
            Column(key="before", label="There now", kind=Kind.MONEY),
            Column(key="after", label="In this file", kind=Kind.MONEY),
            Column(key="change", label="Change", kind=Kind.CHANGE),
        ),
        records=accounts,
        cells=lambda one: (
            one["account"],
            one["what"].capitalize(),
            decimal_of(one["before"]),
            decimal_of(one["after"]),
            decimal_of(one["change"]),
        ),
        query=request.GET.dict(),
        prefix=f"a{number}-",
        page_size=100,
        empty=NO_ROWS,
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


def problem_table(request: DistrictRequest, detail: selectors.UploadDetail) -> Table:
    """Return one page of an upload's problems."""
    page = detail.problems
    return make_table(
        key="problems",
        caption="Problems",
        columns=(
            Column(key="row", label="Row", kind=Kind.CODE, is_sortable=False),
            Column(key="severity", label="Kind", is_sortable=False),
            Column(key="column", label="Column", is_sortable=False),
            Column(key="value", label="What stands there", is_sortable=False),
            Column(key="why", label="Why it is a problem", is_sortable=False),
            Column(key="do", label="What to do", is_sortable=False),
        ),
        records=page.rows,
        cells=lambda one: (
            Cell(value=one.row, text="" if one.row else "Whole file"),
            severity_words(one.severity),
            one.column,
            one.value,
            one.why,
            one.what_to_do,
        ),
        query=request.GET.dict(),
        total=page.listed,
        page_size=selectors.PROBLEMS_ON_A_PAGE,
        empty=NO_ROWS,
    )


def severity_words(severity: str) -> str:
    """Name what kind of problem it is."""
    return "Left out" if severity == "leftout" else severity.capitalize()


def left_out_table(request: DistrictRequest, detail: selectors.UploadDetail) -> Table:
    """Return one page of the rows a person left out: what stands there, why, by whom."""
    page = detail.left_out
    return make_table(
        key="left-out",
        caption="Rows left out",
        columns=(
            Column(key="row", label="Row", kind=Kind.CODE, is_sortable=False),
            Column(key="column", label="Column", is_sortable=False),
            Column(key="value", label="What stands there", is_sortable=False),
            Column(key="why", label="Why it could not be loaded", is_sortable=False),
            Column(key="by", label="By whom", is_sortable=False),
        ),
        records=page.rows,
        cells=lambda one: (one.row, one.column, one.value, one.why, one.what_to_do),
        query=request.GET.dict(),
        prefix=LEFT_OUT_PREFIX,
        total=page.listed,
        page_size=selectors.PROBLEMS_ON_A_PAGE,
        empty=NO_ROWS,
    )


def has_problems_to_list(detail: selectors.UploadDetail) -> bool:
    """Say whether there are problems that the notice of a refused file does not say already."""
    rows = detail.problems.rows
    is_said = detail.problems.listed == 1 and rows and detail.upload.message.startswith(rows[0].why)
    return bool(detail.problems.listed) and not is_said


def filing_table(request: DistrictRequest, detail: selectors.UploadDetail) -> Table:
    """Return the slices an imported upload brought, and which of them count now."""
    family = {one.id: one.family for one in detail.filings}
    return make_table(
        key="slices",
        caption="What this file brought",
        columns=(
            Column(key="what", label="What"),
            Column(key="year", label="Year"),
            Column(key="counts", label="Counts?"),
            Column(key="filed", label="Filed", kind=Kind.DATE),
            Column(key="rows", label="Rows", kind=Kind.NUMBER),
            Column(key="amount", label="Sum of rows", kind=Kind.MONEY),
        ),
        records=detail.filings,
        cells=lambda one: (
            subject_words(family=family[one.id], subject=one.subject, through_on=one.through_on),
            Cell(
                value=one.fiscal_year,
                text=formatting.fiscal_year(one.fiscal_year) if one.fiscal_year else "Any year",
            ),
            standing_words(is_current=one.is_current, through_on=one.through_on),
            timezone.localtime(one.filed_at).date(),
            one.row_count,
            decimal_of(one.control_totals.get("amount")),
        ),
        query=request.GET.dict(),
        prefix="w-",
        empty=NO_ROWS,
    )


def row_counts(detail: selectors.UploadDetail) -> tuple[tuple[str, int], ...]:
    """Say where every row of the file went; kinds of row the file has none of are left out."""
    counts = detail.counts
    return tuple((words, int(counts[key])) for key, words in ROW_COUNTS if counts.get(key))


def control_totals(detail: selectors.UploadDetail) -> tuple[tuple[str, str], ...]:
    """Return the control totals with their digits grouped."""
    return tuple(
        (name[:1].upper() + name[1:], _number(value)) for name, value in detail.control_totals.items()
    )


def progress_of(request: DistrictRequest, detail: selectors.UploadDetail) -> Progress:
    """Say how far the work on an upload is, or why it waits."""
    upload, running = detail.upload, detail.progress
    is_import = upload.state == "confirmed"
    label = "Importing the file" if is_import else "Reading the file"
    text, done, total = "", 0, 0
    if running is not None:
        text = f"{running.rows:,} rows so far."
        if running.share is not None:
            done, total = int(running.share * 100), 100
    elif upload.is_working and overview.is_worker_silent():
        label = "Waiting for a worker"
        text = (
            "The file is safe here, and no worker has given a sign of life for a while. It goes on by itself as"
            " soon as one is back; you may close this page."
        )
    elif upload.is_working:
        text = "This starts within a few seconds. You may close this page; the work goes on."
    return Progress(
        label=label,
        done=done,
        total=total,
        text=text,
        poll_url=link(request, "upload-progress", upload_id=upload.id) + f"?seen={upload.state}",
        is_finished=not upload.is_working,
    )


def notice_of(detail: selectors.UploadDetail) -> Notice | None:
    """Say in words where an upload stands, where its page does not show it already."""
    upload = detail.upload
    if upload.state == "failed":
        return Notice(title="The work on this file stopped", text=upload.message, tone=Tone.ERROR)
    if upload.state == "rejected":
        text = upload.message
        if not detail.can_leave_rows_out:
            text = text.replace(", or leave the named rows out", "")
        return Notice(title="Nothing of this file was loaded", text=text, tone=Tone.ERROR)
    if upload.state == "undone":
        when = formatting.moment(timezone.localtime(detail.undone_at)) if detail.undone_at else ""
        return Notice(
            title="This upload was undone",
            text=f"Its numbers count nowhere since {when}. The same file can be uploaded again.",
            tone=Tone.WARNING,
        )
    if upload.state == "ready" and upload.message:
        return Notice(title="The numbers changed since the preview", text=upload.message, tone=Tone.WARNING)
    if detail.saved_map:
        return Notice(
            title="Its columns were known",
            text=f"The saved map “{detail.saved_map}” was replayed, so nobody had to map them again.",
        )
    return None


def _loaded(detail: selectors.UploadDetail) -> str:
    """Say how many of what were loaded."""
    named = next((name for name, _ in COUNTED if any(name in one for one in detail.slices)), "")
    thing = {"accounts": "amount", "codes": "title", "values": "value"}.get(named, "row")
    number = detail.upload.rows_loaded or 0
    return f"1 {thing} is" if number == 1 else f"{number:,} {thing}s are"


def lead_of(detail: selectors.UploadDetail) -> str:
    """Say the answer first: what became of the file, or what it waits for."""
    upload = detail.upload
    loaded = _loaded(detail)
    problems = "1 problem" if upload.errors == 1 else f"{upload.errors:,} problems"
    leads = {
        "landed": "The file is here and is being read.",
        "needs_kind": "Say what is in this file.",
        "needs_map": "Say what the columns of this file mean.",
        "ready": "Look at what would change, then confirm.",
        "rejected": f"This file has {problems}." if upload.kind else "This file cannot be read.",
        "confirmed": "Confirmed: the file is being imported.",
        "imported": f"{loaded} loaded and checked.",
        "undone": "Undone: nothing of this file counts.",
        "failed": "This file could not be processed.",
    }
    return leads.get(upload.state, upload.state_label)
