"""Small groups: which values of one metric and school year may be shown, and how exactly.

Every value a person or program sees went through `protect_district`, and every pool of shown values
through `pool_shown`. Must not query, write or know which page asks.

The adversary it is built against knows the number of students behind every value (enrolment is
public), every value shown, and that groups and grades add up to schools and schools to the district. From
that, no hidden value may follow, and no group of fewer students than the minimum may be told by
subtraction. What it does not defend against: a person who knows some of the students, two
deliveries of the same year compared with each other, and totals that it cannot see in the data.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import TypeVar

from diagnostics.calc.additions import ALL, Key, Line, find_lines, find_twins, merge_twins, wholes_of
from diagnostics.calc.pooling import YearValue, pool_years
from diagnostics.calc.solving import solvable

DECIMALS = 1
BLUR = 0.0005
"""Half a step of a rate of one decimal, as a share of its students."""
CUTS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0)
UNDER, OVER = "under", "over"

Table = Mapping[Key, YearValue]
School = TypeVar("School", bound=Hashable)


def protect_district(*, cells: Table, unit: str, minimum: int) -> dict[Key, YearValue]:
    """Return the values of one metric and year, the district's included, as they may be shown.

    As `protect`; a group for which the source gives no value of the district gets one, pooled from
    the schools whose value is known. One that rests on a single school is hidden: it would be that
    school's value under another name, and some readers see no school; the district's other groups must
    not tell it either. So is a count that lacks a school the source hides.
    """
    by_group: dict[str, list[YearValue]] = {}
    for (school, group), value in cells.items():
        if school is not None and (None, group) not in cells:
            by_group.setdefault(group, []).append(value)
    table, withheld = dict(cells), dict[Key, YearValue]()
    for group, values in by_group.items():
        known = [one for one in values if one.value is not None and one.students != 0]
        (pooled,) = pool_years(values=values, unit=unit)
        is_short = unit == "count" and any(one.is_suppressed for one in values)
        if known:
            table[(None, group)] = replace(pooled, is_suppressed=len(known) < 2 or is_short)
        if len(known) < 2 or is_short:
            is_hidden = bool(known) or any(one.is_suppressed for one in values)
            withheld[(None, group)] = YearValue(year=pooled.year, value=None, is_suppressed=is_hidden)
    shown = _protect(cells=table, unit=unit, minimum=minimum, withheld=frozenset(withheld))
    return shown | withheld


def protect(*, cells: Table, unit: str, minimum: int) -> dict[Key, YearValue]:
    """Return the values of one metric and year as they may be shown.

    cells: by (school or None for the district, cohort: a group, crossed with a grade or not), as the
    source gave them; `students` is the number behind each (a count is its own number), None where the source hid it.

    1. Primary: fewer students than `minimum`, or a number of students nobody gave, is hidden,
       unless the source vouches for hiding small groups itself. A hidden school hides its
       groups and grades, a hidden group or grade what it is crossed with.
    2. Complementary: along each line of values that add up (`additions`), what is hidden must be at
       least two values and at least `minimum` students together; otherwise the shown value of fewest
       students is hidden with it, and at last the total. Nor may a line tell a rate beyond a cut (4),
       or that nobody or everybody among the hidden was counted.
    3. Combined: no hidden value follows from all lines taken together (`solving`).
    4. A rate near 0 or 100 is shown as under or over a cut (`cut`), a vouched one by the cut of `minimum`
       students; a rate or mean is rounded to one decimal, since 33.333333 says that the students are a
       multiple of three.

    Idempotent on what it returns as long as the minimum stays; a higher minimum hides more. Empty
    in, empty out. Example: 3 of 8 Filipino and 20 of 60 Asian students beside 100 in all, of
    whom 32 White: Filipino is hidden, and White with it, since 100 - 60 - 32 = 8.
    """
    return _protect(cells=cells, unit=unit, minimum=minimum, withheld=frozenset())


def _protect(*, cells: Table, unit: str, minimum: int, withheld: frozenset[Key]) -> dict[Key, YearValue]:
    """As `protect`. withheld: hidden totals of the district that its schools may tell, and nothing else."""
    counts = {key: _count(value=value, unit=unit) for key, value in cells.items()}
    hidden = _hide(cells=cells, counts=counts, minimum=minimum, withheld=withheld)
    return {
        key: _shown(value=value, unit=unit, is_hidden=key in hidden, minimum=minimum)
        for key, value in cells.items()
    }


def cut(*, students: float) -> float:
    """Return the percent under which (and over 100 less which) a rate of so many students is not told.

    The smallest of 0.1, 0.2, 0.5, 1, 2, 5, 10, 20 and 50 that at least two students are, so that
    "under" leaves open whether it is nobody or one: 0 of 10 is under 20%, of 20 under 10%, of
    40 under 5%, of 100 under 2%, of 200 under 1%. The steps are those US states use (NCES 2011-603
    reviews them); that two students decide is this product's own choice.
    """
    return next((one for one in CUTS if one * students >= 200 - 1e-9), CUTS[-1])


@dataclass(frozen=True)
class Pool:
    """Several schools as one, year by year. members: those in it, the same in every year."""

    values: tuple[YearValue, ...]
    members: frozenset[Hashable] = frozenset()

    @property
    def schools(self) -> int:
        return len(self.members)


def pool_shown(*, series: Mapping[Hashable, Iterable[YearValue]], unit: str) -> Pool:
    """Pool the shown values of several schools into one for each year, always of the same schools.

    The schools are those of the latest year in which any can be pooled (`_poolable`); a year that lacks
    one of them has no value, so that a school that comes, goes or is hidden is no change. A pool is
    coded and rounded like a value. Empty in, empty out.
    """
    by_year: dict[int, dict[Hashable, YearValue]] = {}
    for school, values in series.items():
        for value in values:
            by_year.setdefault(value.year, {})[school] = value
    found = [_poolable(by_year[year], unit=unit) for year in sorted(by_year, reverse=True)]
    schools = next((one for one in found if one), frozenset())
    pooled = []
    for year, mine in sorted(by_year.items()):
        parts = {school: value for school, value in mine.items() if school in schools}
        if schools and _poolable(parts, unit=unit) == schools:
            (one,) = pool_years(values=parts.values(), unit=unit)
            pooled.append(_shown(value=one, unit=unit, is_hidden=False))
        else:
            is_hidden = any(value.is_suppressed or value.bound for value in mine.values())
            pooled.append(YearValue(year=year, value=None, is_suppressed=is_hidden))
    return Pool(values=tuple(pooled), members=schools)


def _poolable(parts: Mapping[Hashable, YearValue], *, unit: str) -> frozenset[Hashable]:
    """Return the schools of a year that a pool may hold.

    A school whose rate is shown as under or over a cut is left out, since pools of other schools, and
    the district, would tell it together; not where it is alone, nor where the pool's own rounding covers
    it (`uncovered`). So is one without a number of students to weigh it by.
    """
    known = {school: one for school, one in parts.items() if one.value is not None and not one.is_suppressed}
    if len(known) < 2:
        return frozenset(known)
    weighed = {school: one for school, one in known.items() if one.students or unit == "count"}
    return frozenset(weighed) - uncovered(weighed)


def uncovered(parts: Mapping[School, YearValue]) -> frozenset[School]:
    """Return the schools with a coded rate that a figure of all these schools would tell.

    parts: the shown values of one year that the figure is made of. All coded ones, unless the figure's own
    rounding covers what their cuts leave open together (`_is_blurred`).
    """
    coded = {school: one.students or 0.0 for school, one in parts.items() if one.bound}
    is_covered = _is_blurred(coded.values(), of=sum(one.students or 0.0 for one in parts.values()))
    return frozenset() if is_covered else frozenset(coded)


@dataclass(frozen=True)
class _Count:
    """Students behind a value and those of them counted; None: not known to us, or of a mean.

    is_coded: the rate is shown as under or over a cut, and so not exactly.
    """

    students: float | None
    counted: float | None
    is_coded: bool = False


Counts = Mapping[Key, _Count]


def _count(*, value: YearValue, unit: str) -> _Count:
    if unit == "count":
        return _Count(students=value.value, counted=None)
    if value.students is None or unit != "percent":
        return _Count(students=value.students, counted=None)
    counted = value.numerator
    if counted is None and value.value is not None:
        counted = round(value.value * value.students / 100)
    is_coded = False
    if counted is not None and value.students:
        is_coded = _side(percent=100 * counted / value.students, students=value.students) != ""
    return _Count(students=value.students, counted=counted, is_coded=is_coded)


def _side(*, percent: float, students: float) -> str:
    edge = cut(students=students)
    if percent < edge:
        return UNDER
    return OVER if percent > 100 - edge else ""


def _hide(*, cells: Table, counts: Counts, minimum: int, withheld: frozenset[Key]) -> set[Key]:
    """Return what is hidden: primary, then whatever must go with it, until nothing more must."""
    hidden = {
        key for key, value in cells.items() if _is_small(value=value, count=counts[key], minimum=minimum)
    }
    students = {
        key: count.students
        for key, count in counts.items()
        if count.students is not None or cells[key].is_suppressed
    }
    lines = [line for line in find_lines(students=students) if line.total not in withheld]
    twins = find_twins(lines=lines, students=students)
    lines = merge_twins(lines=lines, twins=twins)
    coded = {key for key, count in counts.items() if count.is_coded}
    secret = frozenset(hidden)
    wholes = {key: wholes_of(key=key) for key in cells}
    equations = _equations(lines=lines, counts=counts)
    watch = _Watch(lines)
    while True:
        before = len(hidden)
        hidden |= {key for key, found in wholes.items() if not hidden.isdisjoint(found)}
        for line in watch.changed(hidden):
            while (more := _exposed(line, counts=counts, hidden=hidden, minimum=minimum)) is not None:
                hidden.add(more)
                watch.hide(more)
        hidden |= {twins[key] for key in hidden if key in twins}
        hidden |= {key for key, total in twins.items() if total in hidden}
        if len(hidden) == before:
            for unknown, told in ((set[Key](), secret), (coded, coded - hidden)):
                hidden |= _solved(
                    equations=equations, counts=counts, hidden=hidden, coded=unknown, secret=told
                )
        if len(hidden) == before:
            return hidden


class _Watch:
    """Which lines must be looked at again: those of which a value was hidden since they were."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = lines
        self._of: dict[Key, list[int]] = {}
        for number, line in enumerate(lines):
            for key in {line.total, *line.parts}:
                self._of.setdefault(key, []).append(number)
        self._stale = set(range(len(lines)))
        self._seen: set[Key] = set()

    def hide(self, key: Key) -> None:
        """Note that a value is hidden."""
        self._seen.add(key)
        self._stale.update(self._of.get(key, ()))

    def changed(self, hidden: set[Key]) -> Iterator[Line]:
        """Give the lines to look at, in their order; one that changes on the way behind comes next time."""
        for key in hidden - self._seen:
            self.hide(key)
        for number, line in enumerate(self._lines):
            if number in self._stale:
                yield line
                self._stale.discard(number)


def _is_small(*, value: YearValue, count: _Count, minimum: int) -> bool:
    if value.is_suppressed:
        return True
    if value.value is None:
        return False
    if count.students is None:
        made = _made_students(value)
        return not value.is_vouched or (made is not None and made < minimum - 0.5)
    return 0 < count.students < minimum


def _exposed(line: Line, *, counts: Counts, hidden: set[Key], minimum: int) -> Key | None:
    """Return the value to hide next along a line that tells something; None when it tells nothing."""
    gone = [key for key in line.parts if key in hidden and counts[key].students != 0]
    shown = [key for key in line.parts if key not in hidden and counts[key].students]
    total = counts[line.total]
    if line.is_guess:
        is_told, wanted = bool(gone), shown
    elif line.total in hidden:
        is_told, wanted = not gone and not line.has_rest, shown
    elif total.students is None:
        is_told, wanted = False, shown
    elif _tells_students(line, counts=counts, gone=gone, shown=shown, minimum=minimum):
        is_told, wanted = True, shown
    else:
        exact = [key for key in shown if not counts[key].is_coded]
        is_told = not total.is_coded and _tells_counted(line, counts=counts, gone=gone, shown=shown)
        wanted = exact or shown
    return _next(line, shown=wanted, counts=counts, hidden=hidden) if is_told else None


def _tells_students(line: Line, *, counts: Counts, gone: list[Key], shown: list[Key], minimum: int) -> bool:
    """Say whether the total less the shown parts is a single value, or fewer students than the minimum."""
    left = (counts[line.total].students or 0.0) - sum(counts[key].students or 0.0 for key in shown)
    return left > 0.5 and ((len(gone) == 1 and not line.has_rest) or left < minimum)


def _tells_counted(line: Line, *, counts: Counts, gone: list[Key], shown: list[Key]) -> bool:
    """Say whether the total less the exact parts is one coded value, or nobody or everybody of the rest."""
    coded = [key for key in shown if counts[key].is_coded]
    exact = [counts[key] for key in shown if not counts[key].is_coded]
    total = counts[line.total]
    if not (gone or coded) or total.counted is None or any(one.counted is None for one in exact):
        return False
    students = (total.students or 0.0) - sum(one.students or 0.0 for one in exact)
    if students < 0.5:
        return False
    blur = BLUR / 2 if line.total[0] is None else BLUR
    if not gone and _is_blurred(
        [counts[key].students or 0.0 for key in coded], of=total.students or 0.0, blur=blur
    ):
        return False
    if len(gone) + len(coded) == 1 and not line.has_rest:
        return True
    counted = total.counted - sum(one.counted or 0.0 for one in exact)
    return len(line.parts) > 1 and _is_extreme(students, counted)


def _is_blurred(coded: Iterable[float], *, of: float, blur: float = BLUR) -> bool:
    """Say whether a total's rounding covers all that the cuts of the coded rates in it leave open.

    coded: the students behind each. A rate rounded to one decimal is known to 0.05 percent of its
    students either way; the district's to half of that, since whether a target is reached tells on which
    side of it the exact rate lies (`target`). Example: "under 5%" of 60 leaves 3 students open; a total
    of 20,000 is known to 10 either way and tells nothing of it, one of 2,000 to 1 and does.
    """
    return blur * of >= sum(cut(students=one) / 100 * one for one in coded)


def _is_extreme(students: float, counted: float) -> bool:
    """Say whether a count is nobody or everybody."""
    return not 0.5 <= counted <= students - 0.5


def _next(line: Line, *, shown: list[Key], counts: Counts, hidden: set[Key]) -> Key | None:
    """Return what to hide along a line: the part of fewest students, and at last the total.

    A school's value of all students takes all its groups with it, so it is hidden only for lines of
    all students.
    """
    if line.total[1] != ALL:
        shown = [key for key in shown if key[1] != ALL]
    if shown:
        return min(shown, key=lambda key: (counts[key].students or 0.0, str(key)))
    return line.total if line.total not in hidden and not line.is_guess else None


def _equations(*, lines: Iterable[Line], counts: Counts) -> list[tuple[Line, dict[Key, float]]]:
    """Return the lines without a rest, each with the factors of its values that have students."""
    found = []
    for line in lines:
        factors = {line.total: -1.0, **dict.fromkeys(line.parts, 1.0)}
        if not line.has_rest:
            found.append((line, {key: one for key, one in factors.items() if counts[key].students != 0}))
    return found


def _solved(
    *,
    equations: Iterable[tuple[Line, dict[Key, float]]],
    counts: Counts,
    hidden: set[Key],
    coded: AbstractSet[Key],
    secret: AbstractSet[Key],
) -> set[Key]:
    """Return what to hide so that no secret follows from all lines taken together.

    What is hidden only to cover a secret may follow, as long as the secret does not.
    """
    unknown = hidden | coded
    used: list[tuple[Line, dict[Key, float]]] = []
    for line, factors in equations:
        if not unknown.isdisjoint(factors):
            used.append((line, {key: one for key, one in factors.items() if key in unknown}))
    told = solvable(equations=[equation for _, equation in used]) & secret
    offers: dict[Key, list[Key]] = {}
    for line, known in used:
        if told.isdisjoint(known):
            continue
        shown = [key for key in line.parts if key not in hidden and counts[key].students]
        exact = [key for key in shown if key not in unknown]
        offer = _next(line, shown=exact or shown, counts=counts, hidden=hidden)
        if offer is not None:
            for one in told.intersection(known):
                offers.setdefault(one, []).append(offer)
    return {min(found, key=lambda key: _loss(key, counts=counts)) for found in offers.values()}


def _loss(key: Key, *, counts: Counts) -> tuple[bool, bool, float, str]:
    """Rank what is lost by hiding a value: a school's total is worst, then the district's."""
    return (key[1] == ALL, key[0] is None, counts[key].students or 0.0, str(key))


def _made_students(value: YearValue) -> float | None:
    """Return the students that a rate and those counted in it make where no number is given."""
    if value.students is not None or not value.numerator or not value.value:
        return None
    return 100 * value.numerator / value.value


def _shown(*, value: YearValue, unit: str, is_hidden: bool, minimum: int = 0) -> YearValue:
    if is_hidden:
        return YearValue(year=value.year, value=None, is_suppressed=True)
    if value.value is None or (value.students == 0 and unit != "count"):
        return YearValue(year=value.year, value=None)
    students = value.students
    if unit == "percent" and value.is_vouched and students is None:
        students = float(max(minimum, 1))
    if unit == "percent" and value.bound:
        return value
    if unit == "percent" and students:
        percent = (
            value.value
            if value.numerator is None or not value.students
            else 100 * value.numerator / value.students
        )
        side = _side(percent=percent, students=students)
        if side:
            edge = cut(students=students)
            return replace(value, value=edge if side == UNDER else 100 - edge, bound=side)
    return replace(value, value=round(value.value, 0 if unit == "count" else DECIMALS))
