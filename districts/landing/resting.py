"""What people entered on the filings of an upload, and where an undo can take it along. Must not write."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from districts.landing.elections import find_following
from districts.landing.recognition import list_kinds
from districts.models import Filing


@dataclass(frozen=True, kw_only=True)
class RestingLine:
    """What rests on one filing; next_filename is empty where no filing would count again in its place."""

    words: str
    next_filename: str
    next_filed_at: datetime.datetime | None


@dataclass(frozen=True, kw_only=True)
class RestingOnUpload:
    """What rests on an upload's filings. stamp: what the person saw, for the undo to compare; empty for nothing.

    moves: from each filing to the one that counts again. name, permission and way_out are the kind's.
    """

    lines: tuple[RestingLine, ...]
    stamp: str
    moves: Mapping[UUID, UUID]
    name: str
    permission: str
    way_out: str

    @property
    def can_come_along(self) -> bool:
        """Say whether a filing counts again for everything that rests on the upload."""
        return bool(self.lines) and all(line.next_filename for line in self.lines)


NOTHING = RestingOnUpload(lines=(), stamp="", moves={}, name="", permission="", way_out="")


def find_resting(*, upload_id: UUID) -> RestingOnUpload:
    """Find what people entered on the filings of an upload; nothing where its kind is no more. Three queries."""
    filings = list(Filing.objects.filter(upload_id=upload_id).select_related("upload").order_by("pk"))
    if not filings:
        return NOTHING
    kind = next((one for one in list_kinds() if one.name == filings[0].upload.kind), None)
    if kind is None:
        return NOTHING
    by_filing = {one.filing_id: one for one in kind.list_resting([one.pk for one in filings])}
    following = find_following(filings) if by_filing else {}
    lines, moves = [], {}
    for one in sorted(filings, key=lambda one: (one.fiscal_year, one.ledger)):
        if one.pk not in by_filing:
            continue
        after = following.get(one.pk) if one.is_current else None
        if after is not None:
            moves[one.pk] = after.pk
        lines.append(
            RestingLine(
                words=by_filing[one.pk].words,
                next_filename=after.upload.filename if after else "",
                next_filed_at=after.filed_at if after else None,
            )
        )
    return RestingOnUpload(
        lines=tuple(lines),
        stamp=" ".join(
            f"{pk}>{moves.get(pk, '')}:{resting.stamp}" for pk, resting in sorted(by_filing.items())
        ),
        moves=moves,
        name=kind.resting_name,
        permission=kind.resting_permission,
        way_out=kind.resting_way_out,
    )
