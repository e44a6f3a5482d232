"""One value of a results file against its own counts; must not read rows or report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from strategy.models import Metric

PERCENT, PROPORTION = "percent", "proportion"
LARGEST = Decimal(10) ** 9
HUNDRED = Decimal(100)
ROUNDED_BY = Decimal("0.51")
"""How far a rate in percent may be from its counts: sources round to whole percents."""

ASK_SOURCE = "Correct it in the source and export the file again."
ASK_SCALE = (
    "If the file writes rates as 0 to 1, answer so at «A rate is written as»; else correct the source."
)
ASK_STUDENTS = (
    "Give the number of students, write * where it is hidden, or state on the page of columns that the"
    " source already hides small groups."
)


@dataclass(frozen=True)
class Numbers:
    """What a row gives: students counted, students in all, a rate or mean as written, students at each level."""

    counted: Decimal | None
    students: Decimal | None
    value: Decimal | None
    levels: tuple[Decimal, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether the row gives nothing at all."""
        return self.counted is None and self.students is None and self.value is None and not self.levels


@dataclass(frozen=True)
class Flaw:
    """What is wrong with a row: the question whose column holds it, the value, why, and what to do.

    why_of_few: why, without a number, for a row of few students, since others read the report too.
    """

    field: str
    value: Decimal
    why: str
    what_to_do: str = ASK_SOURCE
    why_of_few: str = ""


@dataclass(frozen=True)
class Rules:
    """How values are written: the metric's unit, the scale of rates, who vouches for missing counts."""

    unit: str
    scale: str = ""
    is_vouched: bool = False


def find_flaw(*, numbers: Numbers, rules: Rules) -> Flaw | None:
    """Return what is wrong with the numbers of a row that is not hidden; None when nothing is.

    A rate is a share of students: from nobody to everybody, and what its own counts say, to half a
    percent. A rate without a number of students needs somebody who vouches for it.
    """
    return (
        _counts(numbers)
        or _levels(numbers)
        or _range(numbers, rules)
        or _against_counts(numbers, rules)
        or _alone(numbers, rules)
    )


def is_of_few(*, numbers: Numbers, minimum: int) -> bool:
    """Say whether a row holds a number of students that is under the minimum."""
    known = [one for one in (numbers.counted, numbers.students, *numbers.levels) if one is not None]
    return any(one < minimum for one in known)


def in_percent(*, value: Decimal | None, rules: Rules) -> Decimal | None:
    """Return a rate in percent, whichever way it is written; anything else as it is."""
    if value is None or rules.unit != Metric.Unit.PERCENT or rules.scale != PROPORTION:
        return value
    return value * HUNDRED


def rate_of(*, numbers: Numbers, rules: Rules) -> Decimal | None:
    """Return the value of a row: a rate from its counts when both are there, else as it is written.

    A written rate may be rounded to a whole percent, and its counts are not.
    """
    counted, students = numbers.counted, numbers.students
    written = in_percent(value=numbers.value, rules=rules)
    if counted is None or not students or (written is not None and rules.unit != Metric.Unit.PERCENT):
        return written
    return (HUNDRED * counted / students).quantize(Decimal("0.000001"))


def guess_scale(*, rows: Iterable[Sequence[str]]) -> str:
    """Return how rates are written, from rows of rate, students counted and students in all.

    Empty where it cannot be told: rates of 0 to 1 may be low percents. Counts tell, a rate over 1, and a percent sign.
    """
    off = dict.fromkeys((PERCENT, PROPORTION), 0.0)
    is_percent = has_counts = False
    for row in rows:
        value, counted, students = map(read_plain, row)
        is_percent = is_percent or (value is not None and (value > 1 or row[0].endswith("%")))
        if value is not None and counted is not None and students:
            has_counts = has_counts or value > 0
            off[PERCENT] += abs(value - 100 * counted / students)
            off[PROPORTION] += abs(100 * value - 100 * counted / students)
    if is_percent:
        return PERCENT
    return min(off, key=lambda scale: off[scale]) if has_counts else ""


def read_plain(text: str) -> float | None:
    """Return the number a cell of the sample holds; None where it holds none."""
    try:
        return float(text.removesuffix("%").replace(",", "."))
    except ValueError:
        return None


def _counts(numbers: Numbers) -> Flaw | None:
    for number, field in ((numbers.counted, "numerator"), (numbers.students, "denominator")):
        if number is not None and not 0 <= number < LARGEST:
            return Flaw(field, number, "is no count of students")
    counted, students = numbers.counted, numbers.students
    if counted is not None and students is not None and counted > students:
        return Flaw(
            "numerator",
            counted,
            f"is more than the {students.normalize():f} students in all",
            why_of_few="is more than the students in all",
        )
    return None


def _levels(numbers: Numbers) -> Flaw | None:
    bad = next((one for one in numbers.levels if not 0 <= one < LARGEST), None)
    if bad is not None:
        return Flaw("level_1", bad, "is no count of students")
    made = sum(numbers.levels, Decimal(0))
    if not numbers.levels or numbers.students is None or made == numbers.students:
        return None
    return Flaw(
        "denominator",
        numbers.students,
        f"is not the {made.normalize():f} students at the levels",
        why_of_few="is not the sum of the students at the levels",
    )


def _range(numbers: Numbers, rules: Rules) -> Flaw | None:
    value = numbers.value
    if value is None:
        return None
    if abs(value) >= LARGEST / 10:
        return Flaw("value", value, "is no rate or mean")
    if rules.unit == Metric.Unit.COUNT and value < 0:
        return Flaw("value", value, "is under 0, and no count is")
    if rules.unit != Metric.Unit.PERCENT:
        return None
    if value < 0:
        return Flaw("value", value, "is under 0, and no rate of students is")
    if rules.scale == PROPORTION and value > 1:
        return Flaw("value", value, "is over 1, and no proportion is", ASK_SCALE)
    if value > HUNDRED:
        return Flaw("value", value, "is over 100%, and no rate of students is")
    return None


def _against_counts(numbers: Numbers, rules: Rules) -> Flaw | None:
    value, counted, students = numbers.value, numbers.counted, numbers.students
    if value is None or counted is None or not students or rules.unit != Metric.Unit.PERCENT:
        return None
    said, made = in_percent(value=value, rules=rules) or Decimal(0), HUNDRED * counted / students
    if abs(said - made) <= ROUNDED_BY:
        return None
    of = f"{counted.normalize():f} of {students.normalize():f} students are"
    is_scale = abs(value * HUNDRED - made) <= ROUNDED_BY or abs(value - made) <= ROUNDED_BY
    why = f"is not the {made:.1f}% that {of}"
    ask = ASK_SCALE if is_scale else ASK_SOURCE
    return Flaw("value", value, why, ask, why_of_few="is not the rate that its counts make")


def _alone(numbers: Numbers, rules: Rules) -> Flaw | None:
    if rules.unit == Metric.Unit.COUNT or rules.is_vouched:
        return None
    if numbers.value is None or numbers.students is not None:
        return None
    return Flaw("value", numbers.value, "has no number of students behind it", ASK_STUDENTS)
