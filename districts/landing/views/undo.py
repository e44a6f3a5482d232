"""The page that undoes an upload: what would change, what rests on it and comes along; must not hold rules."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from districts import formatting
from districts.access.decorators import DistrictRequest, district_page
from districts.access.permissions import Permission, can
from districts.errors import DomainError
from districts.landing import selectors, services
from districts.landing.forms.uploads import TakeAlongForm
from districts.landing.views.parts import link, subject_words, to_date_words, trail


@district_page(Permission.UPLOAD)
def undo_upload(request: DistrictRequest, upload_id: UUID) -> HttpResponse:
    """Say what undoing would change and what people entered on it, then do it."""
    detail = selectors.get_upload(upload_id=upload_id)
    resting = selectors.find_resting(upload_id=upload_id)
    if request.method == "POST":
        return _undo(request, detail, resting)
    if not detail.can_undo:
        return redirect(link(request, "upload-show", upload_id=upload_id))
    return _show(request, detail, resting, form=_form(resting))


def _undo(
    request: DistrictRequest, detail: selectors.UploadDetail, resting: selectors.RestingOnUpload
) -> HttpResponse:
    here = link(request, "upload-show", upload_id=detail.upload.id)
    form = None
    if resting.can_come_along and "seen" in request.POST:
        if not _may_take_along(request, resting):
            raise PermissionDenied
        form = _form(resting, request)
        if not form.is_valid():
            return _show(request, detail, resting, form=form)
    try:
        services.undo_upload(upload_id=detail.upload.id, take_along=form.cleaned_data["seen"] if form else "")
    except DomainError as error:
        messages.error(request, error.message)
        return redirect(here)
    messages.success(request, f"“{detail.upload.filename}” is undone.")
    for line in resting.lines if form else ():
        messages.success(request, f"{line.words}, came along to “{line.next_filename}”.")
    return redirect(here)


def _may_take_along(request: DistrictRequest, resting: selectors.RestingOnUpload) -> bool:
    return can(request.access.role, Permission(resting.permission))


def _form(resting: selectors.RestingOnUpload, request: DistrictRequest | None = None) -> TakeAlongForm:
    files = sorted({line.next_filename for line in resting.lines} - {""})
    return TakeAlongForm(
        request.POST if request else None, initial={"seen": resting.stamp}, name=resting.name, files=files
    )


def _show(
    request: DistrictRequest,
    detail: selectors.UploadDetail,
    resting: selectors.RestingOnUpload,
    *,
    form: TakeAlongForm,
) -> HttpResponse:
    name, is_imported = detail.upload.filename, detail.has_filings
    here = link(request, "upload-show", upload_id=detail.upload.id)
    can_go_on = resting.can_come_along and _may_take_along(request, resting)
    context = {
        "title": f"Undo “{name}”?" if is_imported else f"Remove “{name}”?",
        "lead": f"Undo the import of “{name}”?" if is_imported else f"Remove “{name}” before it is imported?",
        "consequences": [
            *(
                _consequence(detail, effect)
                for effect in selectors.list_undo_effects(upload_id=detail.upload.id)
            ),
            *(["Costs, trends and verdicts made from it are computed again at once."] if is_imported else []),
            "The file and the record of this upload stay. The same file can be uploaded again.",
        ],
        "confirm_label": "Undo this import" if is_imported else "Remove this upload",
        "is_dangerous": True,
        "cancel_href": here,
        "crumbs": trail(request, (name, here), here="Undo" if is_imported else "Remove"),
        "resting": resting,
        "resting_lines": [_resting_words(line) for line in resting.lines],
        "is_blocked": bool(resting.lines) and not can_go_on,
        "form": form if can_go_on else None,
    }
    return render(request, "landing/upload_undo.html", context, status=422 if form.errors else 200)


def _resting_words(line: selectors.RestingLine) -> str:
    if not line.next_filename:
        return f"{line.words}. No filing would count again in its place."
    day = formatting.day(line.next_filed_at and timezone.localtime(line.next_filed_at))
    return f"{line.words}. “{line.next_filename}”, filed {day}, would count again."


def _consequence(detail: selectors.UploadDetail, effect: selectors.UndoEffect) -> str:
    family = next((one.family for one in detail.filings), "")
    what = subject_words(family=family, subject=effect.subject)
    if effect.fiscal_year:
        what = f"{what} {formatting.fiscal_year(effect.fiscal_year)}"
    what += to_date_words(effect.through_on)
    if effect.ledger != "main":
        what = f"{what}, ledger {effect.ledger}"
    if not effect.was_current:
        return f"{what}: nothing changes, another filing counts already."
    if effect.next_filename:
        day = formatting.day(effect.next_filed_at and timezone.localtime(effect.next_filed_at))
        if effect.next_through_on:
            day += f", of a year to date (through {formatting.day(effect.next_through_on)})"
        return f"{what}: “{effect.next_filename}”, filed {day}, counts again."
    return f"{what}: nothing is left, pages show no figure for it."
