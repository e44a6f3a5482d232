"""Pages of school names: what a file's names mean, and the names that are kept; must not hold rules."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from districts.access.decorators import DistrictRequest, district_page
from districts.access.permissions import Permission
from districts.errors import DomainError
from districts.exports import export_table, page_size_for, wanted_export
from districts.landing import selectors, services
from districts.landing.forms.school_names import SchoolNamesForm
from districts.landing.views.parts import link, list_page, may_upload, step_list, trail
from districts.tables import Action, Column, Empty, Kind, Table, make_table

COLUMNS = (
    Column(key="name", label="Name in files"),
    Column(key="means", label="What it is"),
    Column(key="by", label="Said by"),
    Column(key="when", label="When", kind=Kind.DATE),
)


@district_page(Permission.UPLOAD)
def name_schools(request: DistrictRequest, upload_id: UUID) -> HttpResponse:
    """Ask what each unknown name of a file is, the likeliest schools first, and read the file with it."""
    upload = selectors.find_upload(upload_id)
    here = link(request, "upload-show", upload_id=upload_id)
    asked = selectors.list_asked_names(upload_id=upload_id)
    form = SchoolNamesForm(request.POST if request.method == "POST" else None, asked=asked)
    if request.method == "POST" and form.is_valid():
        try:
            services.save_school_names(by=request.access.user_id, upload_id=upload_id, answers=form.answers())
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, "What the names mean is kept, and used for every later file.")
            return redirect(here)
    if request.method == "GET" and not asked.names:
        return redirect(here)
    context = {
        "form": form,
        "title": upload.filename,
        "lead": "Which schools do these names mean?",
        "steps": step_list(upload.state),
        "cancel_href": here,
        "crumbs": trail(request, (upload.filename, here), here="Names of schools"),
    }
    return render(request, "landing/school_names.html", context, status=422 if form.errors else 200)


@district_page(Permission.VIEW_DATA)
def list_school_names(request: DistrictRequest) -> HttpResponse:
    """List the names a person has answered for."""
    table = _table(request, selectors.list_kept_names())
    if file_type := wanted_export(request):
        return export_table(
            table=table, file_type=file_type, filename=f"{request.district.slug}-names-of-schools"
        )
    context = list_page(
        request,
        current="school-name-list",
        table=table,
        title="Names of schools",
        lead="How files without codes write schools, as people said once.",
        note="A name that is forgotten is asked for again by the next file. Values loaded with it stay.",
        crumbs=trail(request, here="Names of schools"),
    )
    return render(request, "landing/list.html", context)


@district_page(Permission.UPLOAD)
def forget_school_name(request: DistrictRequest, alias_id: UUID) -> HttpResponse:
    """Ask once, then forget what was said of a name."""
    back = link(request, "school-name-list")
    kept = selectors.get_kept_name(alias_id=alias_id)
    if request.method == "POST":
        services.forget_school_name(alias_id=alias_id)
        messages.success(request, f"“{kept.name}” is forgotten.")
        return redirect(back)
    context = {
        "title": f"Forget the name “{kept.name}”?",
        "lead": f"It was said to be: {kept.means}.",
        "consequences": [
            "The next file with this name asks again which school it is.",
            "Values that were loaded with it stay as they are.",
        ],
        "confirm_label": "Forget this name",
        "is_dangerous": True,
        "cancel_href": back,
        "crumbs": trail(request, ("Names of schools", back), here="Forget"),
    }
    return render(request, "components/confirm.html", context)


def _table(request: DistrictRequest, names: tuple[selectors.KeptName, ...]) -> Table:
    can_write = may_upload(request)
    return make_table(
        key="school-names",
        caption="Names of schools",
        columns=COLUMNS,
        records=names,
        cells=lambda one: (
            one.name,
            one.means,
            one.confirmed_by,
            timezone.localtime(one.confirmed_at).date(),
        ),
        actions=lambda one: (
            (
                Action(
                    label="Forget", href=link(request, "school-name-forget", alias_id=one.id), about=one.name
                ),
            )
            if can_write
            else ()
        ),
        query=request.GET.dict(),
        sort="name",
        page_size=page_size_for(request),
        export_base=request.path,
        empty=Empty(
            title="No names yet", text="Names are asked for when a file without school codes is read."
        ),
    )
