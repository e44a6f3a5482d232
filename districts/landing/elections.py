"""Which filing of a slice counts: the newest by filing date, whatever the order of arrival.

Of actuals a closed year comes before a year to date, and a later last day before an earlier one.
"""

from __future__ import annotations

import datetime
import zlib
from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import connection
from django.db.models import F

from districts.landing.kinds import Slice
from districts.models import Filing, Upload
from districts.tenancy import current_district_id

SliceKey = tuple[str, str, int, str]
CURRENT_FIRST = (F("through_on").desc(nulls_first=True), "-filed_at", "-created_at", "-id")
"""The order of the filings of one slice: the first is the current one."""


def lock_filings() -> None:
    """Let one transaction at a time change the filings of the open district."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, %s)",
            [current_district_id(), zlib.crc32(b"filings") - 2**31],
        )


def file_slices(*, upload: Upload, family: str, slices: Iterable[Slice]) -> dict[int, Filing]:
    """Create a filing for each slice of an upload, by slice number."""
    return {
        one.number: Filing.objects.create(
            upload=upload,
            family=family,
            subject=one.subject,
            fiscal_year=one.fiscal_year,
            ledger=one.ledger,
            period=one.period,
            through_on=one.through_on,
            filed_at=one.filed_at,
            row_count=int(one.control_totals.get("rows", 0)),
            control_totals=one.control_totals,
        )
        for one in slices
    }


def slice_key(filing: Filing) -> SliceKey:
    """Name the slice a filing is of."""
    return (filing.family, filing.subject, filing.fiscal_year, filing.ledger)


def find_following(filings: Sequence[Filing]) -> dict[UUID, Filing]:
    """Give by filing the one that is first of its slice once all of these are gone, with its upload. One query."""
    others = (
        Filing.objects.filter(
            family__in={one.family for one in filings}, fiscal_year__in={one.fiscal_year for one in filings}
        )
        .exclude(pk__in=[one.pk for one in filings])
        .select_related("upload")
        .order_by(*CURRENT_FIRST)
    )
    first: dict[SliceKey, Filing] = {}
    for one in others:
        first.setdefault(slice_key(one), one)
    return {one.pk: first[slice_key(one)] for one in filings if slice_key(one) in first}


def would_count(
    *,
    through_on: datetime.date | None,
    filed_at: datetime.datetime,
    current_through_on: datetime.date | None,
    current_filed_at: datetime.datetime,
) -> bool:
    """Say whether a filing that arrives now comes before the current one of its slice, by CURRENT_FIRST."""
    return (through_on or datetime.date.max, filed_at) >= (
        current_through_on or datetime.date.max,
        current_filed_at,
    )


def elect_current(keys: Iterable[SliceKey]) -> None:
    """Make the first filing of each slice, by CURRENT_FIRST, the current one. Call under `lock_filings`."""
    for family, subject, fiscal_year, ledger in sorted(set(keys)):
        filings = Filing.objects.filter(
            family=family, subject=subject, fiscal_year=fiscal_year, ledger=ledger
        )
        newest = filings.order_by(*CURRENT_FIRST).first()
        if newest is None or newest.is_current:
            continue
        filings.filter(is_current=True).update(is_current=False)
        filings.filter(pk=newest.pk).update(is_current=True)
