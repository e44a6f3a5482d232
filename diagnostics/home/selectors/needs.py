"""What needs someone: pure reading of what home has loaded; must not query."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from diagnostics.home.selectors.dollars import NO_SPENDING, YearMeter
from diagnostics.home.selectors.initiatives import InitiativeLine
from diagnostics.home.selectors.state import WaitingUpload
from districts import formatting

REVIEW_SOON = timedelta(days=90)


@dataclass(frozen=True, kw_only=True)
class Need:
    """One thing that waits for a person. `about` says where to go: a page of the product."""

    words: str
    detail: str
    about: str
    initiative_ids: tuple[UUID, ...] = ()
    upload_id: UUID | None = None


def list_needs(
    *,
    initiatives: Sequence[InitiativeLine],
    uploads: Iterable[WaitingUpload],
    meter: YearMeter | None,
    failed: Sequence[str],
    today: date,
) -> tuple[Need, ...]:
    """Return what needs someone, the most urgent first."""
    needs = [_failed(failed)] if failed else []
    needs += [_upload(one) for one in uploads]
    needs += _reviews(initiatives=initiatives, today=today)
    needs += _missing(
        initiatives, about="coding", noun="no dollars coded to it", is_missing=lambda one: not one.rule_count
    )
    needs += _missing(
        initiatives, about="owner", noun="no owner", is_missing=lambda one: one.owner_id is None
    )
    needs += _missing(
        initiatives,
        about="schools",
        noun="no schools named, so there is no comparison",
        is_missing=lambda one: one.is_judged and not one.school_count,
    )
    if meter is not None and meter.not_yet_coded >= NO_SPENDING:
        needs.append(_not_coded(meter))
    return tuple(needs)


def needy_ids(needs: Iterable[Need]) -> frozenset[UUID]:
    """Return the initiatives that need someone."""
    return frozenset(one for need in needs for one in need.initiative_ids)


def _failed(failed: Sequence[str]) -> Need:
    names = ", ".join(name.replace("_", " ") for name in failed)
    return Need(
        words="A calculation failed and is tried again",
        detail=f"{names}. The numbers shown are the last good ones.",
        about="failed",
    )


def _upload(one: WaitingUpload) -> Need:
    return Need(
        words=f"{one.filename}: {one.state_label.lower()}", detail="", about="upload", upload_id=one.id
    )


def _reviews(*, initiatives: Iterable[InitiativeLine], today: date) -> list[Need]:
    due = sorted(
        (one for one in initiatives if not one.is_decided and one.review_on <= today + REVIEW_SOON),
        key=lambda one: one.review_on,
    )
    return [
        Need(
            words=f"{one.name}: its review {'was' if one.review_on < today else 'is'} due on"
            f" {formatting.day(one.review_on)}",
            detail=f"The rule agreed beforehand: {one.review_rule}",
            about="review" if one.is_judged else "",
            initiative_ids=(one.id,),
        )
        for one in due
    ]


def _missing(
    initiatives: Iterable[InitiativeLine],
    *,
    about: str,
    noun: str,
    is_missing: Callable[[InitiativeLine], bool],
) -> list[Need]:
    found = [one for one in initiatives if is_missing(one)]
    if not found:
        return []
    if len(found) == 1:
        words, detail = f"{found[0].name} has {noun}", ""
    else:
        words, detail = f"{len(found)} initiatives have {noun}", ", ".join(one.name for one in found) + "."
    if len(found) > 1:
        words = words.replace("coded to it", "coded to them")
    return [Need(words=words, detail=detail, about=about, initiative_ids=tuple(one.id for one in found))]


def _not_coded(meter: YearMeter) -> Need:
    amount = formatting.dollars_short(meter.not_yet_coded)
    return Need(
        words=f"{amount} spent in {formatting.fiscal_year(meter.fiscal_year)} is not yet coded",
        detail="No rule says whether it belongs to an initiative, to core operations, or cannot be split.",
        about="not_coded",
    )
