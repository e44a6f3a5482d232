"""What a file of check-ins would change, month by month, against those that count now. Must not write."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection

from diagnostics.evaluation.selectors import list_counting
from diagnostics.models import CheckIn
from districts.landing.elections import would_count
from districts.landing.kinds import Reading, Slice
from districts.models import Filing

Key = tuple[UUID, UUID, date]
Values = tuple[Decimal, Decimal, int | None, int | None, str]


def describe_slices(*, stage: str, reading: Reading, family: str) -> list[dict[str, Any]]:
    """Compare each staged month with what counts now: new, changed, removed, unchanged. Four queries."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT slice, initiative, school, month, planned, delivered, assigned, reached,"
            f" coalesce(note, '') FROM {stage}"
        )
        staged = cursor.fetchall()
    counting = {
        (one.initiative_id, one.school_id, one.month): one
        for one in list_counting(
            initiative_ids={row[1] for row in staged}, months={row[3] for row in staged}, with_files=True
        )
    }
    current = {
        (one.subject, one.fiscal_year, one.ledger): one
        for one in Filing.objects.filter(family=family, is_current=True).select_related("upload")
    }
    return [
        _describe(
            one,
            rows={(row[1], row[2], row[3]): tuple(row[4:]) for row in staged if row[0] == one.number},
            counting=counting,
            current=current.get((one.subject, one.fiscal_year, one.ledger)),
        )
        for one in reading.slice_list()
    ]


def _describe(
    one: Slice, *, rows: dict[Key, Values], counting: dict[Key, CheckIn], current: Filing | None
) -> dict[str, Any]:
    there = {key: _values(counting[key]) for key in rows if key in counting}
    same = sum(there[key] == rows[key] for key in there)
    gone = {
        key
        for key, found in counting.items()
        if current is not None and found.filing_id == current.pk and key not in rows
    }
    return {
        "subject": one.subject,
        "label": f"{one.subject}, {one.period}",
        "fiscal_year": one.fiscal_year,
        "ledger": one.ledger,
        "filed_at": one.filed_at.isoformat() if one.filed_at else "",
        "rows": len(rows),
        "control_totals": one.control_totals,
        "replaces": {"filename": current.upload.filename, "filed_at": current.filed_at.isoformat()}
        if current
        else None,
        "becomes_current": _becomes_current(one, current=current),
        "values": {
            "new": len(rows) - len(there),
            "changed": len(there) - same,
            "removed": len(gone),
            "same": same,
        },
    }


def _values(one: CheckIn) -> Values:
    return (
        one.planned_dosage,
        one.delivered_dosage,
        one.students_assigned,
        one.students_reached,
        one.note,
    )


def _becomes_current(one: Slice, *, current: Filing | None) -> bool:
    if current is None or one.filed_at is None:
        return True
    return would_count(
        through_on=one.through_on,
        filed_at=one.filed_at,
        current_through_on=current.through_on,
        current_filed_at=current.filed_at,
    )
