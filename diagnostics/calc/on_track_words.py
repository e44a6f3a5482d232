"""Whether a strategic goal is on track, in words a person outside education understands; must not compute."""

from __future__ import annotations

from dataclasses import dataclass

_NUMBERS = {0: "no point", 1: "one point", 2: "two points"}


@dataclass(frozen=True, kw_only=True)
class Sign:
    """The chance (0-1) that a target is reached, and what it stands on.

    probability: None where it cannot be told. points: comparable values, the latest unbroken stretch.
    since_break: whether earlier values cannot be compared. is_known: the due year's value is there.
    expected, low, high: what the line gives for the due year, with its 95% interval.
    """

    probability: float | None
    points: int
    since_break: bool = False
    is_known: bool = False
    has_bound: bool = False
    expected: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def is_on_track(self) -> bool | None:
        """Say whether the target is likelier reached than not; None where it cannot be told."""
        return None if self.probability is None else self.probability >= 0.5

    @property
    def words(self) -> str:
        """Say it: "on track: 7 in 10", or why it cannot be told.

        Example: one point since a break: "cannot tell yet: one point since the break".
        """
        if self.is_known:
            if self.probability is None:
                return "cannot tell: the due year is there, and what may be shown does not decide it"
            return "the target was reached" if self.probability else "the target was missed"
        if self.probability is None:
            if self.has_bound:
                return "cannot tell: some of its rates are only known as under or over a cut"
            many = _NUMBERS.get(self.points, f"{self.points} points")
            return f"cannot tell yet: {many} {'since the break' if self.since_break else 'so far'}"
        return f"{'on track' if self.is_on_track else 'not on track'}: {chance_words(self.probability)}"

    @property
    def basis(self) -> str:
        """Say what the chance stands on; empty without one."""
        if self.probability is None or self.is_known:
            return ""
        since = " since the break" if self.since_break else ""
        return (
            f"The chance if the straight line through its {self.points} yearly values{since} goes on; it says"
            " nothing of what will be done."
        )


def chance_words(probability: float) -> str:
    """Write a chance as so many in 10. Example: 0.71 is "7 in 10", 0.97 "more than 9 in 10"."""
    if probability > 0.95:
        return "more than 9 in 10"
    if probability < 0.05:
        return "less than 1 in 10"
    return f"{int(probability * 10 + 0.5)} in 10"
