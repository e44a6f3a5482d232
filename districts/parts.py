"""The small things every page is made of, as data: figures, steps, badges, breadcrumbs, verdicts.

Must not query, and must not import Django. Each class is rendered by the component of the same name
(`docs/components.md`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from districts import formatting


@dataclass(frozen=True, kw_only=True)
class NavItem:
    """One entry of the main navigation, the account menu or the district switcher."""

    label: str
    url: str
    is_current: bool = False


@dataclass(frozen=True, kw_only=True)
class Crumb:
    """One step of the way to this page; the page itself has no ``url``."""

    label: str
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class Source:
    """One line of where a number comes from: ``Source(label="File", text="sf.dat", href="/d/...")``."""

    label: str
    text: str
    href: str = ""


@dataclass(frozen=True, kw_only=True)
class Stat:
    """One figure. ``value`` is rounded for reading, ``exact`` is the whole number shown in the disclosure."""

    label: str
    value: str
    exact: str = ""
    unit: str = ""
    note: str = ""
    href: str = ""
    sources: tuple[Source, ...] = ()
    is_forecast: bool = False


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """A verdict in words. ``words`` is the tag ("cannot tell yet"), ``sentence`` what a reader takes away."""

    words: str
    sentence: str = ""
    reason: str = ""
    known: tuple[str, ...] = ()
    next_step: str = ""


class BandTone(StrEnum):
    """What a band of the coding meter stands for."""

    CODED = "coded"
    CORE = "core"
    NOT_SPLIT = "not-split"
    NOT_CODED = "not-coded"


@dataclass(frozen=True, kw_only=True)
class Band:
    """One band of the coding meter: ``percent`` is 0-100, ``amount`` already written for reading."""

    label: str
    percent: float
    amount: str
    tone: BandTone
    exact: str = ""
    href: str = ""

    @property
    def percent_text(self) -> str:
        """Write the band's part; a sliver is said to be one, never rounded to nothing."""
        return "<0.1%" if 0 < self.percent < 0.1 else formatting.percent(self.percent)


@dataclass(frozen=True, kw_only=True)
class PlacedBand:
    """A band with its place on a bar of 100, written as SVG wants it."""

    band: Band
    start: float

    @property
    def start_text(self) -> str:
        return f"{self.start:.3f}"

    @property
    def width_text(self) -> str:
        return f"{max(0.0, self.band.percent):.3f}"


@dataclass(frozen=True, kw_only=True)
class Meter:
    """Bands side by side that fill one bar; ``label`` says what the whole bar is."""

    label: str
    bands: tuple[Band, ...]

    @property
    def placed(self) -> tuple[PlacedBand, ...]:
        starts = [sum(band.percent for band in self.bands[:n]) for n in range(len(self.bands))]
        return tuple(
            PlacedBand(band=band, start=start) for band, start in zip(self.bands, starts, strict=True)
        )


class StepState(StrEnum):
    """Where a step of a task stands."""

    DONE = "complete"
    CURRENT = "current"
    TODO = "todo"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of a task."""

    label: str
    state: StepState
    number: int


def steps(*, labels: Sequence[str], current: int) -> tuple[Step, ...]:
    """Return the steps of a task; ``current`` counts from 1, and one past the last means all done."""
    return tuple(
        Step(
            label=label,
            number=number,
            state=StepState.DONE
            if number < current
            else StepState.CURRENT
            if number == current
            else StepState.TODO,
        )
        for number, label in enumerate(labels, start=1)
    )


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Work that runs: polls ``poll_url`` until ``is_finished``. ``total`` 0 means that the end is not known."""

    label: str
    done: int = 0
    total: int = 0
    text: str = ""
    poll_url: str = ""
    is_finished: bool = False

    @property
    def percent(self) -> int:
        return min(100, self.done * 100 // self.total) if self.total else 0


@dataclass(frozen=True, kw_only=True)
class Freshness:
    """How current the numbers of a page are; the badge polls ``poll_url`` and says so when they change."""

    as_of: datetime | None
    is_updating: bool
    poll_url: str
    causes: tuple[str, ...] = ()

    @property
    def token(self) -> str:
        """Stands for what the badge shows; a poll that carries the current token needs no answer (204)."""
        stamp = f"{self.as_of.timestamp():.6f}" if self.as_of else "none"
        return f"{'updating' if self.is_updating else 'current'}-{stamp}"


class Tone(StrEnum):
    """What kind of message a notice is."""

    INFO = "info"
    SUCCESS = "success"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, kw_only=True)
class Notice:
    """A message on the page; ``items`` become a list below the text."""

    title: str
    text: str = ""
    tone: Tone = Tone.INFO
    items: tuple[str, ...] = ()
    action_label: str = ""
    action_href: str = ""
