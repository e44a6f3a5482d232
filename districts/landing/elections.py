"""Which filing of a slice counts: the newest by filing date, whatever the order of arrival."""

from __future__ import annotations

import zlib
from collections.abc import Iterable

from django.db import connection

from districts.landing.kinds import Slice
from districts.models import Filing, Upload
from districts.tenancy import current_district_id

SliceKey = tuple[str, str, int, str]


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


def elect_current(keys: Iterable[SliceKey]) -> None:
    """Make the newest filing of each slice the current one. Call under `lock_filings`."""
    for family, subject, fiscal_year, ledger in sorted(set(keys)):
        filings = Filing.objects.filter(
            family=family, subject=subject, fiscal_year=fiscal_year, ledger=ledger
        )
        newest = filings.order_by("-filed_at", "-created_at", "-id").first()
        if newest is None or newest.is_current:
            continue
        filings.filter(is_current=True).update(is_current=False)
        filings.filter(pk=newest.pk).update(is_current=True)
