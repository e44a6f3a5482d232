"""Pages of one upload: where it stands, confirm, undo, read again, its file; must not hold rules."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRefresh

from districts.access.decorators import DistrictRequest, district_page
from districts.access.permissions import Permission
from districts.errors import DomainError
from districts.exports import export_table, wanted_export
from districts.landing import selectors, services
from districts.landing.forms.uploads import FilingDateForm, describe_rows
from districts.landing.kinds import FileMap
from districts.landing.views.parts import (
    link,
    may_upload,
    page_number,
    step_list,
    trail,
)
from districts.landing.views.problem_tables import (
    LEFT_OUT_PREFIX,
    has_problems_to_list,
    left_out_table,
    problem_table,
)
from districts.landing.views.quality import check_table, control_totals, row_counts
from districts.landing.views.rates import rate_table
from districts.landing.views.slices import filing_table, same_day_files, slices_of
from districts.landing.views.standing import lead_of, notice_of, progress_of


@district_page(Permission.VIEW_DATA)
def show_upload(request: DistrictRequest, upload_id: UUID) -> HttpResponse:
    """Show one upload: how far it is, what it would change or has changed, what is wrong."""
    detail = selectors.get_upload(
        upload_id=upload_id,
        page=page_number(request),
        left_out_page=page_number(request, prefix=LEFT_OUT_PREFIX),
    )
    if file_type := wanted_export(request):
        table = check_table(request, detail, is_exported=True)
        return export_table(
            table=table, file_type=file_type, filename=f"{request.district.slug}-quality-report"
        )
    return _render(request, detail)


def _render(
    request: DistrictRequest,
    detail: selectors.UploadDetail,
    *,
    date_form: FilingDateForm | None = None,
    is_same_day_missed: bool = False,
) -> HttpResponse:
    upload = detail.upload
    filed_on = _assumed_day(detail)
    if date_form is None and filed_on is not None:
        date_form = FilingDateForm(initial={"filed_on": filed_on})
    slices = slices_of(request, detail) if upload.state in ("ready", "imported") else ()
    context: dict[str, Any] = {
        "detail": detail,
        "upload": upload,
        "title": upload.filename,
        "lead": lead_of(detail),
        "crumbs": trail(request, here=upload.filename),
        "steps": step_list(
            upload.state,
            is_mapped=upload.state == "landed" and bool(detail.mapping or detail.progress),
            is_known=bool(upload.kind),
        ),
        "notice": notice_of(detail),
        "progress": progress_of(request, detail) if upload.is_working else None,
        "slices": slices,
        "rates": rate_table(request, detail=detail) if slices else None,
        "same_day_files": same_day_files(slices) if upload.state == "ready" else (),
        "is_same_day_missed": is_same_day_missed,
        "checks": check_table(request, detail) if detail.checks else None,
        "problems": problem_table(request, detail) if has_problems_to_list(detail) else None,
        "left_out_rows": left_out_table(request, detail) if detail.left_out.listed else None,
        "filings": filing_table(request, detail) if detail.filings else None,
        "row_counts": row_counts(detail),
        "control_totals": control_totals(detail),
        "to_look_at": sum(1 for check in detail.checks if check.status == "warn"),
        "left_out": describe_rows(detail.left_out_rows),
        "asked_names": detail.asked_names,
        "can_map": upload.kind in selectors.kinds_with_questions(),
        "can_write": may_upload(request),
        "date_form": date_form if upload.state == "ready" else None,
        "seen": detail.seen,
    }
    is_refused = is_same_day_missed or (date_form is not None and date_form.errors)
    status = 422 if is_refused else 200
    return render(request, "landing/upload.html", context, status=status)


def _assumed_day(detail: selectors.UploadDetail) -> str | None:
    """Return the filing day as mapped, empty when none was given; None where the file says it itself."""
    values = (detail.mapping or {}).get("values") or {}
    has_question = detail.upload.kind in selectors.kinds_with_filing_date()
    return str(values.get("filed_on", "")) if has_question else None


@district_page(Permission.VIEW_DATA)
def show_progress(request: DistrictRequest, upload_id: UUID) -> HttpResponse:
    """Answer a poll: how far the work is; once it has moved on, the whole page comes anew."""
    detail = selectors.get_upload(upload_id=upload_id)
    if not request.htmx:
        return redirect(link(request, "upload-show", upload_id=upload_id))
    if request.GET.get("seen") != detail.upload.state:
        return HttpResponseClientRefresh()
    return render(request, "components/progress_bar.html", {"progress": progress_of(request, detail)})


@district_page(Permission.UPLOAD)
@require_POST
def confirm_upload(request: DistrictRequest, upload_id: UUID) -> HttpResponse:
    """Confirm what the preview showed; a changed filing date has the file read again first."""
    detail = selectors.get_upload(upload_id=upload_id)
    here = link(request, "upload-show", upload_id=upload_id)
    known = _assumed_day(detail)
    if detail.upload.state == "ready" and known is not None and "filed_on" in request.POST:
        form = FilingDateForm(request.POST)
        if not form.is_valid():
            return _render(request, detail, date_form=form)
        day = form.cleaned_data["filed_on"]
        typed = day.isoformat() if day else ""
        if typed != known:
            services.save_map(
                by=request.access.user_id,
                upload_id=upload_id,
                file_map=_with_day(detail, typed),
                remember=False,
            )
            messages.info(
                request, "The filing date changed, so the preview is made again. Look, then confirm."
            )
            return redirect(here)
    is_asked = detail.upload.state == "ready" and same_day_files(slices_of(request, detail))
    if is_asked and "same_day" not in request.POST:
        return _render(request, detail, is_same_day_missed=True)
    try:
        services.confirm_upload(
            by=request.access.user_id,
            upload_id=upload_id,
            seen=request.POST.get("seen", ""),
            replaces_same_day="same_day" in request.POST,
        )
    except services.WrongState as error:
        messages.error(request, error.message)
    return redirect(here)


def _with_day(detail: selectors.UploadDetail, typed: str) -> FileMap:
    file_map = FileMap.from_dict(detail.mapping)
    return replace(file_map, values={**file_map.values, "filed_on": typed})


@district_page(Permission.UPLOAD)
@require_POST
def read_again(request: DistrictRequest, upload_id: UUID) -> HttpResponse:
    """Try a stopped or refused upload again with the answers it has."""
    selectors.find_upload(upload_id)
    here = link(request, "upload-show", upload_id=upload_id)
    try:
        services.read_again(upload_id=upload_id)
    except DomainError as error:
        messages.error(request, error.message)
    return redirect(here)


@district_page(Permission.UPLOAD)
def download_file(request: DistrictRequest, upload_id: UUID) -> HttpResponse:
    """Hand out the file as it arrived, small groups and all, to those who may upload it."""
    detail = selectors.get_upload(upload_id=upload_id)
    if not selectors.has_file(upload_id=upload_id):
        messages.error(request, "The file itself is no longer on this server. What was loaded from it stays.")
        return redirect(link(request, "upload-show", upload_id=upload_id))
    response = StreamingHttpResponse(
        selectors.stream_file(upload_id=upload_id), content_type="application/octet-stream"
    )
    response["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=detail.upload.filename) or "attachment"
    )
    response["Content-Length"] = str(detail.upload.size)
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return cast("HttpResponse", response)
