"""Pages of strategic goals; must not hold rules."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from districts.access.decorators import DistrictRequest, district_page
from districts.access.permissions import Permission
from districts.errors import DomainError
from districts.exports import export_table, page_size_for, wanted_export
from districts.tables import Action, Cell, CellValue, Column, Empty, Kind, Table, make_table
from strategy.forms import GoalFilterForm, GoalForm, add_refusal, add_the_rest
from strategy.forms.goals import GROUPS
from strategy.selectors import GoalRow, Published, get_choices, get_goal, get_published, list_goals
from strategy.services import (
    StrategyRefused,
    archive_goal,
    create_goal,
    list_goal_errors,
    restore_goal,
    update_goal,
)
from strategy.views.parts import done, form_page, link, may_edit, refused, section_links, trail

COLUMNS = (
    Column(key="name", label="Strategic goal"),
    Column(key="metric", label="Metric"),
    Column(key="population", label="Population"),
    Column(key="baseline", label="Baseline", kind=Kind.NUMBER, digits=1),
    Column(key="target", label="Target", kind=Kind.NUMBER, digits=1),
    Column(key="due", label="Due", kind=Kind.DATE),
    Column(key="initiatives", label="Initiatives", kind=Kind.NUMBER),
)


@district_page(Permission.VIEW_CABINET)
def goal_list(request: DistrictRequest) -> HttpResponse:
    """List strategic goals."""
    form = GoalFilterForm(request.GET)
    table = _table(request, list_goals(**form.read()))
    if file_type := wanted_export(request):
        return export_table(table=table, file_type=file_type, filename="strategic-goals")
    context = {
        "form": form,
        "table": table,
        "sections": section_links(request, current="goal-list"),
        "crumbs": trail(request, ("Strategic goals", "")),
        "can_edit": may_edit(request),
        "create_href": link(request, "goal-create"),
        "clear_href": request.path,
    }
    return render(request, "strategy/goal_list.html", context)


@district_page(Permission.EDIT_STRATEGY)
def goal_create(request: DistrictRequest) -> HttpResponse:
    """Set a strategic goal."""
    today = timezone.localdate()
    form = GoalForm(
        request.POST or None, choices=get_choices(), published=_published, initial={"group": "all"}
    )
    if request.method == "POST" and _is_sound(form, goal_id=None, as_of=today):
        try:
            create_goal(goal=form.to_input(), as_of=today)
            return done(
                request,
                message="The strategic goal is set.",
                warning=form.warning,
                to=link(request, "goal-list"),
            )
        except StrategyRefused as error:
            add_refusal(form=form, refused=error)
    return _show_form(request, form=form, title="Set a strategic goal", button="Set strategic goal")


@district_page(Permission.EDIT_STRATEGY)
def goal_edit(request: DistrictRequest, goal_id: UUID) -> HttpResponse:
    """Change a strategic goal."""
    goal = _find(goal_id)
    today = timezone.localdate()
    form = GoalForm(request.POST or None, choices=get_choices(), published=_published, initial=_initial(goal))
    if request.method == "POST" and _is_sound(form, goal_id=goal_id, as_of=today):
        try:
            update_goal(goal_id=goal_id, goal=form.to_input(), as_of=today)
            return done(
                request,
                message="The strategic goal is changed.",
                warning=form.warning,
                to=link(request, "goal-list"),
            )
        except StrategyRefused as error:
            add_refusal(form=form, refused=error)
    archive = "" if goal.archived_at else link(request, "goal-archive", goal_id=goal_id)
    return _show_form(
        request, form=form, title=f"Edit {goal.name}", button="Save changes", archive_href=archive
    )


@district_page(Permission.EDIT_STRATEGY)
def goal_archive(request: DistrictRequest, goal_id: UUID) -> HttpResponse:
    """Ask whether to archive a strategic goal, then do it."""
    goal = _find(goal_id)
    back = link(request, "goal-list")
    if request.method != "POST":
        context = {
            "title": f"Archive “{goal.name}”?",
            "lead": "It leaves the lists and keeps its history. You can restore it at any time.",
            "confirm_label": "Archive strategic goal",
            "cancel_href": back,
            "crumbs": trail(request, ("Strategic goals", back), ("Archive", "")),
        }
        return render(request, "components/confirm.html", context)
    try:
        archive_goal(goal_id=goal_id, now=timezone.now())
    except DomainError as error:
        return refused(request, error=error, to=back)
    return done(request, message=f"“{goal.name}” is archived. Show archived to restore it.", to=back)


@district_page(Permission.EDIT_STRATEGY)
@require_POST
def goal_restore(request: DistrictRequest, goal_id: UUID) -> HttpResponse:
    """Put an archived strategic goal back in use."""
    goal = _find(goal_id)
    back = link(request, "goal-list")
    try:
        restore_goal(goal_id=goal_id)
    except DomainError as error:
        return refused(request, error=error, to=back)
    return done(request, message=f"“{goal.name}” is back in use.", to=back)


def _published(metric_id: UUID) -> Published:
    return get_published(metric_id=metric_id)


def _is_sound(form: GoalForm, *, goal_id: UUID | None, as_of: date) -> bool:
    """Say whether the form can be read; where it cannot, it names what the service would refuse as well."""
    if not form.is_bound:  # a request without a single field
        return False
    if form.is_valid():
        return True
    add_the_rest(form=form, errors=list_goal_errors(goal=form.to_input(), goal_id=goal_id, as_of=as_of))
    return False


def _find(goal_id: UUID) -> GoalRow:
    goal = get_goal(goal_id=goal_id)
    if goal is None:
        raise Http404
    return goal


def _show_form(
    request: DistrictRequest, *, form: GoalForm, title: str, button: str, archive_href: str = ""
) -> HttpResponse:
    back = link(request, "goal-list")
    context = {
        "form": form,
        "title": title,
        "lead": "Metric, direction, population, baseline, target and due date: none may be missing.",
        "button": button,
        "cancel_href": back,
        "groups": GROUPS,
        "archive_href": archive_href,
        "crumbs": trail(request, ("Strategic goals", back), (title, "")),
    }
    return form_page(request, template="strategy/form.html", context=context, is_invalid=bool(form.errors))


def _initial(goal: GoalRow) -> dict[str, object]:
    names = ("name", "direction", "population", "group", "baseline_year", "due_on")
    values = {name: f"{getattr(goal, name).normalize():f}" for name in ("baseline_value", "target_value")}
    return {name: getattr(goal, name) for name in names} | values | {"metric": str(goal.metric_id)}


def _table(request: DistrictRequest, goals: tuple[GoalRow, ...]) -> Table:
    can_edit = may_edit(request)
    is_filtered = bool(request.GET.get("q") or request.GET.get("state"))
    return make_table(
        key="goals",
        caption="Strategic goals",
        columns=COLUMNS,
        records=goals,
        cells=lambda goal: _cells(request, goal),
        actions=lambda goal: _actions(request, goal),
        query=request.GET.dict(),
        sort="due",
        page_size=page_size_for(request),
        export_base=request.path,
        empty=Empty(
            title="No strategic goal passes this filter" if is_filtered else "No strategic goals yet",
            text=""
            if is_filtered
            else "A strategic goal names a metric, a baseline, a target and a due date.",
            action_label="Set a strategic goal" if can_edit else "",
            action_href=link(request, "goal-create") if can_edit else "",
        ),
    )


def _cells(request: DistrictRequest, goal: GoalRow) -> tuple[CellValue, ...]:
    note = "Archived" if goal.archived_at else ""
    initiatives = Cell(
        value=goal.initiative_count,
        href=f"{link(request, 'initiative-list')}?goal={goal.id}" if goal.initiative_count else "",
    )
    return (
        Cell(value=goal.name, note=note),
        goal.metric,
        goal.population,
        Cell(value=goal.baseline_value, text=goal.baseline_text),
        Cell(value=goal.target_value, text=goal.target_text),
        goal.due_on,
        initiatives,
    )


def _actions(request: DistrictRequest, goal: GoalRow) -> tuple[Action, ...]:
    history = Action(label="History", href=link(request, "goal-history", goal_id=goal.id), about=goal.name)
    if not may_edit(request) or goal.archived_at:
        return (history,)
    edit = Action(label="Edit", href=link(request, "goal-edit", goal_id=goal.id), about=goal.name)
    return (edit, history)
