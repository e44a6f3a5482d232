"""The evidence of a review as plain words and numbers that can be frozen; must not query or compute.

A review page and a decision's page show the same `Evidence`: one gathers it now, the other reads it from the
JSON that was kept. The JSON holds text, whole numbers and lists only, so that it comes back as it went in.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

FORMAT = 1


class EvidenceUnreadable(Exception):
    """What was kept is not evidence in a form this version reads."""


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One labelled statement."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Grid:
    """A small table of text; `numeric` are the places of columns of numbers."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Part:
    """One part of the evidence under a heading."""

    key: str
    title: str
    words: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    grids: tuple[Grid, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Everything a review page says of an initiative before anybody decides.

    as_of: when it was gathered; computed_at: the newest recompute it rests on; is_pending: whether one was
    still to come. runs: the runs that made the results shown, by calculation.
    """

    as_of: str
    computed_at: str
    is_pending: bool
    initiative_id: str
    initiative: str
    kind: str
    goal: str
    review_on: str
    review_rule: str
    verdict: str
    sentence: str
    reason: str
    known: tuple[str, ...]
    next_step: str
    parts: tuple[Part, ...]
    runs: dict[str, str]
    format: int = FORMAT

    @property
    def as_of_moment(self) -> datetime:
        return datetime.fromisoformat(self.as_of)

    @property
    def computed_moment(self) -> datetime | None:
        return datetime.fromisoformat(self.computed_at) if self.computed_at else None


_WHEN = {"as_of", "computed_at", "is_pending"}


def to_json(evidence: Evidence) -> dict[str, Any]:
    """Return the evidence as what is kept."""
    kept: dict[str, Any] = json.loads(json.dumps(asdict(evidence)))
    return kept


def hash_of(kept: object) -> str:
    """Return sha256 of kept evidence, whatever the order of its keys."""
    text = json.dumps(kept, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def stamp_of(evidence: Evidence) -> str:
    """Return what changes when anything that the page says changes, but not with the clock."""
    said = {name: value for name, value in to_json(evidence).items() if name not in _WHEN}
    return hash_of(said)


def from_json(kept: object) -> Evidence:
    """Return the evidence that was kept; raises EvidenceUnreadable."""
    try:
        if not isinstance(kept, Mapping) or kept["format"] != FORMAT:
            raise EvidenceUnreadable
        names = {one.name for one in fields(Evidence)}
        plain = {name: value for name, value in kept.items() if name in names}
        made = Evidence(
            **(plain | {"known": tuple(kept["known"]), "parts": tuple(_part(one) for one in kept["parts"])})
        )
        _ = (made.as_of_moment, made.computed_moment)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise EvidenceUnreadable from error
    return made


def _part(one: Mapping[str, Any]) -> Part:
    return Part(
        key=one["key"],
        title=one["title"],
        words=tuple(one["words"]),
        facts=tuple(Fact(**fact) for fact in one["facts"]),
        grids=tuple(
            Grid(
                caption=grid["caption"],
                columns=tuple(grid["columns"]),
                rows=tuple(tuple(row) for row in grid["rows"]),
                numeric=tuple(grid["numeric"]),
            )
            for grid in one["grids"]
        ),
    )
