"""What was filed: the years of one upload, every feed, what an undo would change; read only."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Max, Min

from districts.landing.elections import find_following
from districts.models import Filing


@dataclass(frozen=True, kw_only=True)
class FilingRow:
    """One slice an upload brought, and whether it counts now."""

    id: UUID
    family: str
    subject: str
    fiscal_year: int
    ledger: str
    period: str
    filed_at: datetime.datetime
    through_on: datetime.date | None
    is_current: bool
    row_count: int
    control_totals: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Feed:
    """How fresh one kind of data is. open_years: those that run only through a day, with that day."""

    family: str
    subject: str
    filings: int
    first_year: int
    last_year: int
    newest_filed_at: datetime.datetime
    newest_through_on: datetime.date | None
    newest_filename: str
    newest_upload_id: UUID
    open_years: tuple[tuple[int, datetime.date], ...]


@dataclass(frozen=True, kw_only=True)
class FilingLine:
    """One filing of one slice: what it holds and whether it counts."""

    family: str
    subject: str
    fiscal_year: int
    ledger: str
    filed_at: datetime.datetime
    through_on: datetime.date | None
    is_current: bool
    row_count: int
    amount: str
    filename: str
    upload_id: UUID
    uploaded_at: datetime.datetime


@dataclass(frozen=True, kw_only=True)
class UndoEffect:
    """What happens to one slice when the upload that filed it is undone."""

    subject: str
    fiscal_year: int
    ledger: str
    through_on: datetime.date | None
    was_current: bool
    next_filename: str
    next_filed_at: datetime.datetime | None
    next_through_on: datetime.date | None


def list_filings(*, upload_id: UUID) -> list[FilingRow]:
    """List the slices an upload brought. One query."""
    return [
        FilingRow(
            id=one.pk,
            family=one.family,
            subject=one.subject,
            fiscal_year=one.fiscal_year,
            ledger=one.ledger,
            period=one.period,
            filed_at=one.filed_at,
            through_on=one.through_on,
            is_current=one.is_current,
            row_count=one.row_count,
            control_totals=one.control_totals,
        )
        for one in Filing.objects.filter(upload_id=upload_id).order_by("subject", "-fiscal_year")
    ]


def list_feeds() -> list[Feed]:
    """Say for each kind of data which years are there and when it was last filed. Two queries."""
    grouped = (
        Filing.objects.filter(is_current=True)
        .values("family", "subject")
        .annotate(
            filings=Count("id"),
            first=Min("fiscal_year"),
            last=Max("fiscal_year"),
            newest=Max("filed_at"),
        )
        .order_by("family", "subject")
    )
    current = list(Filing.objects.filter(is_current=True).select_related("upload").order_by("fiscal_year"))
    newest = {(one.family, one.subject, one.filed_at): one for one in current}
    still_open: dict[tuple[str, str], dict[int, datetime.date]] = {}
    for one in current:
        if one.through_on is not None:
            years = still_open.setdefault((one.family, one.subject), {})
            years[one.fiscal_year] = min(one.through_on, years.get(one.fiscal_year, one.through_on))
    feeds = []
    for group in grouped:
        last = newest[group["family"], group["subject"], group["newest"]]
        feeds.append(
            Feed(
                family=group["family"],
                subject=group["subject"],
                filings=group["filings"],
                first_year=group["first"],
                last_year=group["last"],
                newest_filed_at=group["newest"],
                newest_through_on=last.through_on,
                newest_filename=last.upload.filename,
                newest_upload_id=last.upload_id,
                open_years=tuple(still_open.get((group["family"], group["subject"]), {}).items()),
            )
        )
    return feeds


def list_all_filings() -> tuple[FilingLine, ...]:
    """List every filing, the current one of a slice before those it replaced. One query."""
    filings = Filing.objects.select_related("upload").order_by(
        "family", "subject", "-fiscal_year", "ledger", "-is_current", "-filed_at", "-id"
    )
    return tuple(
        FilingLine(
            family=one.family,
            subject=one.subject,
            fiscal_year=one.fiscal_year,
            ledger=one.ledger,
            filed_at=one.filed_at,
            through_on=one.through_on,
            is_current=one.is_current,
            row_count=one.row_count,
            amount=str(one.control_totals.get("amount", "")),
            filename=one.upload.filename,
            upload_id=one.upload_id,
            uploaded_at=one.upload.uploaded_at,
        )
        for one in filings
    )


def list_undo_effects(*, upload_id: UUID) -> tuple[UndoEffect, ...]:
    """Say slice by slice what counts again when an upload is undone. Two queries."""
    own = list(Filing.objects.filter(upload_id=upload_id).order_by("subject", "-fiscal_year"))
    following = find_following(own)
    effects = []
    for one in own:
        after = following.get(one.pk)
        effects.append(
            UndoEffect(
                subject=one.subject,
                fiscal_year=one.fiscal_year,
                ledger=one.ledger,
                through_on=one.through_on,
                was_current=one.is_current,
                next_filename=after.upload.filename if after else "",
                next_filed_at=after.filed_at if after else None,
                next_through_on=after.through_on if after else None,
            )
        )
    return tuple(effects)
