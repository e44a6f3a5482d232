"""The page of an initiative's check-ins: a month to fill in, and the months so far; must not hold rules."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from diagnostics.evaluation.forms import CheckInForm, MonthForm, month_key, month_words, read_month
from diagnostics.evaluation.selectors import CheckInPage, get_check_in_page
from diagnostics.evaluation.services import (
    CheckInsRefused,
    KeptCheckIns,
    may_check_in,
    refuse_other_lead,
    save_check_ins,
)
from diagnostics.evaluation.views.check_in_tables import month_table, row_table
from diagnostics.evaluation.views.parts import add_errors, trail
from diagnostics.links import allowed, link
from districts import formatting
from districts.access.decorators import DistrictRequest, district_page
from districts.access.permissions import Permission, Role
from districts.exports import export_table, wanted_export

TABLES = {"months": month_table, "check-ins": row_table}


@district_page(Permission.VIEW_CABINET, write=Permission.CHECK_IN)
def check_in_show(request: DistrictRequest, initiative_id: UUID) -> HttpResponse:
    """Show an initiative's check-ins, and keep those of a month."""
    may = _may(request, initiative_id)
    asked = request.POST if request.method == "POST" else request.GET
    month = read_month(asked.get("month", ""))
    page = get_check_in_page(
        initiative_id=initiative_id,
        month=month,
        as_of=timezone.localdate(),
        minimum=None
        if may or allowed(request, Permission.VIEW_DATA)
        else request.access.district.minimum_group,
    )
    if page is None:
        raise Http404
    if file_type := wanted_export(request):
        name = "months" if request.GET.get("table") == "months" else "check-ins"
        table = TABLES[name](request, page=page)
        return export_table(table=table, file_type=file_type, filename=f"{name}")
    if request.method != "POST":
        return _show(request, page=page, form=CheckInForm(page=page) if may else None)
    if not may:
        raise refuse_other_lead(initiative_id=initiative_id)
    return _save(request, page=page, is_month_known=month is not None and month == page.month)


def _may(request: DistrictRequest, initiative_id: UUID) -> bool:
    return allowed(request, Permission.CHECK_IN) and may_check_in(
        initiative_id=initiative_id,
        by=request.access.user_id,
        is_lead=request.access.role == Role.INITIATIVE_LEAD,
    )


def _save(request: DistrictRequest, *, page: CheckInPage, is_month_known: bool) -> HttpResponse:
    form = CheckInForm(request.POST, page=page)
    form.is_bound = True
    if not is_month_known:
        form.add_error(None, "Choose a month from the list: one of the initiative that has begun.")
    if form.is_valid() and page.month is not None:
        try:
            kept = save_check_ins(
                initiative_id=page.initiative_id,
                month=page.month,
                rows=form.to_input(),
                by=request.access.user_id,
                as_of=timezone.localdate(),
            )
        except CheckInsRefused as error:
            add_errors(form=form, errors=error.errors)
        else:
            messages.success(request, _said(kept, month=month_words(page.month)))
            here = link(request, "diagnostics:check-in-show", initiative_id=page.initiative_id)
            return redirect(f"{here}?month={month_key(page.month)}")
    return _show(request, page=page, form=form, status=422)


def _said(kept: KeptCheckIns, *, month: str) -> str:
    parts = [
        *([f"{kept.new} saved"] if kept.new else []),
        *([f"{kept.corrected} corrected"] if kept.corrected else []),
        *([f"{kept.taken_back} taken back"] if kept.taken_back else []),
    ]
    return f"Check-ins of {month}: {', '.join(parts) or 'as they were'}."


def _show(
    request: DistrictRequest, *, page: CheckInPage, form: CheckInForm | None, status: int = 200
) -> HttpResponse:
    context = {
        "page": page,
        "lead": _lead(page),
        "form": form if page.schools and not page.is_archived else None,
        "month_form": MonthForm(page=page),
        "month_key": month_key(page.month) if page.month else "",
        "month_words": month_words(page.month) if page.month else "",
        "month_table": month_table(request, page=page),
        "row_table": row_table(request, page=page),
        "plan_href": link(request, "diagnostics:plan-show", initiative_id=page.initiative_id),
        "edit_href": link(request, "strategy:initiative-edit", initiative_id=page.initiative_id)
        if allowed(request, Permission.EDIT_STRATEGY)
        else "",
        "upload_href": link(request, "landing:upload-list") if allowed(request, Permission.UPLOAD) else "",
        "crumbs": trail(request, initiative_id=page.initiative_id, name=page.name, here="Check-ins"),
    }
    return render(request, "diagnostics/evaluation/check_ins.html", context, status=status)


def _lead(page: CheckInPage) -> str:
    if not page.is_judged:
        return "Check-ins are for initiatives; this is spending of another kind."
    if page.served is None or not page.served.schools:
        return "No school is named that it serves, so nobody can check in."
    found = page.delivered
    if not found.expected:
        return "No school month is over yet: the first check-in comes after the first month."
    covers = f"Check-ins cover {found.reported} of {found.expected} school-months"
    if found.dosage is None:
        return f"{covers}."
    return f"{covers}; {formatting.percent_of_share(found.dosage, 0)} of what was planned was delivered."
