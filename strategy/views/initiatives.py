"""Pages of initiatives: the list, the form, archive and restore; must not hold rules or dollars."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from districts import formatting
from districts.access.decorators import DistrictRequest, district_page
from districts.access.permissions import Permission
from districts.errors import DomainError
from districts.exports import export_table, page_size_for, wanted_export
from districts.parts import Notice, Tone
from districts.tables import Action, Cell, CellValue, Column, Empty, Kind, Table, make_table
from strategy.calc.notice import late_review
from strategy.forms import InitiativeFilterForm, InitiativeForm, add_refusal, add_the_rest
from strategy.forms.initiatives import initial_of, is_search, typed_so_far
from strategy.selectors import (
    InitiativeDetail,
    InitiativeRow,
    get_choices,
    get_initiative,
    list_initiatives,
)
from strategy.services import (
    StrategyRefused,
    archive_initiative,
    create_initiative,
    list_initiative_errors,
    restore_initiative,
    update_initiative,
)
from strategy.views.parts import done, form_page, link, may_edit, refused, section_links, trail

COLUMNS = (
    Column(key="name", label="Initiative"),
    Column(key="goal", label="Strategic goal"),
    Column(key="kind", label="Kind"),
    Column(key="owner", label="Owner"),
    Column(key="department", label="Department"),
    Column(key="schools", label="Schools", kind=Kind.NUMBER),
    Column(key="review", label="Review", kind=Kind.DATE),
)


@district_page(Permission.VIEW_CABINET)
def initiative_list(request: DistrictRequest) -> HttpResponse:
    """List initiatives."""
    form = InitiativeFilterForm(request.GET, choices=get_choices())
    table = _table(request, list_initiatives(wanted=form.read()))
    if file_type := wanted_export(request):
        return export_table(table=table, file_type=file_type, filename="initiatives")
    context = {
        "form": form,
        "table": table,
        "sections": section_links(request, current="initiative-list"),
        "crumbs": trail(request, ("Initiatives", "")),
        "can_edit": may_edit(request),
        "create_href": link(request, "initiative-create"),
        "clear_href": request.path,
        "search_text": request.GET.get("q", ""),
    }
    return render(request, "strategy/initiative_list.html", context)


@district_page(Permission.EDIT_STRATEGY)
def initiative_create(request: DistrictRequest) -> HttpResponse:
    """Start an initiative."""
    choices = get_choices()
    if request.method == "POST" and is_search(request.POST):
        form = InitiativeForm(initial=typed_so_far(request.POST), choices=choices)
        return _show_form(request, form=form, initiative=None)
    form = InitiativeForm(
        request.POST or None,
        choices=choices,
        initial={"goal": request.GET.get("goal", ""), "kind": "initiative"},
    )
    today = timezone.localdate()
    if request.method == "POST" and _is_sound(form, initiative_id=None, as_of=today):
        try:
            made = create_initiative(initiative=form.to_input(), as_of=today)
        except StrategyRefused as error:
            add_refusal(form=form, refused=error)
        else:
            return _saved(request, initiative_id=made, form=form, message="The initiative is started.")
    return _show_form(request, form=form, initiative=None)


@district_page(Permission.EDIT_STRATEGY)
def initiative_edit(request: DistrictRequest, initiative_id: UUID) -> HttpResponse:
    """Change an initiative."""
    initiative = _find(initiative_id)
    choices = get_choices(keep_goal=initiative.goal_id)
    if request.method == "POST" and is_search(request.POST):
        form = InitiativeForm(initial=typed_so_far(request.POST), choices=choices)
        return _show_form(request, form=form, initiative=initiative)
    form = InitiativeForm(request.POST or None, choices=choices, initial=initial_of(initiative))
    today = timezone.localdate()
    if request.method == "POST" and _is_sound(form, initiative_id=initiative_id, as_of=today):
        try:
            update_initiative(initiative_id=initiative_id, initiative=form.to_input(), as_of=today)
        except StrategyRefused as error:
            add_refusal(form=form, refused=error)
        else:
            return _saved(
                request, initiative_id=initiative_id, form=form, message="The initiative is changed."
            )
    return _show_form(request, form=form, initiative=initiative)


@district_page(Permission.EDIT_STRATEGY)
def initiative_archive(request: DistrictRequest, initiative_id: UUID) -> HttpResponse:
    """Ask whether to archive an initiative, then do it."""
    initiative = _find(initiative_id)
    back = link(request, "initiative-list")
    if request.method != "POST":
        context = {
            "title": f"Archive “{initiative.name}”?",
            "lead": "It leaves the lists and keeps its history. You can restore it at any time.",
            "consequences": ["Its coding rules stay until the budget director removes them."],
            "confirm_label": "Archive initiative",
            "cancel_href": link(request, "diagnostics:initiative-show", initiative_id=initiative_id),
            "crumbs": trail(request, ("Initiatives", back), ("Archive", "")),
        }
        return render(request, "components/confirm.html", context)
    archive_initiative(initiative_id=initiative_id, now=timezone.now())
    return done(request, message=f"“{initiative.name}” is archived. Show archived to restore it.", to=back)


@district_page(Permission.EDIT_STRATEGY)
@require_POST
def initiative_restore(request: DistrictRequest, initiative_id: UUID) -> HttpResponse:
    """Put an archived initiative back in use."""
    initiative = _find(initiative_id)
    try:
        restore_initiative(initiative_id=initiative_id)
    except DomainError as error:
        return refused(request, error=error, to=link(request, "initiative-list"))
    page = link(request, "diagnostics:initiative-show", initiative_id=initiative_id)
    return done(request, message=f"“{initiative.name}” is back in use.", to=page)


def late_notice(*, review_on: date, start_month: int) -> Notice | None:
    """Return the warning that a review leaves no time to give staff notice, or None."""
    late = late_review(review_on=review_on, start_month=start_month)
    if late is None:
        return None
    return Notice(
        tone=Tone.WARNING,
        title="This review comes too late to give staff notice",
        text=(
            f"It leaves {late.days_left} days before the fiscal year ends on"
            f" {formatting.day(late.year_ends_on)}. A review on {formatting.day(late.latest_on)} or before"
            " leaves time; otherwise the decision takes effect a year later. (Our rule: 107 days, from"
            " California’s March 15 notice.)"
        ),
    )


def _saved(
    request: DistrictRequest, *, initiative_id: UUID, form: InitiativeForm, message: str
) -> HttpResponse:
    late = late_notice(
        review_on=form.cleaned_data["review_on"],
        start_month=request.access.district.fiscal_year_start_month,
    )
    if late:
        messages.warning(request, f"{late.title}. {late.text}")
    page = link(request, "diagnostics:initiative-show", initiative_id=initiative_id)
    return done(request, message=message, to=page)


def _is_sound(form: InitiativeForm, *, initiative_id: UUID | None, as_of: date) -> bool:
    """Say whether the form can be read; where it cannot, it names what the service would refuse as well."""
    if not form.is_bound:  # a request without a single field
        return False
    if form.is_valid():
        return True
    errors = list_initiative_errors(initiative=form.to_input(), initiative_id=initiative_id, as_of=as_of)
    add_the_rest(form=form, errors=errors)
    return False


def _find(initiative_id: UUID) -> InitiativeDetail:
    initiative = get_initiative(initiative_id=initiative_id)
    if initiative is None:
        raise Http404
    return initiative


def _show_form(
    request: DistrictRequest, *, form: InitiativeForm, initiative: InitiativeDetail | None
) -> HttpResponse:
    back = link(request, "initiative-list")
    title = f"Edit {initiative.name}" if initiative else "Start an initiative"
    context = {
        "form": form,
        "title": title,
        "lead": "A funded effort with a strategic goal, a reason why it should work, and a review date.",
        "button": "Save changes" if initiative else "Start initiative",
        "pick": form.pick_schools(text=request.POST.get("find_text", "")),
        "cancel_href": link(request, "diagnostics:initiative-show", initiative_id=initiative.id)
        if initiative
        else back,
        "has_goals": len(form.fields["goal"].choices) > 1,  # type: ignore[attr-defined]
        "goal_create_href": link(request, "goal-create"),
        "crumbs": trail(request, ("Initiatives", back), (title, "")),
    }
    is_invalid = form.is_bound and bool(form.errors)
    return form_page(
        request, template="strategy/initiative_form.html", context=context, is_invalid=is_invalid
    )


def _table(request: DistrictRequest, initiatives: tuple[InitiativeRow, ...]) -> Table:
    can_edit = may_edit(request)
    is_filtered = any(request.GET.get(name) for name in ("q", "goal", "kind", "owner", "department", "state"))
    return make_table(
        key="initiatives",
        caption="Initiatives",
        columns=COLUMNS,
        records=initiatives,
        cells=lambda one: _cells(request, one),
        actions=lambda one: _actions(request, one),
        query=request.GET.dict(),
        sort="name",
        page_size=page_size_for(request),
        export_base=request.path,
        empty=Empty(
            title="No initiative passes this filter" if is_filtered else "No initiatives yet",
            text=""
            if is_filtered
            else "An initiative is a funded effort with a strategic goal, a cost and a review date.",
            action_label="Start an initiative" if can_edit else "",
            action_href=link(request, "initiative-create") if can_edit else "",
        ),
    )


def _cells(request: DistrictRequest, one: InitiativeRow) -> tuple[CellValue, ...]:
    page = link(request, "diagnostics:initiative-show", initiative_id=one.id)
    return (
        Cell(value=one.name, href=page, note="Archived" if one.archived_at else ""),
        one.goal,
        one.kind_label,
        Cell(value=one.owner or None, text="" if one.owner else "Nobody yet"),
        one.department or None,
        one.school_count or None,
        one.review_on,
    )


def _actions(request: DistrictRequest, one: InitiativeRow) -> tuple[Action, ...]:
    history = Action(
        label="History", href=link(request, "initiative-history", initiative_id=one.id), about=one.name
    )
    if not may_edit(request) or one.archived_at:
        return (history,)
    edit = Action(label="Edit", href=link(request, "initiative-edit", initiative_id=one.id), about=one.name)
    return (edit, history)
