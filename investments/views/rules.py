"""Coding rules: the list in order, moving, archiving and restoring; must not hold rules of its own."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from districts import formatting
from districts.access.decorators import DistrictRequest, district_page
from districts.access.permissions import Permission
from districts.errors import DomainError
from districts.exports import export_table, wanted_export
from districts.polling import answer_poll, badge, is_poll
from districts.tables import Row, Table
from investments.forms.rules import SliceForm, read_slice
from investments.selectors import RuleRow, list_filings, list_meters, list_rules, list_segments
from investments.services import (
    RulePreview,
    archive_rule,
    move_rule,
    preview_archive,
    preview_move,
    restore_rule,
)
from investments.views.ledger import coding_meter
from investments.views.parts import (
    amount_name,
    done,
    link,
    may,
    refused,
    sections,
    trail,
)
from investments.views.rule_table import rule_table


@dataclass(frozen=True, kw_only=True)
class RuleLine:
    """One rule as the list shows it, with what can be done with it."""

    rule: RuleRow
    row: Row
    up: int
    down: int
    move_href: str
    edit_href: str
    archive_href: str
    restore_href: str


@district_page(Permission.VIEW_LEDGER)
def rule_list(request: DistrictRequest) -> HttpResponse:
    """List coding rules in the order they apply, with what each catches and counts."""
    if is_poll(request):
        return answer_poll(request)
    return _show_list(request)


@district_page(Permission.VIEW_LEDGER, write=Permission.EDIT_CODING)
def rule_move(request: DistrictRequest, rule_id: UUID) -> HttpResponse:
    """Move a rule up or down in the order they apply."""
    rule = find_rule(rule_id)
    back = link(request, "rule-list", {name: request.GET.get(name, "") for name in ("slice", "state")})
    place = request.POST.get("place", "")
    if request.method != "POST" or not (place.isascii() and place.isdigit() and len(place) < 6):
        return redirect(back)
    wanted = max(1, int(place))
    try:
        words = _moved(rule=rule, place=wanted, preview=preview_move(rule_id=rule_id, place=wanted))
        move_rule(rule_id=rule_id, place=wanted)
    except DomainError as error:
        return refused(request, error=error, to=back)
    if request.htmx:
        return _show_list(request, status=words)
    return done(request, message=words, to=back)


@district_page(Permission.EDIT_CODING)
def rule_archive(request: DistrictRequest, rule_id: UUID) -> HttpResponse:
    """Ask whether to archive a rule, saying whose figures change, then do it."""
    rule = find_rule(rule_id)
    back = link(request, "rule-list")
    if request.method == "POST":
        archive_rule(rule_id=rule_id, now=timezone.now())
        return done(
            request, message=f"“{rule.name}” is archived. Show archived rules to restore it.", to=back
        )
    if rule.is_archived:
        return redirect(back)
    context = {
        "title": f"Archive “{rule.name}”?",
        "lead": "It stops catching dollars, in every year. You can restore it at any time.",
        "consequences": change_words(preview_archive(rule_id=rule_id)),
        "confirm_label": "Archive rule",
        "cancel_href": back,
        "crumbs": trail(request, ("Coding rules", back), ("Archive", "")),
    }
    return render(request, "components/confirm.html", context)


@district_page(Permission.VIEW_LEDGER, write=Permission.EDIT_CODING)
def rule_restore(request: DistrictRequest, rule_id: UUID) -> HttpResponse:
    """Put an archived rule back in force, at its old place."""
    rule = find_rule(rule_id)
    back = link(request, "rule-list")
    if request.method != "POST":
        return redirect(back)
    try:
        restore_rule(rule_id=rule_id)
    except DomainError as error:
        return refused(request, error=error, to=back)
    return done(request, message=f"“{rule.name}” is in force again.", to=back)


def find_rule(rule_id: UUID) -> RuleRow:
    """Return a rule of this district, archived or not; raises Http404."""
    for rule in list_rules(with_archived=True):
        if rule.id == rule_id:
            return rule
    raise Http404


def change_words(preview: RulePreview, *, most: int = 8) -> list[str]:
    """Say whose figures change, newest years first."""
    changes = sorted(preview.changes, key=lambda one: (-one.fiscal_year, one.kind, one.name))
    words = [
        f"{one.name}, {amount_name(fiscal_year=one.fiscal_year, kind=one.kind)}:"
        f" {formatting.dollars_short(one.before)} becomes {formatting.dollars_short(one.after)}."
        for one in changes[:most]
    ]
    if not words:
        return ["No figure changes."]
    rest = len(changes) - most
    return [*words, f"And {rest} more figures of other years and kinds."] if rest > 0 else words


def year_words(preview: RulePreview) -> str:
    """Say which fiscal years change."""
    years = [formatting.fiscal_year(year) for year in preview.changed_years]
    return f"This changes figures of {', '.join(years)}." if years else "No figure changes."


def _moved(*, rule: RuleRow, place: int, preview: RulePreview) -> str:
    return f"“{rule.name}” is now number {place}. {year_words(preview)}"


def _show_list(request: DistrictRequest, *, status: str = "") -> HttpResponse:
    filings = list_filings()
    chosen = read_slice(query=request.GET.dict(), filings=filings)
    state = "archived" if request.GET.get("state") == "archived" else ""
    rules = list_rules(
        fiscal_year=chosen[0] if chosen else None,
        kind=chosen[1] if chosen else "",
        with_archived=bool(state),
    )
    can_edit = may(request, Permission.EDIT_CODING)
    query = {"year": str(chosen[0]), "kind": chosen[1]} if chosen else {}
    table = rule_table(
        request,
        rules=rules,
        labels={segment.name: segment.label for segment in list_segments()},
        slice_words=amount_name(fiscal_year=chosen[0], kind=chosen[1]) if chosen else "",
        counted_query=query,
        can_edit=can_edit,
    )
    if file_type := wanted_export(request):
        return export_table(
            table=table, file_type=file_type, filename=f"{request.district.slug}-coding-rules"
        )
    meters = list_meters(fiscal_year=chosen[0], kind=chosen[1]) if chosen else ()
    context = {
        "table": table,
        "lines": _lines(request, rules=rules, table=table, state=state, chosen=chosen),
        "form": SliceForm(filings=filings, chosen=chosen, state=state),
        "answer": _answer(rules),
        "meter": coding_meter(request, figures=meters[0]) if meters else None,
        "status": status,
        "can_edit": can_edit,
        "create_href": link(request, "rule-create"),
        "uncoded_href": link(request, "uncoded-list", query),
        "sections": sections(request, current="rule-list"),
        "freshness": badge(request),
        "clear_href": request.path,
    }
    return render(request, "investments/rules.html", context)


def _answer(rules: tuple[RuleRow, ...]) -> str:
    in_force = [rule for rule in rules if not rule.is_archived]
    if not in_force:
        return "No coding rule says yet which accounts belong to which initiative."
    many = f"{len(in_force)} coding rule{'' if len(in_force) == 1 else 's'}"
    return f"{many} say whose dollars are whose. The first rule that matches an account counts it."


def _lines(
    request: DistrictRequest,
    *,
    rules: tuple[RuleRow, ...],
    table: Table,
    state: str,
    chosen: tuple[int, str] | None,
) -> list[RuleLine]:
    last = max((rule.place for rule in rules), default=0)
    query = {"slice": f"{chosen[0]}-{chosen[1]}" if chosen else "", "state": state}
    return [
        RuleLine(
            rule=rule,
            row=row,
            up=max(1, rule.place - 1),
            down=min(last, rule.place + 1),
            move_href=link(request, "rule-move", query, rule_id=rule.id),
            edit_href=link(request, "rule-edit", rule_id=rule.id),
            archive_href=link(request, "rule-archive", rule_id=rule.id),
            restore_href=link(request, "rule-restore", rule_id=rule.id),
        )
        for rule, row in zip(rules, table.rows, strict=True)
    ]
