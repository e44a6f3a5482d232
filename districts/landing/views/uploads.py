"""The list of uploads, and files coming in; must not hold rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from districts import formatting
from districts.access.decorators import DistrictRequest, district_page
from districts.access.permissions import Permission
from districts.errors import DomainError
from districts.exports import export_table, page_size_for, wanted_export
from districts.landing import overview, services
from districts.landing.arrival import BoundedUpload
from districts.landing.forms.uploads import UploadFilter, UploadForm
from districts.landing.limits import describe_bytes
from districts.landing.selectors import kind_choices
from districts.landing.views.parts import go_to, link, list_page, may_upload, page_number
from districts.tables import Cell, Column, Empty, Kind, Table, make_table

NEXT_STEP = {
    "needs_kind": "Say what it is",
    "needs_map": "Map its columns",
    "ready": "Look and confirm",
    "rejected": "See what is wrong",
    "failed": "See what happened",
}
WAITING_SHOWN = 5
COLUMNS = (
    Column(key="file", label="File"),
    Column(key="state", label="State"),
    Column(key="kind", label="Kind of file"),
    Column(key="errors", label="Errors", kind=Kind.NUMBER),
    Column(key="warnings", label="Warnings", kind=Kind.NUMBER),
    Column(key="rows", label="Rows loaded", kind=Kind.NUMBER, is_sortable=False),
    Column(key="who", label="Uploaded by"),
    Column(key="when", label="When", kind=Kind.MOMENT),
)


@csrf_exempt
@district_page(Permission.VIEW_DATA, write=Permission.UPLOAD)
def list_uploads(request: DistrictRequest) -> HttpResponse:
    """Show uploads, or take files in: bounded before anything reads the body, the token included."""
    if request.method == "POST":
        request.upload_handlers.insert(0, BoundedUpload(request))
    answer: HttpResponse = _list_or_land(request)
    return answer


@csrf_protect
def _list_or_land(request: DistrictRequest) -> HttpResponse:
    if request.method == "POST":
        return _land(request)
    return _show(request, UploadForm(limit=describe_bytes(settings.MAX_UPLOAD)))


def _land(request: DistrictRequest) -> HttpResponse:
    limit = describe_bytes(settings.MAX_UPLOAD)
    _ = request.FILES  # the body is read here, and what is too large dropped
    too_large: list[str] = getattr(request, "too_large", [])
    form = UploadForm(request.POST, request.FILES, too_large=too_large, limit=limit)
    refused = [
        f"“{name}” is larger than {limit}, the most that is accepted. Split it by year." for name in too_large
    ]
    landed: list[services.Landed] = []
    if form.is_valid():
        for file in form.cleaned_data["chosen"]:
            _land_one(request, file, landed, refused)
    if not landed:
        for words in refused:
            form.add_error("chosen", words)
        return _show(request, form)
    for words in refused:
        messages.error(request, words)
    return go_to(request, _after(request, landed))


def _land_one(
    request: DistrictRequest, file: UploadedFile[Any], landed: list[services.Landed], refused: list[str]
) -> None:
    try:
        landed.append(
            services.land_upload(
                by=request.access.user_id, filename=file.name or "upload", chunks=file.chunks()
            )
        )
    except DomainError as error:
        refused.append(f"“{file.name}”: {error.message}")
        return
    if not landed[-1].is_new:
        messages.info(request, _same_again(landed[-1], file.name or ""))


def _same_again(landed: services.Landed, name: str) -> str:
    upload = landed.upload
    landing = overview.get_landing(upload_id=upload.pk)
    who = f" by {landing.uploaded_by}" if landing and landing.uploaded_by else ""
    when = formatting.moment(timezone.localtime(upload.uploaded_at))
    return f"“{name}” holds exactly the same bytes as “{upload.filename}”, uploaded {when}{who}. " + (
        "It is read again now." if landed.is_read_again else "It counts once: this is that upload."
    )


def _after(request: DistrictRequest, landed: Sequence[services.Landed]) -> str:
    """One file: to its own next step. Several: to the list, which puts first what needs a person."""
    uploads = {one.upload.pk: one.upload for one in landed}
    if len(uploads) == 1:
        upload = landed[0].upload
        page = {"needs_map": "upload-map", "needs_kind": "upload-kind"}.get(upload.state, "upload-show")
        return link(request, page, upload_id=upload.pk)
    fresh = sum(1 for one in landed if one.is_new)
    if fresh:
        messages.success(request, f"{fresh} files are here." if fresh > 1 else "1 new file is here.")
    return link(request, "upload-list")


def _show(request: DistrictRequest, form: UploadForm) -> HttpResponse:
    only = UploadFilter(request.GET, kinds=kind_choices())
    asked = only.read()
    size = page_size_for(request)
    page = overview.list_upload_page(
        **asked, order=request.GET.get("sort", ""), page=page_number(request), size=size
    )
    shown = f"{page.all_uploads}-{page.waiting}-{page.working}"
    if request.htmx and request.GET.get("seen") == shown:
        return HttpResponse(status=204)  # a poll, and nothing has moved
    table = _table(request, page, size=size, is_filtered=any(asked.values()))
    if file_type := wanted_export(request):
        return export_table(table=table, file_type=file_type, filename=f"{request.district.slug}-uploads")
    context = list_page(
        request,
        current="upload-list",
        table=table,
        title="Data",
        lead=_lead(page),
        upload_form=form if may_upload(request) else None,
        max_bytes=settings.MAX_UPLOAD,
        filter_form=only if page.all_uploads else None,
        is_first=not page.all_uploads,
        waiting=_tasks(request) if page.waiting else (),
        more_waiting=max(0, page.waiting - WAITING_SHOWN),
        working=page.working,
        poll_url=f"{request.path}?{urlencode(_query(request) | {'seen': shown})}",
        worker_waits=page.working > 0 and overview.is_worker_silent(),
    )
    return render(request, "landing/upload_list.html", context, status=422 if form.errors else 200)


def _query(request: DistrictRequest) -> dict[str, str]:
    """Return what was asked for, without what a poll adds."""
    return {name: value for name, value in request.GET.dict().items() if name != "seen"}


def _tasks(request: DistrictRequest) -> tuple[tuple[str, str, str], ...]:
    """Return the next steps that wait: what to do, with which file, where."""
    if not may_upload(request):
        return ()
    pages = {"needs_map": "upload-map", "needs_kind": "upload-kind"}
    return tuple(
        (
            NEXT_STEP[one.state],
            one.filename,
            link(request, pages.get(one.state, "upload-show"), upload_id=one.id),
        )
        for one in overview.list_waiting(limit=WAITING_SHOWN)
    )


def _lead(page: overview.UploadPage) -> str:
    if not page.all_uploads:
        return "No file has been uploaded yet."
    files = "1 upload needs" if page.waiting == 1 else f"{page.waiting:,} uploads need"
    if page.waiting:
        return f"{files} a person."
    if page.working:
        return "Files are being worked on. Nothing needs a person."
    return "Every upload is settled. Nothing needs a person."


def _table(request: DistrictRequest, page: overview.UploadPage, *, size: int, is_filtered: bool) -> Table:
    can_write = may_upload(request)

    def cells(row: overview.ListedUpload) -> tuple[Any, ...]:
        note = NEXT_STEP.get(row.state, "") if can_write else ""
        return (
            Cell(value=row.filename, href=link(request, "upload-show", upload_id=row.id)),
            Cell(value=row.state_label, note=f"Next: {note.lower()}" if note else ""),
            row.kind_label,
            row.errors,
            row.warnings,
            row.rows_loaded,
            row.uploaded_by or "Loaded by the system",
            row.uploaded_at if wanted_export(request) else timezone.localtime(row.uploaded_at),
        )

    return make_table(
        key="uploads",
        caption="Uploads",
        columns=COLUMNS,
        records=page.rows,
        cells=cells,
        query=_query(request),
        total=page.total,
        page_size=size,
        export_base=request.path,
        empty=Empty(
            title="No upload matches" if is_filtered else "No uploads yet",
            text="Change the words or the state, or show them all." if is_filtered else "",
            action_label="Show every upload" if is_filtered else "",
            action_href=request.path if is_filtered else "",
        ),
    )
