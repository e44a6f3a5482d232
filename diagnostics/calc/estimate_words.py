"""The plain words of an estimate, of what would have come anyway, and of a return. Must not compute one.

Each is a sentence that a dentist on a school board understands; "better" is up, as the estimate is turned.
"""

from __future__ import annotations

from dataclasses import dataclass

from diagnostics.calc.effect_size import improvement_index
from diagnostics.calc.ratio import NoRatio, ReturnRatio
from diagnostics.calc.regression_to_mean import ExpectedGain
from districts import formatting

STUDENT_SD = "student_sd"
MOST = 0.5


@dataclass(frozen=True)
class Guess:
    """An estimate to put in words. unit: `student_sd`, `percent`, `points` or `count`; better is up.

    schools, students: of both groups together; None where not counted or not to be shown.
    """

    point: float
    low: float | None
    high: float | None
    unit: str
    schools: int | None = None
    students: int | None = None


def word_estimate(*, guess: Guess) -> str:
    """Say the best guess and how far the truth may lie from it; without an interval, only the guess.

    Example: g = 0.13 (-0.18 to 0.41) from 12 schools: "Best guess: a student in the middle moves from 50th to
    about 55th of 100; with 12 schools the truth could be anywhere from 43rd to 66th."
    """
    if guess.unit == STUDENT_SD:
        best = f"Best guess: a student in the middle moves from 50th to about {_place(guess.point)} of 100"
    else:
        best = f"Best guess: {_gap(guess.point, guess.unit)} than without it"
        if _amount(guess.point, guess.unit) == 0:
            best = "Best guess: the same as without it"
    if guess.low is None or guess.high is None:
        return f"{best}; nothing says how far the truth may lie from that."
    write = _place if guess.unit == STUDENT_SD else lambda value: _gap(value, guess.unit)
    if write(guess.low) == write(guess.high):
        return f"{best}{_counted(guess)}."
    return f"{best};{_counted(guess)} the truth could be anywhere from {write(guess.low)} to {write(guess.high)}."


def word_unfair(*, guess: Guess) -> str:
    """Say how two groups differ that are no fair comparison: a fact about them, and no effect."""
    side = "better" if guess.point > 0 else "worse"
    gap = _gap(guess.point, guess.unit)
    if guess.unit == STUDENT_SD:
        gap = f"{formatting.number(abs(guess.point), 2)} student standard deviations {side}"
    came = "no differently from" if gap == "no difference" else f"{gap} than"
    return f"Its schools came out {came} the others. These are no fair comparison: it is not what the initiative did."


def word_regression(*, seen: float, expected: ExpectedGain, metric: str) -> str:
    """Say how much of a rise would have come anyway; empty where nothing rose or nothing was to be expected.

    seen, expected: in one unit. Most: over half of it, at the lower end of what is expected.
    """
    if seen <= 0 or expected.high <= 0:
        return ""
    picked = "These students were picked on a low score; most do better next time, treated or not."
    if expected.is_known and expected.low >= seen:
        return f"{metric} rose, but as much would have come anyway. {picked}"
    if expected.low > MOST * seen:
        return f"{metric} rose, but most of the rise would have come anyway. {picked}"
    if not expected.is_known:
        share = min(1.0, expected.high / seen)
        return (
            f"{metric} rose, and up to {share:.0%} of the rise may have come anyway: nobody knows what these"
            " students were chosen by."
        )
    return f"{metric} rose, and {expected.low / seen:.0%} of the rise would have come anyway. {picked}"


_WHY: dict[NoRatio, str] = {
    NoRatio.GATES: "because the comparison is not strong enough",
    NoRatio.NO_ESTIMATE: "because nothing says how large the gain is",
    NoRatio.NO_STUDENT_SD: (
        "because the spread of students' scores is not known: the change in points stands beside the cost"
    ),
    NoRatio.NO_COST: "because no actual cost is coded to it",
    NoRatio.SAVES_MONEY: "because it saves money: there is no price to a gain",
    NoRatio.NO_GAIN: "because there is no gain",
    NoRatio.CANNOT_BE_BOUNDED: "because the gain may be zero",
}

LARGE_WHEN_SHOWN = (
    "Costs of a gain are shown only where the gain is certain enough, so they look lower than they are."
)


def word_cost(
    *, each: float | None, total: float | None, students: int | None, years: int = 1, who: str = "students"
) -> str:
    """Say the cost: "$1,450 a student, about $600K a year for 412 students."; empty where nothing is known.

    each: of all `years` together, and said so; total: of one year; who: which students.
    """
    parts = []
    if each is not None:
        over = f" over {years} years" if years > 1 else ""
        parts.append(f"{formatting.dollars_short(each)} a student{over}")
    if total is not None:
        parts.append(f"about {formatting.dollars_short(total)} a year")
    if not parts:
        return ""
    return ", ".join(parts) + (f" for {students:,} {who}." if students else ".")


def word_return(*, ratio: ReturnRatio) -> str:
    """Say what a gain costs, or that nobody can say and why; a failed gate is named.

    Example: "We cannot say what a gain costs, because the gain may be zero."
    """
    if ratio.cost_per_sd is not None and ratio.cost_per_sd_low is not None:
        low, high = ratio.cost_per_sd_low, ratio.cost_per_sd_high
        said = f"A gain of one student standard deviation costs {formatting.dollars_short(ratio.cost_per_sd)}"
        if high is None:
            return f"{said}, at least {formatting.dollars_short(low)}. {LARGE_WHEN_SHOWN}"
        span = f"{formatting.dollars_short(low)} to {formatting.dollars_short(high)}"
        return f"{said} ({span}). {LARGE_WHEN_SHOWN}"
    why = ratio.why or ratio.why_no_cost_per_sd or NoRatio.NO_ESTIMATE
    said = f"We cannot say what a gain costs, {_WHY[why]}"
    if why is NoRatio.GATES and ratio.failed:
        first = ratio.failed[0]
        return f"{said}: {first.number}. Cheapest way to know: {_lower_first(first.fix)}"
    return f"{said}."


def word_lottery(*, students: int | None) -> str:
    """Say the next step that would tell: "Draw places by lot among about 870 students."; empty for None."""
    if students is None:
        return ""
    rounded = round(students, -1) if students >= 100 else students
    return f"Draw places by lot among about {rounded:,} students."


def _counted(guess: Guess) -> str:
    if guess.schools is not None:
        return f" with {guess.schools:,} schools"
    return f" with {guess.students:,} students" if guess.students is not None else ""


def _place(g: float) -> str:
    """Write the place among 100 of a student who was in the middle: 1st to 99th."""
    place = min(99, max(1, round(50 + improvement_index(g=g))))
    ending = {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th") if place not in (11, 12, 13) else "th"
    return f"{place}{ending}"


def _amount(value: float, unit: str) -> float:
    return round(abs(value), 0 if unit == "count" else 1)


def _gap(value: float, unit: str) -> str:
    amount = _amount(value, unit)
    if amount == 0:
        return "no difference"
    side = "better" if value > 0 else "worse"
    word = {"percent": " percentage point", "points": " point"}.get(unit, "")
    ending = "" if amount == 1 or not word else "s"
    return f"{formatting.number(amount, 0 if unit == 'count' else 1)}{word}{ending} {side}"


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]
