"""What results say of a metric, as far as they are published; read through SRM_RESULTS, must not write.

Strategy does not know who keeps results: the setting names the function, as ROOT_URLCONF names the addresses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

TENTH = Decimal("0.1")
MOST_NAMED = 12


@dataclass(frozen=True, kw_only=True)
class Published:
    """The district's own results of a metric: groups, and values by group and school year.

    A value that is hidden or only bounded is not among them. No groups: no results have arrived.
    """

    groups: tuple[str, ...] = ()
    values: Mapping[tuple[str, int], Decimal] = field(default_factory=dict)

    def differs_from(self, *, group: str, school_year: int, value: Decimal) -> Decimal | None:
        """Return the published value where it differs from `value` to one decimal; None else."""
        known = self.values.get((group, school_year))
        if known is None or _tenths(known) == _tenths(value):
            return None
        return _tenths(known)


def name_groups(groups: Sequence[str]) -> str:
    """Say which groups have results, the first dozen by name; empty without any."""
    if not groups:
        return ""
    more = f" and {len(groups) - MOST_NAMED} more" if len(groups) > MOST_NAMED else ""
    return f"Groups with results: {', '.join(groups[:MOST_NAMED])}{more}."


def get_published(*, metric_id: UUID) -> Published:
    """Return what results say of a metric."""
    read: Callable[..., Published] = import_string(settings.SRM_RESULTS)
    return read(metric_id=metric_id)


def _tenths(value: Decimal) -> Decimal:
    return value.quantize(TENTH, rounding=ROUND_HALF_UP)
