"""Admin pages of the organisation: the overview, settings, schools, departments."""

from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from districts.access.decorators import DistrictRequest, district_page
from districts.access.permissions import Permission
from districts.exports import page_size_for
from districts.forms.organisation import (
    OBJECT_PRESETS,
    DepartmentForm,
    OrganisationForm,
    SchoolFilter,
    SchoolForm,
)
from districts.parts import NavItem
from districts.selectors import organisation as selectors
from districts.services import organisation as services
from districts.tables import Action, Column, Empty, Kind, Table, make_table
from districts.views.answers import attempt, crumbs, found, say_why_not, show_form, show_table
from districts.views.overview import figures, needs


@district_page(Permission.MANAGE_DISTRICT)
def show_admin(request: DistrictRequest) -> HttpResponse:
    """Show what an admin looks after, and what needs them."""
    overview = selectors.get_admin_overview(now=timezone.now())
    slug = request.district.slug
    notices = needs(overview=overview, slug=slug)
    lead = f"{_count(len(notices), 'thing')} need{'s' if len(notices) == 1 else ''} you." if notices else ""
    return render(
        request,
        "districts/admin.html",
        {
            "lead": lead or f"{request.district.name} is in order: nothing needs you.",
            "notices": notices,
            "figures": figures(overview=overview, slug=slug),
        },
    )


@district_page(Permission.MANAGE_DISTRICT)
def edit_organisation(request: DistrictRequest) -> HttpResponse:
    """Change the district's settings."""
    district = request.district
    preset = request.GET.get("objects", "")
    initial = {name: getattr(district, name) for name in OrganisationForm.base_fields}
    form = OrganisationForm(
        request.POST or None, district=district, initial=initial | OBJECT_PRESETS.get(preset, {})
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.change_organisation(
                by=request.access.user_id or 0, settings=form.settings(), now=timezone.now()
            )
        except services.ObjectsRefused as error:
            form.add_error(error.field, error.message)
        else:
            messages.success(request, "The organisation's settings are saved.")
            return redirect("districts:organisation-edit", district.slug)
    return show_form(
        request,
        template="districts/organisation.html",
        form=form,
        context={
            "title": "Organisation",
            "lead": f"What {district.name} decides about itself.",
            "note": "A change of what results are made of is computed anew at once;"
            " figures as shown on past dates stay.",
            "preset": preset if preset in OBJECT_PRESETS else "",
            "crumbs": crumbs(request, here="Organisation"),
        },
    )


@district_page(Permission.MANAGE_DISTRICT)
def list_schools(request: DistrictRequest) -> HttpResponse:
    """Show and search the district's schools."""
    form = SchoolFilter(request.GET)
    only = form.cleaned_data if form.is_valid() else {}
    schools = selectors.list_schools(
        text=only.get("q", ""),
        level=only.get("level", ""),
        openness=only.get("openness", ""),
        as_of=timezone.localdate(),
    )
    create = reverse("districts:school-create", args=[request.district.slug])
    is_filtered = any(only.values())
    return show_table(
        request,
        template="districts/list.html",
        table=_schools_table(request, schools, create=create, is_filtered=is_filtered),
        context={
            "form": form,
            "title": "Schools",
            "lead": f"{_count(len(schools), 'school')} {'match' if is_filtered else 'known'}.",
            "actions": (NavItem(label="Add a school", url=create),),
            "crumbs": crumbs(request, here="Schools"),
        },
    )


def _count(number: int, noun: str) -> str:
    return f"1 {noun}" if number == 1 else f"{number or 'No'} {noun}s"


def _schools_table(
    request: DistrictRequest, schools: tuple[selectors.SchoolRow, ...], *, create: str, is_filtered: bool
) -> Table:
    if is_filtered:
        empty = Empty(title="No school matches", action_label="Show all schools", action_href=request.path)
    else:
        empty = Empty(
            title="No schools yet",
            text="Schools come with the first file of results, or one by one here.",
            action_label="Add a school",
            action_href=create,
        )
    return make_table(
        key="schools",
        caption="Schools",
        columns=(
            Column(key="name", label="Name"),
            Column(key="level", label="Level"),
            Column(key="district_code", label="District's id", kind=Kind.CODE),
            Column(key="state_code", label="State's id", kind=Kind.CODE),
            Column(key="charter", label="Charter"),
            Column(key="opened", label="Opened", kind=Kind.DATE),
            Column(key="closed", label="Closed", kind=Kind.DATE),
        ),
        records=schools,
        cells=lambda s: (
            s.name,
            s.level_label,
            s.district_code,
            s.state_code,
            "yes" if s.is_charter else "no",
            s.opened_on,
            s.closed_on,
        ),
        actions=lambda s: (
            Action(
                label="Edit",
                href=reverse("districts:school-edit", args=[request.district.slug, s.school_id]),
                about=s.name,
            ),
        ),
        query=request.GET.dict(),
        sort="name",
        page_size=page_size_for(request),
        export_base=request.path,
        empty=empty,
    )


@district_page(Permission.MANAGE_DISTRICT)
def create_school(request: DistrictRequest) -> HttpResponse:
    """Add a school."""
    form = SchoolForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        attempt(form, lambda: services.add_school(facts=form.facts()))
        if not form.errors:
            messages.success(request, f"{form.cleaned_data['name']} is added.")
            return redirect("districts:school-list", request.district.slug)
    return _school_page(request, form, title="Add a school")


@district_page(Permission.MANAGE_DISTRICT)
def edit_school(request: DistrictRequest, school_id: UUID) -> HttpResponse:
    """Change a school."""
    school = found(selectors.get_school(school_id=school_id))
    initial = {name: getattr(school, name) for name in SchoolForm.base_fields}
    form = SchoolForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        attempt(form, lambda: services.change_school(school_id=school_id, facts=form.facts()))
        if not form.errors:
            messages.success(request, f"{form.cleaned_data['name']} is saved.")
            return redirect("districts:school-list", request.district.slug)
    return _school_page(request, form, title=school.name)


def _school_page(request: DistrictRequest, form: SchoolForm, *, title: str) -> HttpResponse:
    back = reverse("districts:school-list", args=[request.district.slug])
    return show_form(
        request,
        template="districts/form.html",
        form=form,
        context={
            "title": title,
            "cancel_href": back,
            "crumbs": crumbs(request, ("Schools", back), here=title),
        },
    )


@district_page(Permission.MANAGE_DISTRICT)
def list_departments(request: DistrictRequest) -> HttpResponse:
    """Show the departments of the central office."""
    departments = selectors.list_departments()
    create = reverse("districts:department-create", args=[request.district.slug])
    table = make_table(
        key="departments",
        caption="Departments",
        columns=(Column(key="name", label="Name"),),
        records=departments,
        cells=lambda d: (d.name,),
        actions=lambda d: (
            Action(
                label="Rename",
                href=reverse("districts:department-edit", args=[request.district.slug, d.department_id]),
                about=d.name,
            ),
            Action(
                label="Delete",
                href=reverse("districts:department-delete", args=[request.district.slug, d.department_id]),
                about=d.name,
            ),
        ),
        query=request.GET.dict(),
        sort="name",
        page_size=page_size_for(request),
        export_base=request.path,
        empty=Empty(
            title="No departments yet",
            text="An initiative can name the department that runs it.",
            action_label="Add a department",
            action_href=create,
        ),
    )
    return show_table(
        request,
        template="districts/list.html",
        table=table,
        context={
            "title": "Departments",
            "lead": f"{_count(len(departments), 'department')} of the central office.",
            "actions": (NavItem(label="Add a department", url=create),),
            "crumbs": crumbs(request, here="Departments"),
        },
    )


@district_page(Permission.MANAGE_DISTRICT)
def create_department(request: DistrictRequest) -> HttpResponse:
    """Add a department."""
    form = DepartmentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        attempt(form, lambda: services.add_department(name=form.cleaned_data["name"]))
        if not form.errors:
            messages.success(request, f"{form.cleaned_data['name']} is added.")
            return redirect("districts:department-list", request.district.slug)
    return _department_page(
        request, form, title="Add a department", lead="Initiatives can name the department that runs them."
    )


@district_page(Permission.MANAGE_DISTRICT)
def edit_department(request: DistrictRequest, department_id: UUID) -> HttpResponse:
    """Rename a department."""
    department = found(selectors.get_department(department_id=department_id))
    form = DepartmentForm(request.POST or None, initial={"name": department.name})
    if request.method == "POST" and form.is_valid():
        attempt(
            form,
            lambda: services.rename_department(department_id=department_id, name=form.cleaned_data["name"]),
        )
        if not form.errors:
            messages.success(request, f"{department.name} is now {form.cleaned_data['name']}.")
            return redirect("districts:department-list", request.district.slug)
    return _department_page(
        request, form, title=department.name, lead="A new name holds for every initiative that names it."
    )


@district_page(Permission.MANAGE_DISTRICT)
def delete_department(request: DistrictRequest, department_id: UUID) -> HttpResponse:
    """Ask before a department is deleted; one that is in use stays, and the page says what names it."""
    department = found(selectors.get_department(department_id=department_id))
    back = reverse("districts:department-list", args=[request.district.slug])
    title = f"Delete {department.name}"
    around = {"cancel_href": back, "crumbs": crumbs(request, ("Departments", back), here=title)}
    why, way = selectors.deletion_obstacle(department_id=department_id)
    if why:
        return say_why_not(
            request, title=title, why=why, way=way, context={**around, "back_label": "Back to departments"}
        )
    if request.method == "POST":
        services.delete_department(department_id=department_id)
        messages.success(request, f"{department.name} is deleted.")
        return redirect("districts:department-list", request.district.slug)
    return render(
        request,
        "components/confirm.html",
        {
            "title": title,
            "lead": f"Delete the department {department.name}?",
            "consequences": [
                "No initiative names it, and none can choose it any more.",
                "The audit keeps that it was there.",
            ],
            "confirm_label": "Delete",
            "is_dangerous": True,
            **around,
        },
    )


def _department_page(request: DistrictRequest, form: Form, *, title: str, lead: str) -> HttpResponse:
    back = reverse("districts:department-list", args=[request.district.slug])
    return show_form(
        request,
        template="districts/form.html",
        form=form,
        context={
            "title": title,
            "lead": lead,
            "cancel_href": back,
            "crumbs": crumbs(request, ("Departments", back), here=title),
        },
    )
