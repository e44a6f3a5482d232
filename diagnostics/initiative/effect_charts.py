"""Charts of the effect: the interval with zero and the bar, served and comparison schools over time; must not query."""

from __future__ import annotations

from diagnostics.initiative.answers import EARLY, best_guess
from diagnostics.initiative.charts import lines_by_break, unit_of
from diagnostics.initiative.selectors import InitiativePage
from diagnostics.initiative.selectors.effect import EffectOf, PlanOf
from districts import formatting
from districts.charts import CHANGE, POINTS, STUDENT_SD, Figure, Interval, Unit, dot_interval, line_trend

UNITS: dict[str, Unit] = {"percentage_points": POINTS, "student_sd": STUDENT_SD}


def interval_chart(*, page: InitiativePage) -> Figure | None:
    """Return the best guess with its 95% interval beside zero and the bar; None without an estimate."""
    effect, plan = page.judged.effect, page.judged.plan
    if effect is None or plan is None or effect.estimate is None:
        return None
    unit = UNITS.get(effect.unit, CHANGE)
    year = formatting.school_year(effect.outcome_year)
    is_early = page.judged.is_early_look
    return dot_interval(
        key="effect",
        label=f"Effect of {page.record.name} on {plan.metric}, with its interval",
        caption=_interval_caption(effect=effect, plan=plan, is_early=is_early),
        intervals=[
            Interval(
                label=f"{year}{', early look' if is_early else ''}",
                value=effect.estimate,
                low=effect.low,
                high=effect.high,
                is_forecast=is_early,
                note=EARLY if is_early else "",
            )
        ],
        unit=unit,
        reference_label="no effect",
        bar=effect.bar,
        bar_label=f"the bar: {unit.write(effect.bar)}",
        takeaway=best_guess(page=page),
    )


def arms_chart(*, page: InitiativePage) -> Figure | None:
    """Return the schools served and the comparison schools over time; None without any value of either."""
    effect, plan = page.judged.effect, page.judged.plan
    if effect is None or plan is None:
        return None
    arms = [
        (name, effect.values(arm))
        for name, arm in (("Schools served", "served"), ("Comparison", "comparison"))
    ]
    known = [one.year for _, values in arms for one in values if one.value is not None]
    if not known:
        return None
    years = tuple(range(min(known), max(known) + 1))
    series = [
        line
        for (name, values), colour in zip(arms, (0, 7), strict=True)
        if any(one.value is not None for one in values)
        for line in lines_by_break(name, values, years, plan.break_years, colour)
    ]
    return line_trend(
        key="arms",
        label=f"{plan.metric} at the schools served and at the comparison schools",
        caption=_arms_caption(effect=effect, plan=plan),
        x=tuple(formatting.school_year(year) for year in years),
        series=series,
        unit=unit_of(plan.unit),
        takeaway=f"It began in {formatting.school_year(plan.first_year)}: the lines should part from then on",
    )


def _interval_caption(*, effect: EffectOf, plan: PlanOf, is_early: bool) -> str:
    """Say what the marks are, in what unit, and that better is right."""
    side = "fewer or less" if plan.direction == "down" else "more"
    words = f"To the right is better ({side}). The line through the dot is the 95% interval."
    if effect.low is None:
        words = f"To the right is better ({side}). There are too few schools for an interval."
    if effect.unit == "student_sd":
        source = effect.facts.get("student_sd_source") or ""
        words += f" In student standard deviations{f' ({source})' if source else ''}."
    return f"{EARLY} {words}" if is_early else words


def _arms_caption(*, effect: EffectOf, plan: PlanOf) -> str:
    parts = []
    for one in effect.series:
        named = effect.facts["schools_served" if one["arm"] == "served" else "schools_compared"]
        noun = "served" if one["arm"] == "served" else "compared with"
        parts.append(f"{one['schools']} of {named} schools {noun}")
    words = f"{' and '.join(parts)}, the same in every year; others are hidden or have no result."
    if all(
        one["schools"] == effect.facts["schools_served" if one["arm"] == "served" else "schools_compared"]
        for one in effect.series
    ):
        words = (
            f"All {' and '.join(part.split(' of ')[0] + ' ' + part.split(' schools ')[1] for part in parts)}."
        )
    breaks = [year for year in plan.break_years if year <= plan.outcome_year]
    if breaks:
        named = " and ".join(formatting.school_year(one) for one in breaks)
        words += f" Values from {named} on cannot be compared with earlier ones."
    return f"{words} Weighted by students, rounded to one decimal."
