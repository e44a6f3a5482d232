"""Funding sources and their conditions: the list, and the form of one; must not hold rules or queries."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from districts import formatting
from districts.access.decorators import DistrictRequest, district_page
from districts.access.permissions import Permission
from districts.exports import export_table, page_size_for, wanted_export
from districts.tables import Action, Cell, CellValue, Column, Empty, Kind, Table, make_table
from investments.forms.funding_sources import FundingSourceForm, SourceFilter, chosen, initial_of
from investments.forms.refusals import add_refusal
from investments.selectors import FundingSourceRow, get_funding_source, list_funding_sources
from investments.selectors.funding_sources import FundingSources
from investments.services.funding_sources import FundingSourceRefused, save_funding_source
from investments.views.parts import done, link, may, sections, trail, upload_list_href


@district_page(Permission.VIEW_LEDGER)
def funding_source_list(request: DistrictRequest) -> HttpResponse:
    """List where money comes from, and on what conditions."""
    found = list_funding_sources()
    text, said = request.GET.get("q", "")[:200], request.GET.get("said", "")
    shown = chosen(found.rows, text=text, said=said if said in ("yes", "no") else "")
    table = _table(request, found=replace(found, rows=shown), today=timezone.localdate())
    if file_type := wanted_export(request):
        return export_table(
            table=table, file_type=file_type, filename=f"{request.district.slug}-funding-sources"
        )
    return render(
        request,
        "investments/funding_sources.html",
        {
            "table": table,
            "form": SourceFilter(request.GET) if found.rows else None,
            "clear_href": request.path,
            "answer": _answer(found, today=timezone.localdate()),
            "allocations_href": link(request, "allocation-grid"),
            "sections": sections(request, current="funding-source-list"),
        },
    )


@district_page(Permission.ENTER_ALLOCATIONS)
def funding_source_edit(request: DistrictRequest) -> HttpResponse:
    """Say the conditions of the source that `code` in the address names, and of no other; the list without one."""
    code = request.GET.get("code", "")
    if not code:
        return redirect(link(request, "funding-source-list"))
    one = get_funding_source(code=code)
    if one is None:
        raise Http404
    form = FundingSourceForm(request.POST or None, initial=initial_of(one))
    if request.method == "POST" and form.is_valid():
        try:
            save_funding_source(code=one.code, conditions=form.conditions())
        except FundingSourceRefused as error:
            add_refusal(form=form, refused=error)
        else:
            message = f"The conditions of {one.code} are saved."
            return done(request, message=message, to=link(request, "funding-source-list"))
    title = f"{one.code} {one.title}".strip()
    context = {
        "form": form,
        "title": title,
        "lead": f"What is known of the money of funding source {one.code}: its restriction, whether it comes"
        " again, when it ends.",
        "cancel_href": link(request, "funding-source-list"),
        "crumbs": trail(request, ("Funding sources", link(request, "funding-source-list")), (title, "")),
    }
    return render(request, "districts/form.html", context, status=422 if form.errors else 200)


def _answer(found: FundingSources, *, today: date) -> str:
    if not found.rows:
        return "No account names a funding source yet."
    unsaid = sum(not one.is_said for one in found.rows)
    ending = sum(one.expires_on is not None and one.expires_on >= today for one in found.rows)
    count = f"{len(found.rows)} funding source{'' if len(found.rows) == 1 else 's'}"
    said = "the conditions of all are known" if not unsaid else f"the conditions of {unsaid} are not said yet"
    ends = f"; {ending} will expire" if ending else ""
    return f"{count}: {said}{ends}."


def _table(request: DistrictRequest, *, found: FundingSources, today: date) -> Table:
    year = formatting.fiscal_year(found.fiscal_year) if found.fiscal_year else ""
    is_narrowed = bool(request.GET.get("q") or request.GET.get("said"))
    can_edit = may(request, Permission.ENTER_ALLOCATIONS)
    upload = upload_list_href(request)

    def actions(one: FundingSourceRow) -> tuple[Action, ...]:
        if not can_edit:
            return ()
        href = link(request, "funding-source-edit", {"code": one.code})
        return (Action(label="Edit", href=href, about=f"{one.code} {one.title}".strip()),)

    return make_table(
        key="funding-sources",
        caption="Funding sources and their conditions",
        columns=(
            Column(key="code", label="Code", kind=Kind.CODE),
            Column(key="title", label="Title"),
            Column(key="restricted", label="Restriction"),
            Column(key="recurring", label="Comes again"),
            Column(key="expires", label="Last day to spend", kind=Kind.DATE),
            Column(key="budget", label=f"{year} budget".strip(), kind=Kind.MONEY, unit="spending, forecast"),
        ),
        records=found.rows,
        cells=lambda one: _cells(one, today=today),
        actions=actions,
        query=request.GET.dict(),
        sort="-budget" if found.fiscal_year else "code",
        page_size=page_size_for(request),
        export_base=request.path,
        empty=Empty(title="No funding source matches", action_label="Show all", action_href=request.path)
        if is_narrowed
        else Empty(
            title="No funding source yet",
            text="They come with the first ledger or budget: the organisation page says which segment names them.",
            action_label="Upload a ledger" if upload else "",
            action_href=upload,
        ),
    )


def _cells(one: FundingSourceRow, *, today: date) -> tuple[CellValue, ...]:
    expired = one.expires_on is not None and one.expires_on < today
    return (
        one.code,
        one.title or None,
        {True: "Restricted", False: "Unrestricted", None: "Not said"}[one.is_restricted],
        {True: "Recurring", False: "One-time", None: "Not said"}[one.is_recurring],
        Cell(value=one.expires_on, note="expired" if expired else ""),
        one.budget,
    )
