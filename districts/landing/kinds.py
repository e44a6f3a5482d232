"""What a kind of file is: how to recognise it, map it, read it, compare it and load it.

Another kind is one small class listed in srm/pipeline.py. Must not name any kind.
"""

from __future__ import annotations

import datetime
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

import polars as pl

from districts.errors import DomainError
from districts.landing.limits import Limits
from districts.landing.problems import Report
from districts.landing.reader import ReadOptions, Sample

FieldType = Literal["column", "columns", "parts", "several", "text", "choice", "date", "number"]


class MapIncomplete(DomainError):
    """The map of columns lacks something; the message says what, `field` names the question."""

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, kw_only=True)
class MapField:
    """One question of the mapping page. `type` column: which column; else a typed or chosen value.

    Questions of one `group` stand together; those of one `way` answer the group in one of several
    ways, so the others close once one is answered. `is_rare` questions are closed until answered; so are those
    of a way while the way named by `unless`, of any group, is answered.
    `parts` asks for each piece of the column `of` (a question), cut at the answer to `split_by`.
    `several` takes any number of the choices, kept one a line; `split_lines` reads them.
    """

    name: str
    label: str
    type: FieldType
    help: str = ""
    group: str = ""
    way: str = ""
    initial: str = ""
    is_required: bool = False
    is_rare: bool = False
    unless: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    of: str = ""
    split_by: str = ""


@dataclass(frozen=True, kw_only=True)
class FileMap:
    """The answers of the mapping page: how the file is laid out and what its columns mean."""

    options: ReadOptions = field(default_factory=ReadOptions)
    values: Mapping[str, str] = field(default_factory=dict)
    more: tuple[FileMap, ...] = ()
    """Further readings of the same file, for other columns or sheets; each is a map of its own."""

    def get(self, name: str) -> str:
        """Give the answer to one question, stripped; empty when there is none."""
        return str(self.values.get(name) or "").strip()

    def as_dict(self) -> dict[str, Any]:
        """Give the map as JSON-ready values."""
        own = {"options": asdict(self.options), "values": dict(self.values)}
        return {**own, "more": [one.as_dict() for one in self.more]} if self.more else own

    def readings(self) -> tuple[FileMap, ...]:
        """Give every reading of the file, this map's own first, each without the others."""
        return (replace(self, more=()), *self.more)

    def with_reading(self, number: int, reading: FileMap) -> FileMap:
        """Return the map with one reading put in its place; a number past the last adds one."""
        every = list(self.readings())
        every[number : number + 1] = [replace(reading, more=())]
        return replace(every[0], more=tuple(every[1:]))

    def without_reading(self, number: int) -> FileMap:
        """Return the map without one reading; the only one stays."""
        every = [one for place, one in enumerate(self.readings()) if place != number]
        return replace(every[0], more=tuple(every[1:])) if every else self

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> FileMap:
        """Read a saved map; unknown keys are ignored."""
        answers = values.get("values") or {}
        return cls(
            options=ReadOptions.from_dict(values.get("options") or {}),
            values={str(key): "" if value is None else str(value) for key, value in answers.items()},
            more=tuple(cls.from_dict(one) for one in values.get("more") or ()),
        )


@dataclass(frozen=True, kw_only=True)
class Source:
    """The file to read and what is known about the district it landed in."""

    path: Path
    file_name: str
    today: datetime.date
    district_state_code: str = ""
    fiscal_year_start_month: int = 7
    limits: Limits = field(default_factory=Limits)


@dataclass(kw_only=True)
class Slice:
    """One slice of one file: what a newer filing of the same slice replaces."""

    number: int
    subject: str
    fiscal_year: int
    ledger: str = "main"
    period: str = ""
    through_on: datetime.date | None = None
    """The last day covered, where actuals are of a year that is not closed yet."""
    filed_at: datetime.datetime | None = None
    control_totals: dict[str, str] = field(default_factory=dict)


@dataclass
class Reading:
    """One pass over one file: fills the report and the slices while its batches are drawn."""

    source: Source
    file_map: FileMap
    report: Report
    slices: dict[tuple[str, int, str], Slice] = field(default_factory=dict)
    notes: dict[str, Any] = field(default_factory=dict)

    def slice(self, *, subject: str, fiscal_year: int, ledger: str = "main", period: str = "") -> Slice:
        """Give the slice of that name, making it the first time."""
        key = (subject, fiscal_year, ledger)
        if key not in self.slices:
            self.slices[key] = Slice(
                number=len(self.slices),
                subject=subject,
                fiscal_year=fiscal_year,
                ledger=ledger,
                period=period,
            )
        return self.slices[key]

    def slice_list(self) -> list[Slice]:
        """Give the slices by number."""
        return sorted(self.slices.values(), key=lambda one: one.number)


@dataclass(frozen=True, kw_only=True)
class ShownRows:
    """Rows as they would be loaded, in words, for a person to look at."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """What an import wrote: facts by filing, and the inputs to mark as changed."""

    rows: int
    changed_inputs: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Resting:
    """What people entered on one filing: in words, and a stamp that changes when it does."""

    filing_id: UUID
    words: str
    stamp: str


class FileKind(ABC):
    """One kind of file. Stateless: one instance serves every upload."""

    name: str
    label: str
    explanation: str = ""
    intros: Mapping[str, str] = {}
    family: str
    permission: str = "upload"
    reads_more: bool = False
    """True where one file may be read several times: another metric, another sheet."""
    asks_filing_date: bool = False
    """True where the question `filed_on` says when a file was filed, since the file does not."""
    resting_name: str = ""
    """What people enter on filings of this kind; it needs `resting_permission` and is taken away by `resting_way_out`."""
    resting_permission: str = ""
    resting_way_out: str = ""
    stage: tuple[tuple[str, str], ...]
    changed_inputs: tuple[str, ...] = ()

    @abstractmethod
    def recognise(self, sample: Sample) -> float:
        """Say how surely the file is of this kind: 0 no, 1 certainly; from 0.9 nobody is asked."""

    def fields(self, sample: Sample, source: Source) -> tuple[MapField, ...]:
        """Give the questions of the mapping page; none when the kind needs no map."""
        return ()

    def guess(self, sample: Sample, source: Source) -> dict[str, str]:
        """Guess the answers from the head of the file."""
        return {}

    def check_map(self, sample: Sample, file_map: FileMap, source: Source) -> None:
        """Raise MapIncomplete when the map cannot be read with."""
        for question in self.fields(sample, source):
            answer = file_map.get(question.name)
            if question.is_required and not answer:
                raise MapIncomplete(f"Answer «{question.label}» to go on.", field=question.name)
            if not answer:
                continue
            if question.type == "column" and answer not in sample.columns:
                raise MapIncomplete(
                    f"«{question.label}» names the column «{answer}», which this file does not have.",
                    field=question.name,
                )
            allowed = {value for value, _ in question.choices}
            answers = split_lines(answer) if question.type == "several" else (answer,)
            if question.type in ("choice", "several") and not allowed.issuperset(answers):
                raise MapIncomplete(f"Choose one of the answers to «{question.label}».", field=question.name)
            if question.type == "date":
                _check_day(answer, question)

    def needs_person(self, sample: Sample, file_map: FileMap, source: Source) -> bool:
        """Say if a person must look at the guessed map before the file is read."""
        return sample.is_sheet_unclear and not file_map.options.sheet

    def describe_reading(self, file_map: FileMap) -> str:
        """Say in a few words what one reading of a file gives, where a file is read more than once."""
        return file_map.options.sheet

    def amount_columns(self, file_map: FileMap) -> tuple[str, ...]:
        """Name the columns of dollars, for what is said of rows that were left out."""
        return ()

    @abstractmethod
    def batches(self, reading: Reading) -> Iterator[pl.DataFrame]:
        """Read the file as frames with the stage's columns; everything else goes to the report."""

    def show_rows(self, frame: pl.DataFrame, reading: Reading) -> ShownRows:
        """Say in words what some staged rows mean; here as they stand."""
        names = tuple(name for name, _ in self.stage if name != "slice")
        return ShownRows(
            columns=tuple(name.replace("_", " ").capitalize() for name in names),
            rows=tuple(
                tuple("" if value is None else str(value) for value in row)
                for row in frame.select(names).iter_rows()
            ),
        )

    @abstractmethod
    def preview(self, stage: str, reading: Reading) -> dict[str, Any]:
        """Compare the staged rows with what is there, set-based; writes nothing lasting."""

    @abstractmethod
    def load(self, stage: str, reading: Reading, filings: Mapping[int, Any], upload_id: Any) -> Loaded:
        """Insert the staged rows under their filings (slice number to filing id)."""

    @abstractmethod
    def delete_facts(self, filing_ids: Sequence[Any], upload_id: Any) -> None:
        """Delete what an upload loaded; raises DomainError when something still needs it."""

    def list_resting(self, filing_ids: Sequence[UUID]) -> tuple[Resting, ...]:
        """List what people entered on filings, one for each that has anything."""
        return ()

    def take_along(self, moves: Mapping[UUID, UUID]) -> None:
        """Move what people entered on filings (from, to) to those that count again; audited, reversible."""

    def finish_quality(self, stage: str, reading: Reading) -> None:
        """Add the checks that need the staged rows or earlier filings to the report."""


def split_lines(answer: str) -> tuple[str, ...]:
    """Read the answer to a question of `several` choices."""
    return tuple(line for line in answer.split("\n") if line)


def _check_day(answer: str, question: MapField) -> None:
    try:
        parse_day(answer, label=question.label)
    except MapIncomplete as error:
        raise MapIncomplete(error.message, field=question.name) from error


def parse_day(text: str, *, label: str = "Date") -> datetime.date:
    """Read a typed day. Raises MapIncomplete."""
    for pattern in ("%Y-%m-%d", "%m/%d/%Y"):
        try:
            return datetime.datetime.strptime(text, pattern).replace(tzinfo=datetime.UTC).date()
        except ValueError:
            continue
    raise MapIncomplete(f"«{label}» must be a date such as 2026-06-30.")


def at_noon(day: datetime.date) -> datetime.datetime:
    """Turn a day a person gave into a moment that is that day in every US time zone."""
    return datetime.datetime(day.year, day.month, day.day, 20, tzinfo=datetime.UTC)
