"""Home's panels as the template shows them: goals, needs, changes, the meter; must not query."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from diagnostics.home.selectors import Change, GoalDollars, Home, Need
from diagnostics.home.selectors.dollars import YearMeter
from diagnostics.links import allowed, link
from districts import formatting
from districts.access.decorators import DistrictRequest
from districts.access.permissions import Permission
from districts.parts import Band, BandTone, Meter

CHANGES_SHOWN = 8
_BANDS = (
    ("coded", "Coded to initiatives", BandTone.CODED),
    ("core", "Core operations, by rule", BandTone.CORE),
    ("not_split", "Cannot be split in this file", BandTone.NOT_SPLIT),
    ("not_yet_coded", "Not yet coded", BandTone.NOT_CODED),
)


@dataclass(frozen=True, kw_only=True)
class Item:
    """A line of a list: words, what is behind them, and where to go."""

    words: str
    detail: str = ""
    href: str = ""
    action: str = ""
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class GoalItem:
    """A strategic goal with the dollars behind it."""

    item: GoalDollars
    href: str


def goal_items(request: DistrictRequest, *, home: Home) -> tuple[GoalItem, ...]:
    """Return strategic goals, each leading to its initiatives in the table below."""
    here = link(request, "diagnostics:home-show")
    return tuple(
        GoalItem(item=one, href=f"{here}?goal={one.goal.id}#initiatives" if one.initiative_count else "")
        for one in home.goals
    )


def need_items(request: DistrictRequest, *, home: Home) -> tuple[Item, ...]:
    """Return what needs someone, each with the page where it is done if this person may open it.

    An unfinished upload is shown to those who may finish it.
    """
    may_upload = allowed(request, Permission.UPLOAD)
    return tuple(_need(request, one) for one in home.needs if may_upload or one.upload_id is None)


def _need(request: DistrictRequest, need: Need) -> Item:
    if need.upload_id and allowed(request, Permission.VIEW_DATA):
        href = link(request, "landing:upload-show", upload_id=need.upload_id)
        return Item(words=need.words, detail=need.detail, href=href, action="Open the upload")
    may_code = allowed(request, Permission.VIEW_LEDGER)
    if need.about == "not_coded" and may_code:
        href = link(request, "investments:uncoded-list")
        return Item(words=need.words, detail=need.detail, href=href, action="See what it is")
    if need.about == "coding" and may_code:
        return Item(
            words=need.words,
            detail=need.detail,
            href=link(request, "investments:rule-list"),
            action="Open coding rules",
        )
    if need.about == "owner":
        href = link(request, "strategy:initiative-list", {"owner": "none"})
        return Item(words=need.words, detail=need.detail, href=href, action="Show them")
    if need.about == "review":
        href = link(request, "diagnostics:review-show", initiative_id=need.initiative_ids[0])
        return Item(words=need.words, detail=need.detail, href=href, action="Open the review")
    if need.initiative_ids:
        href = link(request, "diagnostics:initiative-show", initiative_id=need.initiative_ids[0])
        is_one = len(need.initiative_ids) == 1
        return Item(
            words=need.words, detail=need.detail, href=href, action="Open it" if is_one else "Open the first"
        )
    return Item(words=need.words, detail=need.detail)


def recent_changes(request: DistrictRequest, *, home: Home) -> tuple[tuple[Item, ...], int]:
    """Return the newest changes and how many more there are."""
    shown = home.changes[:CHANGES_SHOWN]
    return tuple(_change(request, one) for one in shown), len(home.changes) - len(shown)


def _change(request: DistrictRequest, change: Change) -> Item:
    href = ""
    if change.initiative_id:
        href = link(request, "diagnostics:initiative-show", initiative_id=change.initiative_id)
    elif change.upload_id and allowed(request, Permission.VIEW_DATA):
        href = link(request, "landing:upload-show", upload_id=change.upload_id)
    words = f"{change.who} {change.words}" if change.who else change.words
    return Item(words=words[:1].upper() + words[1:], href=href, at=change.at)


def coding_meter(request: DistrictRequest, *, home: Home) -> Meter | None:
    """Return the bands of the last year of actuals, or None without spending."""
    spending = home.spending
    if spending is None or spending.total <= 0:
        return None
    href = link(request, "investments:uncoded-list") if allowed(request, Permission.VIEW_LEDGER) else ""
    year = formatting.fiscal_year(spending.fiscal_year)
    return Meter(
        label=f"All {formatting.dollars_short(spending.total)} spent in {year}, all funds",
        bands=tuple(
            _band(spending, name=name, label=label, tone=tone, href=href) for name, label, tone in _BANDS
        ),
    )


def _band(spending: YearMeter, *, name: str, label: str, tone: BandTone, href: str) -> Band:
    amount = getattr(spending, name)
    return Band(
        label=label,
        percent=float(max(amount, 0) / spending.total * 100),
        amount=formatting.dollars_short(amount),
        exact=formatting.dollars_exact(amount),
        tone=tone,
        href=href if name == "not_yet_coded" and amount >= 1 else "",
    )
