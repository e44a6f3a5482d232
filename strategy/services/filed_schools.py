"""Schools that files say an initiative has: kept beside those a person named; must not read a file."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction

from districts.pipeline.marks import mark
from strategy.models import InitiativeSchool


@dataclass(frozen=True, kw_only=True)
class FiledSchool:
    """A school an initiative has by a filing, from when to when, and how we know."""

    initiative_id: UUID
    school_id: UUID
    filing_id: UUID
    serves_from: date | None
    serves_to: date | None
    source: str


@transaction.atomic
def set_filed_schools(*, wanted: Sequence[FiledSchool], family_kinds: Collection[str]) -> int:
    """Make the schools known by files of these kinds exactly the wanted ones; returns how many rows changed.

    What a person named stays as it is, and comes before a file.
    """
    there = {
        (one.initiative_id, one.school_id): one
        for one in InitiativeSchool.objects.filter(filing__upload__kind__in=list(family_kinds))
    }
    by_hand = set(
        InitiativeSchool.objects.exclude(pk__in=[one.pk for one in there.values()]).values_list(
            "initiative_id", "school_id"
        )
    )
    changed, kept = 0, set()
    for one in wanted:
        key = (one.initiative_id, one.school_id)
        if key in by_hand:
            continue
        kept.add(key)
        row = there.get(key)
        values = {
            "filing_id": one.filing_id,
            "serves_from": one.serves_from,
            "serves_to": one.serves_to,
            "source": one.source,
        }
        if row is None:
            InitiativeSchool.objects.create(
                initiative_id=one.initiative_id, school_id=one.school_id, **values
            )
        elif any(getattr(row, name) != value for name, value in values.items()):
            InitiativeSchool.objects.filter(pk=row.pk).update(**values)
        else:
            continue
        changed += 1
    gone = [row.pk for key, row in there.items() if key not in kept]
    InitiativeSchool.objects.filter(pk__in=gone).delete()
    changed += len(gone)
    if changed:
        mark(name="initiatives")
    return changed
