"""What a demo district is made of, in the same shape for each; must not touch the database."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from districts.landing.kinds import FileMap
from districts.landing.reader import ReadOptions
from srm.demo_district.definition import (
    BandDefinition,
    GoalDefinition,
    InitiativeDefinition,
    MetricDefinition,
)

FOLDER = Path(__file__).resolve().parent.parent.parent / "demo"


@dataclass(frozen=True, kw_only=True)
class DemoFile:
    """One file to land; without answers the product finds out what it is.

    links: column code -> name of the initiative that a person says it is.
    """

    path: Path
    kind: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    sheet: str = ""
    header_row: int | None = None
    more: Sequence[FileMap] = ()
    links: Mapping[str, str] = field(default_factory=dict)

    def file_map(self, links: Mapping[str, str]) -> FileMap | None:
        """Give the map of its columns; links: column code -> initiative's id."""
        if not self.answers:
            return None
        linked = {f"initiative_{code}": key for code, key in links.items()}
        return FileMap(
            options=ReadOptions(sheet=self.sheet, header_row=self.header_row),
            values={**self.answers, **linked},
            more=tuple(self.more),
        )


@dataclass(frozen=True, kw_only=True)
class RuleDefinition:
    """One more coding rule of an initiative."""

    initiative: str
    name: str
    patterns: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class PlanDefinition:
    """An evaluation plan written after its results: it says so, and its verdict is capped."""

    initiative: str
    metric: str
    bar: str
    baseline_year: int
    first_year: int
    outcome_year: int
    note: str
    group: str = "all"
    design: str = "difference_in_differences"
    chosen_by: str = "need"
    chosen_by_note: str = ""


@dataclass(frozen=True, kw_only=True)
class Story:
    """One demo district: who it is, what it decided, and its files, those that name initiatives last."""

    slug: str
    name: str
    state: str
    settings: Mapping[str, object]
    metrics: Sequence[MetricDefinition]
    goals: Sequence[GoalDefinition]
    initiatives: Sequence[InitiativeDefinition]
    bands: Sequence[BandDefinition]
    rules: Sequence[RuleDefinition] = ()
    make_schools: Callable[[], object]
    files: Callable[[], Sequence[DemoFile]]
    later_files: Callable[[], Sequence[DemoFile]]
    plans: Sequence[PlanDefinition]
    names: Mapping[str, str] = field(default_factory=dict)
    """How files name schools -> the district's code, `left_out` or `other`."""
    origin: str = ""

    @property
    def departments(self) -> tuple[str, ...]:
        """The departments that own its initiatives."""
        return tuple(sorted({one.department for one in self.initiatives}))
