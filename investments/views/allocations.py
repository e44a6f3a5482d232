"""Allocation entry: the grid of initiatives by funding sources of one budget; must not hold rules or queries."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from districts import formatting
from districts.access.decorators import DistrictRequest, district_page
from districts.access.permissions import Permission
from districts.errors import DomainError
from districts.exports import export_table, wanted_export
from districts.tables import PAGE_SIZE, Empty
from investments.forms.allocations import AllocationForm, GridForm, choose, read_uuid, source_words
from investments.forms.refusals import add_refusal
from investments.selectors import AllocationGrid, get_allocation_grid, get_source_balance
from investments.selectors.allocation_along import find_came_along
from investments.selectors.allocation_carry import find_carried_over, find_earlier_allocations
from investments.selectors.allocation_changes import AllocationChange, find_last_change
from investments.services import (
    AllocationRefused,
    Moved,
    SavedAllocation,
    clear_allocations,
    save_allocation,
)
from investments.services.allocation_undo import undo_last_allocation
from investments.views.allocation_lines import (
    carry_table,
    cell_id,
    grid_line,
    grid_table,
    source_column,
    typed_amount,
)
from investments.views.parts import done, link, may, refused, sections, upload_href, upload_list_href

KEPT = ("filing", "sources", "source", "initiative", "page")


@district_page(Permission.VIEW_LEDGER, write=Permission.ENTER_ALLOCATIONS)
def allocation_grid(request: DistrictRequest) -> HttpResponse:
    """Show the grid; a POST enters one allocation by the plain form or from a cell."""
    if request.method == "POST":
        return _enter(request)
    return _show(request)


@district_page(Permission.VIEW_LEDGER, write=Permission.ENTER_ALLOCATIONS)
def allocation_undo(request: DistrictRequest) -> HttpResponse:
    """Undo this person's last change in one budget."""
    filing_id = read_uuid(request.POST.get("filing", ""))
    event = request.POST.get("event", "")
    back = link(request, "allocation-grid", _kept(request))
    is_number = event.isascii() and event.isdigit() and len(event) < 19
    if request.method != "POST" or filing_id is None or not is_number:
        return redirect(back)
    try:
        change, saved = undo_last_allocation(
            filing_id=filing_id, event_id=int(event), by=request.access.user_id
        )
    except DomainError as error:
        if request.htmx:
            return _refusal(request, words=error.message)
        messages.error(request, error.message)
        return redirect(back)
    words = f"Undone: {cell_words(change)} is {_amount_words(change.before)} again."
    if request.htmx:
        return _undone_answer(request, change=change, saved=saved, words=words)
    messages.success(request, words)
    if saved.warning:
        messages.warning(request, saved.warning)
    return redirect(back)


@district_page(Permission.VIEW_LEDGER, write=Permission.ENTER_ALLOCATIONS)
def allocation_clear(request: DistrictRequest) -> HttpResponse:
    """Take every allocation of a budget away; the form must say so with a tick."""
    filing = read_uuid(request.POST.get("filing", ""))
    back = link(request, "allocation-grid", {"filing": str(filing or "")})
    if request.method != "POST" or filing is None:
        return redirect(back)
    if request.POST.get("sure") != "yes":
        messages.error(request, "Nothing is taken away: tick the box to say that all of them shall go.")
        return redirect(back)
    try:
        moved = clear_allocations(filing_id=filing, seen=request.POST.get("seen", ""))
    except AllocationRefused as error:
        return refused(request, error=error, to=back)
    words = f"{moved.count} allocation{'' if moved.count == 1 else 's'}"
    dollars = formatting.dollars_exact(moved.amount)
    return done(
        request,
        message=f"Taken away: {words}, {dollars} in all. The audit keeps each of them.",
        to=link(request, "allocation-grid"),
    )


def _enter(request: DistrictRequest) -> HttpResponse:
    form = AllocationForm(request.POST)
    saved: SavedAllocation | None = None
    question = ""
    if form.is_valid() and (question := _question(form)):
        form.ask(words=question)
    elif form.is_valid():
        given = form.cleaned_data
        try:
            saved = save_allocation(
                filing_id=given["filing"],
                initiative_id=given["initiative"],
                source=given["source"],
                amount=given["amount"],
                note=given["note"] or _held_note(request),
            )
        except AllocationRefused as error:
            add_refusal(form=form, refused=error)
    if request.htmx:
        return _cell_answer(request, form=form, saved=saved, question=question)
    if saved is None:
        return _show(request, form=form, status=422)
    messages.success(request, "The allocation is saved.")
    if saved.warning:
        messages.warning(request, saved.warning)
    return redirect(
        link(request, "allocation-grid", _kept(request) | {"filing": str(form.cleaned_data["filing"])})
    )


def _question(form: AllocationForm) -> str:
    """Return what to ask before an amount above the whole of its source in this budget is saved."""
    given = form.cleaned_data
    if given["amount"] is None or given["amount"] <= 0 or form.is_sure:
        return ""
    balance = get_source_balance(filing_id=given["filing"], source=given["source"].strip())
    if given["amount"] <= balance.budget:
        return ""
    amount, budget = formatting.dollars_exact(given["amount"]), formatting.dollars_exact(balance.budget)
    return f"{amount} is more than the {budget} this budget has from {source_words(balance)}."


def _held_note(request: DistrictRequest) -> str:
    """A cell of the grid sends its note along, so that a new amount does not lose it."""
    return request.POST.get("held_note", "")[:300]


def _cell_answer(
    request: DistrictRequest, *, form: AllocationForm, saved: SavedAllocation | None, question: str
) -> HttpResponse:
    """Answer a cell: the totals of its row and column, and what went wrong or over, out of band.

    What is refused or asked goes to the cell itself, too, as the event `allocation-refused`.
    """
    if saved is None:
        words = question or " ".join(str(error) for errors in form.errors.values() for error in errors)
        response = _refusal(request, words=words)
        sure = form.data["sure"] if question else ""
        response["HX-Trigger"] = json.dumps({"allocation-refused": {"words": words, "sure": sure}})
        return response
    given = form.cleaned_data
    context = _cell_context(
        request,
        filing=given["filing"],
        initiative=given["initiative"],
        source=given["source"].strip(),
        saved=saved,
    )
    name = context["row"].name if context["row"] else ""
    context["words"] = f"Saved: {name} from {given['source']}, {_amount_words(saved.amount or None)}."
    return render(request, "investments/allocation_saved.html", context)


def _undone_answer(
    request: DistrictRequest, *, change: AllocationChange, saved: SavedAllocation, words: str
) -> HttpResponse:
    """Answer an undo from the grid: its totals, and what its cell holds again, as the event `allocation-undone`."""
    context = _cell_context(
        request, filing=change.filing_id, initiative=change.initiative_id, source=change.source, saved=saved
    )
    response = render(request, "investments/allocation_saved.html", context | {"words": words})
    cell = {
        "cell": cell_id(initiative_id=change.initiative_id, source=change.source),
        "text": typed_amount(change.before),
    }
    response["HX-Trigger"] = json.dumps({"allocation-undone": cell})
    return response


def _refusal(request: DistrictRequest, *, words: str) -> HttpResponse:
    return render(request, "investments/allocation_refused.html", {"words": words}, status=422)


def _cell_context(
    request: DistrictRequest, *, filing: UUID, initiative: UUID, source: str, saved: SavedAllocation
) -> dict[str, Any]:
    """The totals of a cell's row and column after it was saved."""
    grid = get_allocation_grid(filing_id=filing)
    balance = next((one for one in grid.sources if one.source == source), None)
    return {
        "column": source_column(balance) if balance else None,
        "row": next((one for one in grid.rows if one.initiative_id == initiative), None),
        "answer": _answer(grid),
        "warning": saved.warning.removeprefix("Saved. "),
        **_undo_context(request, filing_id=filing),
    }


def _show(request: DistrictRequest, *, form: AllocationForm | None = None, status: int = 200) -> HttpResponse:
    asked = request.GET.get("filing", "") or request.POST.get("filing", "")
    grid = get_allocation_grid(filing_id=read_uuid(asked))
    view = choose(
        grid=grid,
        show=request.GET.get("sources", ""),
        source=request.GET.get("source", "")[:200],
        initiative=request.GET.get("initiative", "")[:200],
    )
    earlier = find_earlier_allocations(filing=grid.filing) if grid.filing else None
    year = formatting.fiscal_year(grid.filing.fiscal_year) if grid.filing else ""
    carry = carry_table(request, earlier=earlier, year=year) if earlier else None
    file_type = wanted_export(request)
    if file_type and carry and request.GET.get("table") == "carry":
        return export_table(table=carry, file_type=file_type, filename=f"{request.district.slug}-carry-over")
    table = grid_table(request, grid=grid, view=view)
    if file_type:
        return export_table(table=table, file_type=file_type, filename=f"{request.district.slug}-allocations")
    paged = table.page
    shown = view.rows[(paged - 1) * PAGE_SIZE : paged * PAGE_SIZE]
    may_enter = may(request, Permission.ENTER_ALLOCATIONS) and grid.filing is not None
    can_enter = may_enter and grid.filing is not None and grid.filing.is_current
    lines = [grid_line(request, row=row, sources=view.sources, grid=grid) for row in shown]
    start = AllocationForm(initial={"filing": grid.filing.id if grid.filing else None})
    context = {
        "grid": grid,
        "table": table,
        "columns": [source_column(one) for one in view.sources],
        "lines": lines,
        "first_cell": next(
            (cell.id for line in lines if can_enter and not line.is_archived for cell in line.cells), ""
        ),
        "filter": GridForm(request.GET, filings=grid.filings, chosen=grid.filing),
        "form": (form or start).offer(grid=grid) if can_enter else None,
        "is_form_open": form is not None,
        "answer": _answer(grid),
        "over": [source_column(one) for one in grid.sources if one.remaining < 0],
        "can_enter": can_enter,
        "earlier": earlier,
        "carry": carry,
        "earlier_href": link(request, "allocation-grid", {"filing": str(earlier.filing.id)})
        if earlier
        else "",
        "can_clear": may_enter and any(row.total for row in grid.rows),
        "empty": _empty(request, grid=grid),
        "file_href": upload_href(request, grid.filing.upload_id) if grid.filing else "",
        "save_href": link(request, "allocation-grid", _kept(request)),
        "sections": sections(request, current="allocation-grid"),
        "clear_href": request.path,
        "sources_href": link(request, "funding-source-list"),
        **_whole_context(request, grid=grid, can_enter=can_enter),
        **_undo_context(request, filing_id=grid.filing.id if can_enter and grid.filing else None),
    }
    return render(request, "investments/allocations.html", context, status=status)


def _whole_context(request: DistrictRequest, *, grid: AllocationGrid, can_enter: bool) -> dict[str, Any]:
    """What can be done to all allocations of a budget at once."""
    filing_id = grid.filing.id if can_enter and grid.filing else None
    return {
        "carry_href": link(request, "allocation-carry"),
        "carried": find_carried_over(filing_id=filing_id) if filing_id else None,
        "carry_back_href": link(request, "allocation-carry-back"),
        "came": find_came_along(filing_id=filing_id) if filing_id else None,
        "along_back_href": link(request, "allocation-along-back"),
        "clear_all_href": link(request, "allocation-clear"),
        "given": Moved(
            count=sum(cell.amount is not None for row in grid.rows for cell in row.cells),
            amount=sum((row.total for row in grid.rows), Decimal(0)),
        ),
    }


def _undo_context(request: DistrictRequest, *, filing_id: UUID | None) -> dict[str, Any]:
    change = find_last_change(filing_id=filing_id, by=request.access.user_id) if filing_id else None
    return {
        "undo": change,
        "undo_words": f"{cell_words(change)}: {_amount_words(change.after)} back to {_amount_words(change.before)}"
        if change
        else "",
        "undo_href": link(request, "allocation-undo", _kept(request)),
    }


def cell_words(change: AllocationChange) -> str:
    """Name the cell of a change."""
    return f"{change.initiative_name} from {change.source}"


def _amount_words(amount: Decimal | None) -> str:
    return formatting.dollars_exact(amount) if amount else "nothing"


def _kept(request: DistrictRequest) -> dict[str, str]:
    return {name: request.GET.get(name, "") for name in KEPT}


def _answer(grid: AllocationGrid) -> str:
    if grid.filing is None and grid.filings:
        return "This budget is not there, or holds no allocation any more."
    if grid.filing is None:
        return "There is no budget to allocate from yet."
    year = formatting.fiscal_year(grid.filing.fiscal_year)
    given = sum((row.total for row in grid.rows), Decimal(0))
    budget = sum((one.budget for one in grid.sources), Decimal(0))
    return (
        f"{formatting.dollars_short(given)} of the {year} budget’s {formatting.dollars_short(budget)}"
        " is allocated to initiatives."
    )


def _empty(request: DistrictRequest, *, grid: AllocationGrid) -> Empty | None:
    upload = upload_list_href(request)
    if grid.filing is None and grid.filings:
        return Empty(
            title="No such budget",
            text="It was undone, or a newer filing replaced it and nothing is allocated from it.",
            action_label="Open the newest budget",
            action_href=request.path,
        )
    if grid.filing is None:
        return Empty(
            title="No budget has landed",
            text="An allocation belongs to one fiscal year’s budget file. Hand in the adopted budget first.",
            action_label="Upload a budget" if upload else "",
            action_href=upload,
        )
    if not grid.rows:
        return Empty(
            title="No initiatives yet",
            text="Cabinet starts initiatives; then dollars can be given to them.",
            action_label="Open initiatives",
            action_href=link(request, "strategy:initiative-list"),
        )
    return None
