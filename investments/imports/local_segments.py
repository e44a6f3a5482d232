"""What the district calls its own segments, learnt from the map of a ledger."""

from __future__ import annotations

from districts.landing.kinds import FileMap
from investments.models import LocalSegment


def name_local_segments(*, file_map: FileMap) -> None:
    """Name each local segment after its column, unless the district has named it already."""
    for segment in ("local_1", "local_2", "local_3", "local_4"):
        column = file_map.get(segment)
        if column:
            LocalSegment.objects.get_or_create(segment=segment, defaults={"label": column[:60]})
