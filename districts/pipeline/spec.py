"""What srm/pipeline.py lists, and how it is found; must not know any calculation."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from districts.models import CalculationRun


@dataclass(frozen=True)
class Recompute:
    """One run of one calculation of one district: what it may know of its surroundings."""

    district_id: int
    run: "CalculationRun"
    now: datetime


@dataclass(frozen=True)
class Outcome:
    """What a recompute did: rows opened or closed, and the fingerprint of what it read."""

    changed_rows: int
    fingerprint: str


@dataclass(frozen=True)
class Calculation:
    """A result computed whole, from source, whenever one of the inputs it reads is marked.

    `reads` names inputs or earlier calculations.
    """

    name: str
    version: str
    reads: tuple[str, ...]
    recompute: Callable[[Recompute], Outcome]


class Busy(Exception):
    """Raised by work that has to wait for other work: it stays marked, and the sweep tries it again."""


@dataclass(frozen=True)
class Job:
    """Work on one thing (`ref`), such as reading one upload."""

    name: str
    run: Callable[[str], None]
    give_up: Callable[[str, str], None]


@dataclass(frozen=True)
class Pipeline:
    """Everything the machine does, in the order in which it does it."""

    file_kinds: tuple[Any, ...]
    jobs: tuple[Job, ...]
    calculations: tuple[Calculation, ...]

    def targets_of(self, name: str) -> tuple[str, ...]:
        """Return the names of what must run when `name` (an input or a calculation) changed."""
        if any(job.name == name for job in self.jobs):
            return (name,)
        return tuple(c.name for c in self.calculations if name in c.reads)

    def read_by(self, name: str) -> tuple[str, ...]:
        """Return the names of the calculations that a calculation reads, and of those they read, in order."""
        wanted = {name}
        for one in reversed(self.calculations):
            if one.name in wanted:
                wanted.update(one.reads)
        return tuple(c.name for c in self.calculations if c.name in wanted and c.name != name)

    def find(self, target: str) -> Job | Calculation:
        """Return the job or calculation of that name; raises KeyError when there is none."""
        items: tuple[Job | Calculation, ...] = (*self.jobs, *self.calculations)
        for item in items:
            if item.name == target:
                return item
        raise KeyError(target)


@cache
def get_pipeline() -> Pipeline:
    """Return the pipeline named by the setting SRM_PIPELINE, as Django finds ROOT_URLCONF."""
    pipeline: Pipeline = import_string(settings.SRM_PIPELINE)
    return pipeline
