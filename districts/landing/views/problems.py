"""Pages of problems: across uploads, as a file, and leaving named rows out; must not hold rules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from districts.access.decorators import DistrictRequest, district_page
from districts.access.permissions import Permission
from districts.exports import export_table, page_size_for, wanted_export
from districts.landing import selectors, services
from districts.landing.forms.uploads import LeaveOutForm, ProblemFilter, describe_rows
from districts.landing.views.parts import link, list_page, page_number, trail
from districts.landing.views.problem_tables import problem_table, row_cell
from districts.tables import Cell, CellValue, Column, Empty, Kind, Table, make_table
from districts.views.answers import attempt

COLUMNS = (
    Column(key="file", label="File", is_sortable=False),
    Column(key="when", label="Uploaded", kind=Kind.DATE, is_sortable=False),
    Column(key="kind", label="Kind", is_sortable=False),
    Column(key="row", label="Row", kind=Kind.NUMBER, is_sortable=False),
    Column(key="column", label="Column", is_sortable=False),
    Column(key="value", label="What stands there", is_sortable=False),
    Column(key="why", label="Why it is a problem", is_sortable=False),
    Column(key="do", label="What to do", is_sortable=False),
)


@district_page(Permission.VIEW_DATA)
def list_problems(request: DistrictRequest) -> HttpResponse:
    """Show problems of every upload that is not undone, the newest first."""
    only = ProblemFilter(request.GET)
    asked, size = only.read(), page_size_for(request)
    rows, total = selectors.list_all_problems(**asked, page=page_number(request), size=size)
    table = _table(request, rows, total=total, size=size, is_filtered=any(asked.values()))
    if file_type := wanted_export(request):
        return export_table(table=table, file_type=file_type, filename=f"{request.district.slug}-problems")
    count = "1 problem" if total == 1 else f"{total or 'No'} problems"
    context = list_page(
        request,
        current="problem-list",
        table=table,
        form=only,
        title="Problems",
        lead=f"{count} in the uploads there are now.",
        note="Up to 1,000 of a file stand here; the page of the upload has them all as a download.",
        crumbs=trail(request, here="Problems"),
    )
    return render(request, "landing/list.html", context)


def _table(
    request: DistrictRequest,
    rows: tuple[selectors.ListedProblem, ...],
    *,
    total: int,
    size: int,
    is_filtered: bool,
) -> Table:
    def cells(one: selectors.ListedProblem) -> tuple[CellValue, ...]:
        return (
            Cell(value=one.filename, href=link(request, "upload-show", upload_id=one.upload_id)),
            timezone.localtime(one.uploaded_at).date(),
            one.kind,
            row_cell(one.row),
            one.column,
            one.value,
            one.why,
            one.what_to_do,
        )

    return make_table(
        key="all-problems",
        caption="Problems",
        columns=COLUMNS,
        records=rows,
        cells=cells,
        query=request.GET.dict(),
        total=total,
        page_size=size,
        export_base=request.path,
        empty=Empty(
            title="No problem matches" if is_filtered else "No problems",
            text="Change the words, or show them all."
            if is_filtered
            else "Every row of every file was understood.",
            action_label="Show every problem" if is_filtered else "",
            action_href=request.path if is_filtered else "",
        ),
    )


@district_page(Permission.VIEW_DATA)
def download_problems(request: DistrictRequest, upload_id: UUID) -> HttpResponse:
    """Hand out every problem of an upload as CSV; what a spreadsheet would run is escaped in the file."""
    lines = selectors.stream_problems(upload_id=upload_id)
    return _as_attachment(request, lines, name="problems", upload_id=upload_id)


def _as_attachment(
    request: DistrictRequest, lines: Iterator[bytes], *, name: str, upload_id: UUID
) -> HttpResponse:
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    filename = f"{request.district.slug}-{name}-{str(upload_id)[-12:]}.csv"
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    response["Cache-Control"] = "private, no-store"
    return cast("HttpResponse", response)


@district_page(Permission.VIEW_DATA)
def download_accounts(request: DistrictRequest, upload_id: UUID) -> HttpResponse:
    """Hand out every account an upload changes as CSV."""
    lines = selectors.stream_accounts(upload_id=upload_id)
    return _as_attachment(request, lines, name="changed-accounts", upload_id=upload_id)


@district_page(Permission.UPLOAD)
def leave_rows_out(request: DistrictRequest, upload_id: UUID) -> HttpResponse:
    """Name the rows with errors, and leave out those a person says."""
    detail = selectors.get_upload(upload_id=upload_id, page=page_number(request))
    here = link(request, "upload-show", upload_id=upload_id)
    if not detail.can_leave_rows_out:
        messages.error(request, "Only single rows with errors of a refused file can be left out.")
        return redirect(here)
    error_rows = frozenset(services.list_error_rows(upload_id=upload_id))
    form = LeaveOutForm(request.POST if request.method == "POST" else None, error_rows=error_rows)
    if request.method == "POST" and form.is_valid():
        wanted = form.cleaned_data["row_numbers"]
        if attempt(
            form, lambda: services.leave_rows_out(by=request.access.user_id, upload_id=upload_id, rows=wanted)
        ):
            count = "1 row is" if len(wanted) == 1 else f"{len(wanted):,} rows are"
            messages.success(
                request, f"{count} left out. The rest is read again, and the report counts them."
            )
            return redirect(here)
    count = "1 row has" if len(error_rows) == 1 else f"{len(error_rows):,} rows have"
    context = {
        "form": form,
        "detail": detail,
        "title": "Leave rows out",
        "lead": f"{count} errors: leave them out and load the rest?",
        "named": describe_rows(error_rows),
        "problems": problem_table(request, detail),
        "cancel_href": here,
        "crumbs": trail(request, (detail.upload.filename, here), here="Leave rows out"),
    }
    return render(request, "landing/leave_out.html", context, status=422 if form.errors else 200)
