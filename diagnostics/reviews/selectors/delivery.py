"""How well an initiative was delivered, as a review shows it; must not judge."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from diagnostics.evaluation.selectors.counting import list_counting
from diagnostics.evaluation.selectors.delivery import read_delivery
from diagnostics.models import CheckIn
from diagnostics.reviews.evidence import Fact, Part
from districts import formatting

TITLE = "How well it was delivered"


def delivery_part(*, initiative_id: UUID, today: date) -> Part:
    """Return what check-ins say, in shares and never in students: of a locked plan its own months, else all."""
    rows = list_counting(initiative_ids=(initiative_id,))
    if not rows:
        words = ("No check-in has been made: nobody has said how much of it reached students.",)
        return Part(key="delivery", title=TITLE, words=words)
    months = sorted(one.month for one in rows)
    facts = [
        Fact(
            label="Check-ins",
            value=formatting.number(len(rows)),
            note=f"By school and month, at {_schools(rows)}, {months[0]:%b %Y} to {months[-1]:%b %Y}.",
        )
    ]
    found = read_delivery(initiative_ids=(initiative_id,), as_of=today).get(initiative_id)
    if found is not None:
        facts.append(
            Fact(
                label="School-months with a check-in",
                value=formatting.percent(found.covered * 100, 0),
                note=f"{found.reported} of {found.expected} that its evaluation plan asks for so far.",
            )
        )
        dosage = None if found.dosage is None else found.dosage * 100
    else:
        planned = sum(one.planned_dosage for one in rows)
        dosage = float(sum(one.delivered_dosage for one in rows) / planned * 100) if planned else None
    value = "Not known" if dosage is None else formatting.percent(dosage, 0)
    facts.append(
        Fact(label="Delivered of what was planned", value=value, note="Dosage over these check-ins.")
    )
    return Part(key="delivery", title=TITLE, facts=tuple(facts))


def _schools(rows: Sequence[CheckIn]) -> str:
    count = len({one.school_id for one in rows})
    return f"{count} school{'' if count == 1 else 's'}"
