"""What a preview was compared with, and whether that is still what counts. Must not compare amounts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from districts.landing.kinds import Slice
from districts.models import Filing

Base = list[dict[str, Any]]


def read_base(*, family: str, slices: Iterable[Slice]) -> Base:
    """Name the filing of each slice that counts now, as JSON-ready values. One query.

    Read it before comparing, so that a filing that arrives in between is noticed at the import.
    """
    wanted = sorted((one.subject, one.fiscal_year, one.ledger) for one in slices)
    counting = {
        (one.subject, one.fiscal_year, one.ledger): one
        for one in Filing.objects.filter(
            is_current=True, family=family, subject__in={subject for subject, _, _ in wanted}
        ).select_related("upload")
    }
    return [
        {
            "slice": [subject, year, ledger],
            "filing": str(found.pk) if found else "",
            "filename": found.upload.filename if found else "",
        }
        for subject, year, ledger in wanted
        for found in [counting.get((subject, year, ledger))]
    ]


def describe_change(*, preview: Mapping[str, Any], now: Base) -> str:
    """Say what came between a preview and now, for a person to read; empty where nothing did."""
    before: Base | None = preview.get("base")
    if before is None:
        return "It is not known what the preview was compared with."
    if [(one["slice"], one["filing"]) for one in before] == [(one["slice"], one["filing"]) for one in now]:
        return ""
    known = {one["filing"] for one in before}
    arrived = sorted({one["filename"] for one in now if one["filing"] and one["filing"] not in known})
    kept = {
        str(pk) for pk in Filing.objects.filter(pk__in=[f for f in known if f]).values_list("pk", flat=True)
    }
    gone = sorted({one["filename"] for one in before if one["filing"] and one["filing"] not in kept})
    parts = [
        *([f"{_named(gone)} undone"] if gone else []),
        *([f"{_named(arrived)} imported for the same years"] if arrived and not gone else []),
    ]
    return f"Since the preview was made, {parts[0] if parts else 'what counts has changed'}."


def _named(names: list[str]) -> str:
    words = ", ".join(f"“{name}”" for name in names[:3])
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"{words}{more} {'was' if len(names) == 1 else 'were'}"
