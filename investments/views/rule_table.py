"""Coding rules in the order they apply, as a table; must not query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from districts import formatting
from districts.access.decorators import DistrictRequest
from districts.exports import ALL_ROWS
from districts.tables import Cell, CellValue, Column, Empty, Kind, Table, make_table
from investments.models import CodingRule
from investments.selectors import RuleRow
from investments.views.parts import initiative_href, link

COLUMNS = (
    Column(key="place", label="Order", kind=Kind.NUMBER, is_sortable=False),
    Column(key="name", label="Rule", is_sortable=False, is_heading=True),
    Column(key="owner", label="Whose dollars", is_sortable=False),
    Column(key="accounts", label="Accounts", is_sortable=False),
    Column(key="share", label="Share", kind=Kind.PERCENT, is_sortable=False),
    Column(key="caught", label="Caught", kind=Kind.MONEY, unit="what it matches", is_sortable=False),
    Column(key="counted", label="Counted", kind=Kind.MONEY, unit="what it gets", is_sortable=False),
    Column(
        key="elsewhere",
        label="Counted elsewhere",
        kind=Kind.MONEY,
        unit="an earlier rule has it",
        is_sortable=False,
    ),
)


def rule_table(
    request: DistrictRequest,
    *,
    rules: Sequence[RuleRow],
    labels: Mapping[str, str],
    slice_words: str,
    counted_query: Mapping[str, str],
    can_edit: bool,
) -> Table:
    """Return all rules, never a page of them: their order is what matters."""
    caption = f"Coding rules in the order they apply{f', dollars of {slice_words}' if slice_words else ''}"
    return make_table(
        key="rules",
        caption=caption,
        columns=COLUMNS,
        records=rules,
        cells=lambda rule: _cells(request, rule=rule, labels=labels, counted_query=counted_query),
        query=request.GET.dict(),
        page_size=ALL_ROWS,
        export_base=request.path,
        empty=Empty(
            title="No coding rules yet",
            text="A rule says which accounts belong to an initiative. Start from the largest dollars that are nobody's.",
            action_label="Show what is not yet coded" if can_edit else "",
            action_href=link(request, "uncoded-list") if can_edit else "",
        ),
    )


def patterns_words(*, patterns: Sequence[tuple[str, str]], labels: Mapping[str, str]) -> str:
    """Say which accounts a rule names: `Fund 12; Resource 5025, 6105`."""
    return "; ".join(f"{labels.get(name, name)} {text.replace(',', ', ')}" for name, text in patterns)


def _cells(
    request: DistrictRequest, *, rule: RuleRow, labels: Mapping[str, str], counted_query: Mapping[str, str]
) -> tuple[CellValue, ...]:
    years = _years(rule)
    notes = [f"{formatting.dollars_short(one.amount)} by {one.rule_name}" for one in rule.elsewhere]
    return (
        Cell(value=rule.place or None),
        Cell(value=rule.name, note="Archived" if rule.is_archived else ""),
        _owner(request, rule),
        Cell(value=patterns_words(patterns=rule.patterns, labels=labels), note=years),
        rule.share * 100,
        rule.caught,
        Cell(value=rule.counted, href=_counted_href(request, rule=rule, query=counted_query)),
        Cell(value=rule.caught - rule.counted, note="; ".join(notes)),
    )


def _owner(request: DistrictRequest, rule: RuleRow) -> Cell:
    if rule.initiative_id:
        return Cell(value=rule.initiative_name, href=initiative_href(request, rule.initiative_id))
    return Cell(value=str(CodingRule.Band(rule.band).label))


def _counted_href(request: DistrictRequest, *, rule: RuleRow, query: Mapping[str, str]) -> str:
    """Lead to the rows of all that the rule's initiative, or band, counts."""
    if not query or rule.is_archived:
        return ""
    about = {"initiative": str(rule.initiative_id)} if rule.initiative_id else {"band": rule.band}
    return link(request, "counted-list", dict(query) | about)


def _years(rule: RuleRow) -> str:
    first, last = rule.first_fiscal_year, rule.last_fiscal_year
    if first and last:
        return f"{formatting.fiscal_year(first)} to {formatting.fiscal_year(last)}"
    if first:
        return f"From {formatting.fiscal_year(first)}"
    return f"Until {formatting.fiscal_year(last)}" if last else ""
