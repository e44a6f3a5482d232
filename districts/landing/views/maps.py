"""What kind of file an upload is, and what its columns mean; must not hold rules."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from districts.access.decorators import DistrictRequest, district_page
from districts.access.permissions import Permission
from districts.errors import DomainError
from districts.landing import selectors, services, trial
from districts.landing.forms.mapping import LayoutForm, MapForm
from districts.landing.forms.uploads import KindForm
from districts.landing.kinds import FileMap, MapIncomplete
from districts.landing.reader import ReadOptions
from districts.landing.recognition import find_kind, list_kinds
from districts.landing.views.parts import link, step_list, trail


@district_page(Permission.UPLOAD)
def choose_kind(request: DistrictRequest, upload_id: UUID) -> HttpResponse:
    """Ask what is in the file, each kind explained, beside the first rows."""
    upload = selectors.find_upload(upload_id)
    here = link(request, "upload-show", upload_id=upload_id)
    if upload.state not in services.BEFORE_IMPORT:
        return redirect(here)
    form = KindForm(
        request.POST if request.method == "POST" else None,
        kinds=selectors.kind_choices(),
        initial={"kind": upload.kind},
    )
    if request.method == "POST" and form.is_valid():
        try:
            upload = services.choose_kind(upload_id=upload_id, kind=form.cleaned_data["kind"])
        except services.WrongState as error:
            form.add_error(None, error.message)
        else:
            page = "upload-map" if upload.state == "needs_map" else "upload-show"
            return redirect(link(request, page, upload_id=upload_id))
    seen = selectors.get_map_page(upload_id=upload_id)
    context = {
        "form": form,
        "explained": [(choice, find_kind(str(choice.data["value"])).explanation) for choice in form["kind"]],
        "title": upload.filename,
        "lead": "What is in this file?",
        "steps": step_list("needs_kind"),
        "unreadable": seen.unreadable,
        "sample": seen.sample,
        "head": trial.describe_head(sample=seen.sample) if seen.sample else (),
        "cancel_href": here,
        "crumbs": trail(request, (upload.filename, here), here="Kind of file"),
    }
    return render(request, "landing/kind.html", context, status=422 if form.errors else 200)


@district_page(Permission.UPLOAD)
def map_upload(request: DistrictRequest, upload_id: UUID) -> HttpResponse:
    """Ask what the columns mean, show how the first rows would be read, and save the answers."""
    upload = selectors.find_upload(upload_id)
    here = link(request, "upload-show", upload_id=upload_id)
    if upload.state not in services.BEFORE_IMPORT:
        return redirect(here)
    if not upload.kind or upload.kind not in {kind.name for kind in list_kinds()}:
        return redirect(link(request, "upload-kind", upload_id=upload_id))
    page, layout = _lay_out(request, upload_id)
    if page.sample is None or layout is None:
        return render(request, "landing/unreadable.html", _frame(request, upload, page.unreadable))
    if not page.fields:
        return redirect(here)
    form = MapForm(
        request.POST if request.method == "POST" else None,
        questions=page.fields,
        sample=page.sample,
        file_map=page.file_map,
    )
    file_map = form.to_map(page.file_map.options)
    is_trial = request.method == "GET" or request.POST.get("action") == "preview"
    if request.method == "POST":
        if request.POST.get("action") == "remove":
            return _save(request, upload_id, _whole(upload).without_reading(page.reading))
        _check(form, upload_id, file_map)
        if not is_trial and not form.errors:
            whole = _whole(upload).with_reading(page.reading, file_map) if page.readings else file_map
            return _save(request, upload_id, whole, goes_on=request.POST.get("action") == "save_more")
    context = _frame(request, upload, "Say what the columns of this file mean.") | {
        "form": form,
        "layout": layout,
        "page": page,
        "is_new_reading": page.reading >= len(page.readings) > 0,
        "layout_values": _layout_values(page.file_map.options),
        "groups": form.groups(find_kind(upload.kind).intros),
        "sample": page.sample,
        "head": trial.describe_head(sample=page.sample),
        "trial": trial.try_map(upload_id=upload_id, kind=upload.kind, file_map=file_map, sample=page.sample),
        "message": upload.message,
        "still_open": _still_open(form, upload_id, file_map) if request.method == "GET" else "",
        "is_answered": bool(request.POST.get("open") and request.POST.get(request.POST["open"])),
        "is_preview": is_trial and request.method == "POST",
    }
    if request.htmx and is_trial:
        return render(request, "landing/map_answer.html", context)
    status = 422 if form.errors and not is_trial else 200
    return render(request, "landing/map.html", context, status=status)


def _lay_out(request: DistrictRequest, upload_id: UUID) -> tuple[selectors.MapPage, LayoutForm | None]:
    """Open the file as the map says, or as the person asks; what cannot be opened so says why."""
    asked = request.POST if request.method == "POST" else request.GET
    number = _reading(asked.get("reading", ""))
    page = selectors.get_map_page(upload_id=upload_id, reading=number)
    if page.sample is None:
        page = selectors.get_map_page(upload_id=upload_id, options=ReadOptions(), reading=number)
        if page.sample is None:
            return page, None
    layout = LayoutForm(asked, sample=page.sample)
    options = layout.options(page.file_map.options)
    if options == page.file_map.options:
        return page, layout
    laid_out = selectors.get_map_page(upload_id=upload_id, options=options, reading=number)
    if laid_out.sample is None:
        if request.method == "GET":
            messages.error(request, laid_out.unreadable)
        return page, LayoutForm(sample=page.sample)
    return laid_out, LayoutForm(sample=laid_out.sample)


def _reading(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 4 else 0


def _whole(upload: Any) -> FileMap:
    return FileMap.from_dict(upload.mapping or {})


def _layout_values(options: ReadOptions) -> list[tuple[str, str]]:
    row = "" if options.header_row is None else str(options.header_row)
    values = {
        "sheet": options.sheet,
        "header_row": row,
        "delimiter": options.delimiter,
        "encoding": options.encoding,
    }
    return [(name, value) for name, value in values.items() if value]


def _check(form: MapForm, upload_id: UUID, file_map: FileMap) -> None:
    if not form.is_valid():
        return
    try:
        selectors.check_map(upload_id=upload_id, file_map=file_map)
    except MapIncomplete as error:
        form.refuse(error)


def _still_open(form: MapForm, upload_id: UUID, file_map: FileMap) -> str:
    """Name the field that a guess left open, so that the page can mark it."""
    try:
        selectors.check_map(upload_id=upload_id, file_map=file_map)
    except MapIncomplete as error:
        return form.field_of(error)
    return ""


def _save(
    request: DistrictRequest, upload_id: UUID, file_map: FileMap, *, goes_on: bool = False
) -> HttpResponse:
    here = link(request, "upload-show", upload_id=upload_id)
    try:
        services.save_map(by=request.access.user_id, upload_id=upload_id, file_map=file_map)
    except DomainError as error:
        messages.error(request, error.message)
        return redirect(here)
    messages.success(request, "The answers are saved, and replayed for the next file with the same columns.")
    if goes_on:
        return redirect(
            f"{link(request, 'upload-map', upload_id=upload_id)}?reading={len(file_map.readings())}"
        )
    return redirect(here)


def _frame(request: DistrictRequest, upload: Any, lead: str) -> dict[str, Any]:
    here = link(request, "upload-show", upload_id=upload.pk)
    return {
        "upload": upload,
        "title": upload.filename,
        "lead": lead,
        "steps": step_list("needs_map"),
        "kind_label": next((kind.label for kind in list_kinds() if kind.name == upload.kind), ""),
        "kind_href": link(request, "upload-kind", upload_id=upload.pk),
        "cancel_href": here,
        "crumbs": trail(request, (upload.filename, here), here="Map columns"),
    }
