"""How many of the schools served stand behind the line of the outcome, and why the others do not; pure."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass
from uuid import UUID

from diagnostics.calc.disclosure import Pool
from diagnostics.calc.pooling import YearValue
from districts import formatting

_WHY = {
    "hidden": "hidden (of few students, or because they would tell of others)",
    "coded": "known only as under or over a cut",
    "unweighed": "without a number of students to weigh by",
}


@dataclass(frozen=True, kw_only=True)
class Behind:
    """Schools served, and those in the line; the others by why not, in the latest school year of the line."""

    served: int
    shown: int
    hidden: int = 0
    coded: int = 0
    unweighed: int = 0
    missing: int = 0
    year: int | None = None

    @property
    def words(self) -> str:
        """Say it in one sentence; empty where no school is named."""
        if not self.served:
            return ""
        if self.shown == self.served:
            every = {1: "the one school", 2: "both schools"}.get(self.served, f"all {self.served} schools")
            return f"The line is of {every} it serves."
        whole = "the one school" if self.served == 1 else f"the {self.served} schools"
        head = (
            f"The line is of {self.shown} of {whole} it serves"
            if self.shown
            else f"No line of {whole} it serves"
        )
        return f"{head}: {', '.join(self._reasons())}."

    def _reasons(self) -> list[str]:
        reasons = [
            f"{many} {'is' if many == 1 else 'are'} {why}"
            for name, why in _WHY.items()
            if (many := getattr(self, name))
        ]
        if self.missing:
            when = f" in {formatting.school_year(self.year)}" if self.year else ""
            reasons.append(f"{self.missing} {'has' if self.missing == 1 else 'have'} no result{when}")
        return reasons


def count_behind(
    *, schools: Collection[UUID], series: Mapping[Hashable, Collection[YearValue]], pool: Pool
) -> Behind:
    """Count the schools served by where they stand to the line. Empty in: nobody.

    Without a line it is the latest year that any of the schools has a row of. Example: of three schools
    one of 8 students is hidden: 2 of 3 are shown, 1 hidden.
    """
    drawn = [one.year for one in pool.values if one.value is not None]
    every = [one.year for values in series.values() for one in values]
    year = max(drawn or every, default=None)
    counts = dict.fromkeys(("hidden", "coded", "unweighed", "missing"), 0)
    for school in schools:
        if school not in pool.members:
            counts[_why_not(next((one for one in series.get(school, ()) if one.year == year), None))] += 1
    return Behind(served=len(schools), shown=len(pool.members), year=year, **counts)


def _why_not(value: YearValue | None) -> str:
    if value is not None and value.is_suppressed:
        return "hidden"
    if value is None or value.value is None:
        return "missing"
    return "coded" if value.bound else "unweighed"
