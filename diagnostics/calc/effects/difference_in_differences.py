"""The change at schools served beside the change at comparison schools. Must not choose either.

Also the plain difference between schools after a lottery of schools, which is the same contrast of a
level instead of a change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from diagnostics.calc.effects.cluster_robust import reach, two_sided
from diagnostics.calc.effects.few_schools import (
    MINIMUM_OTHERS,
    permutation_p,
    placebo_effects,
    placebo_rank,
    placebo_reach,
    wild_bootstrap_p,
)
from diagnostics.calc.effects.result import EffectResult
from diagnostics.calc.effects.schools import Flags, Floats, contrast, satterthwaite
from diagnostics.calc.effects.schools_adjusted import (
    adjusted_bootstrap_p,
    adjusted_permutation_p,
    fit_adjusted,
)
from diagnostics.calc.verdict import FEW_CLUSTERS, MINIMUM_CLUSTERS

KNOWN_BEFORE = 0.5
CHANGE = "difference in differences, CR2"
LEVEL = "difference in means of schools, CR2"
ADJUSTED = "difference in means of schools with the baseline taken out, CR2"
PLACEBO = "difference in differences, placebo ranks"


@dataclass(frozen=True)
class SchoolValue:
    """A school's value in a year, in the metric's unit as reported, and the students behind it."""

    value: float | None
    students: float | None = None


@dataclass(frozen=True)
class SchoolYears:
    """A school of either arm, with its comparable years only: none from before a break of the measure."""

    school: str
    is_served: bool
    years: Mapping[int, SchoolValue]


@dataclass(frozen=True)
class _Table:
    """The schools used: what is compared, their weights and arm, all (schools,)."""

    schools: Sequence[SchoolYears]
    numbers: Floats
    weights: Floats
    served: Flags
    left_out: int


def difference_in_differences(
    *,
    schools: Sequence[SchoolYears],
    baseline_year: int,
    outcome_year: int,
    is_up: bool,
    seed: int,
    is_weighted: bool = True,
) -> EffectResult:
    """Compare the change from baseline to outcome year at schools served with that at comparison schools.

    Effect = mean change of the served - mean change of the comparison schools; turned round unless is_up.
    The baseline is the plan's year alone, not a mean of years before: a mean would hide a drift before it.
    Means are weighted by students (harmonic mean of the two years' counts: whom the cost is counted for, and
    how exact a change is) where every school has them in both years; else schools count alike. Errors: CR2,
    a school being its own cluster, with Satterthwaite degrees of freedom; 5-19 schools in the smaller arm
    add the wild bootstrap and the permutation; one served school has the placebos' interval and rank, if
    there are at least 19 others. Each earlier year known at half of each arm or more gives a coefficient
    against the baseline year. Schools without a value in the baseline or outcome year are left out and
    counted. An arm without a school: no estimate, and a note. Same input and seed, same result.

    Example: served 10 to 16 and 12 to 18, comparison 11 to 13 and 9 to 11: the effect is 6 - 2 = 4.
    """
    table = _table(schools=schools, years=(baseline_year, outcome_year), is_up=is_up, is_weighted=is_weighted)
    found = _described(table=table, method=CHANGE, baseline_year=baseline_year, outcome_year=outcome_year)
    if not (table.served.any() and (~table.served).any()):
        return replace(found, note=_no_arm(table.served))
    before = _before(table=table, baseline_year=baseline_year, is_up=is_up, is_weighted=is_weighted)
    found = replace(
        found,
        pre_periods=1 + len(before),
        worst_pre_period=max((abs(one) for one in before.values()), default=None),
        pre_coefficients=before,
    )
    return _inferred(found=found, table=table, seed=seed)


def difference_in_school_means(
    *,
    schools: Sequence[SchoolYears],
    outcome_year: int,
    is_up: bool,
    seed: int,
    baseline_year: int | None = None,
    is_adjusted: bool = False,
    is_weighted: bool = True,
) -> EffectResult:
    """Compare the outcome year's level at schools drawn by lot with that at the schools not drawn.

    As `difference_in_differences` with the level in place of the change, weighted by that year's students.
    baseline_year: only to report both arms' means before; a school without a value then is still used.
    is_adjusted: take the baseline year's level out by regression (ANCOVA), with the bootstrap and the
    permutation of its residuals; schools without it are left out and counted, weighted by both years. Where
    that cannot be fitted, and for one served school, it is the plain difference, and `method` says so.
    """
    if is_adjusted and baseline_year is not None:
        found = _adjusted(
            schools=schools,
            years=(baseline_year, outcome_year),
            is_up=is_up,
            seed=seed,
            is_weighted=is_weighted,
        )
        if found is not None:
            return found
    table = _table(schools=schools, years=(outcome_year,), is_up=is_up, is_weighted=is_weighted)
    found = _described(table=table, method=LEVEL, baseline_year=baseline_year, outcome_year=outcome_year)
    if not (table.served.any() and (~table.served).any()):
        return replace(found, note=_no_arm(table.served))
    return _inferred(found=found, table=table, seed=seed)


def _adjusted(
    *,
    schools: Sequence[SchoolYears],
    years: tuple[int, int],
    is_up: bool,
    seed: int,
    is_weighted: bool,
) -> EffectResult | None:
    """Compare levels with the baseline taken out; None where that cannot be fitted."""
    table = _table(schools=schools, years=years, is_up=is_up, is_weighted=is_weighted)
    if min(table.served.sum(), (~table.served).sum()) < 2:
        return None
    before = np.array([_value(one, years[0]) for one in table.schools], dtype=np.float64)
    fit = fit_adjusted(before=before, weights=table.weights, served=table.served)
    if fit is None:
        return None
    numbers = table.numbers + (before if is_up else -before)
    estimates, errors = fit.contrast(numbers=numbers)
    found = _described(table=table, method=ADJUSTED, baseline_year=years[0], outcome_year=years[1])
    found = _judged_by_cr2(
        found=replace(found, estimate=float(estimates[0])), error=float(errors[0]), freedom=fit.freedom
    )
    if found.p_cr2 is None or not _is_few(table.served):
        return found
    return replace(
        found,
        p_bootstrap=adjusted_bootstrap_p(fit=fit, numbers=numbers, seed=seed),
        p_permutation=adjusted_permutation_p(fit=fit, numbers=numbers, seed=seed),
    )


def _table(
    *, schools: Sequence[SchoolYears], years: tuple[int, ...], is_up: bool, is_weighted: bool
) -> _Table:
    """Keep the schools with a value in every year named; last minus first, or the one level."""
    kept = sorted(
        (one for one in schools if all(_value(one, year) is not None for year in years)),
        key=lambda one: one.school,
    )
    values = np.array([[_value(one, year) for year in years] for one in kept], dtype=np.float64)
    values = values.reshape(len(kept), len(years))
    numbers = values[:, -1] - (values[:, 0] if len(years) > 1 else 0.0)
    return _Table(
        schools=kept,
        numbers=numbers if is_up else -numbers,
        weights=_weights(schools=kept, years=years) if is_weighted else np.ones(len(kept)),
        served=np.array([one.is_served for one in kept], dtype=np.bool_),
        left_out=len(schools) - len(kept),
    )


def _value(school: SchoolYears, year: int) -> float | None:
    """Give a known value; None where missing or NaN."""
    found = school.years.get(year)
    return None if found is None or found.value is None or found.value != found.value else found.value


def _students(school: SchoolYears, year: int) -> float | None:
    found = school.years.get(year)
    return found.students if found is not None and found.students else None


def _weights(*, schools: Sequence[SchoolYears], years: tuple[int, ...]) -> Floats:
    """Give the harmonic mean of each school's students over the years; ones where any is not known."""
    counts = [[_students(one, year) for year in years] for one in schools]
    if not counts or any(count is None for row in counts for count in row):
        return np.ones(len(schools))
    known = np.array(counts, dtype=np.float64)
    found: Floats = known.shape[1] / (1 / known).sum(axis=1)
    return found


def _described(*, table: _Table, method: str, baseline_year: int | None, outcome_year: int) -> EffectResult:
    """Count schools and students, and give the means in the baseline year as reported."""
    return EffectResult(
        method=method,
        students_treated=_sum_students(table=table, arm=table.served, year=outcome_year),
        students_comparison=_sum_students(table=table, arm=~table.served, year=outcome_year),
        clusters_treated=int(table.served.sum()),
        clusters_comparison=int((~table.served).sum()),
        baseline_treated=_mean_before(table=table, arm=table.served, year=baseline_year),
        baseline_comparison=_mean_before(table=table, arm=~table.served, year=baseline_year),
        left_out=table.left_out,
    )


def _sum_students(*, table: _Table, arm: Flags, year: int) -> int | None:
    counts = [_students(one, year) for one, is_in in zip(table.schools, arm, strict=True) if is_in]
    known = [count for count in counts if count is not None]
    return round(sum(known)) if known and len(known) == len(counts) else None


def _mean_before(*, table: _Table, arm: Flags, year: int | None) -> float | None:
    if year is None:
        return None
    pairs = [
        (value, weight)
        for one, weight, is_in in zip(table.schools, table.weights, arm, strict=True)
        if is_in and (value := _value(one, year)) is not None
    ]
    if not pairs:
        return None
    values, weights = zip(*pairs, strict=True)
    return float(np.average(values, weights=weights))


def _no_arm(served: Flags) -> str:
    which = "comparison" if served.any() else "served"
    return f"No {which} school has a value in every year that is needed."


def _before(*, table: _Table, baseline_year: int, is_up: bool, is_weighted: bool) -> dict[int, float]:
    """Give each earlier year's effect against the baseline year, among the schools used that have it."""
    years = sorted({year for one in table.schools for year in one.years if year < baseline_year})
    found = {}
    for year in years:
        part = _table(
            schools=table.schools, years=(year, baseline_year), is_up=is_up, is_weighted=is_weighted
        )
        share_served = part.served.sum() / table.served.sum()
        share_other = (~part.served).sum() / (~table.served).sum()
        if min(share_served, share_other) < KNOWN_BEFORE:
            continue
        estimate, _ = contrast(numbers=-part.numbers, weights=part.weights, served=part.served)
        found[year] = float(estimate[0])
    return found


def _inferred(*, found: EffectResult, table: _Table, seed: int) -> EffectResult:
    """Add the estimate, its error and intervals, and the tests that so many schools call for."""
    numbers, weights, served = table.numbers, table.weights, table.served
    estimates, errors = contrast(numbers=numbers, weights=weights, served=served)
    found, error = replace(found, estimate=float(estimates[0])), float(errors[0])
    if served.sum() == 1:
        return _placed(found=found, table=table)
    freedom = satterthwaite(weights=weights, served=served)
    found = _judged_by_cr2(found=found, error=error, freedom=freedom)
    if found.p_cr2 is None or not _is_few(served):
        return found
    return replace(
        found,
        p_bootstrap=wild_bootstrap_p(numbers=numbers, weights=weights, served=served, seed=seed),
        p_permutation=permutation_p(numbers=numbers, weights=weights, served=served, seed=seed),
    )


def _is_few(served: Flags) -> bool:
    """Say whether the smaller arm has 5-19 schools: three methods must agree then."""
    return bool(MINIMUM_CLUSTERS <= min(served.sum(), (~served).sum()) <= FEW_CLUSTERS)


def _judged_by_cr2(*, found: EffectResult, error: float, freedom: float) -> EffectResult:
    """Add error, degrees of freedom, intervals and p; a note where there is no error."""
    if not (np.isfinite(error) and np.isfinite(freedom)):
        return replace(found, note="One comparison school: no interval.")
    if error <= 0:
        return replace(found, note="Every school of an arm moved alike: no interval.")
    return replace(
        _with_interval(
            found=found,
            wide=reach(standard_error=error, freedom=freedom, confidence=0.95),
            narrow=reach(standard_error=error, freedom=freedom, confidence=0.80),
        ),
        standard_error=error,
        degrees_of_freedom=freedom,
        p_cr2=two_sided(estimate=found.estimate or 0.0, standard_error=error, freedom=freedom),
    )


def _placed(*, found: EffectResult, table: _Table) -> EffectResult:
    """Add the rank of one served school among placebos, and the interval they support."""
    placebos = placebo_effects(numbers=table.numbers, weights=table.weights, served=table.served)
    if placebos is None or found.estimate is None:
        return replace(
            found, note=f"One served school needs at least {MINIMUM_OTHERS} others to be ranked among."
        )
    ranked = _with_interval(
        found=found,
        wide=placebo_reach(placebos=placebos, confidence=0.95),
        narrow=placebo_reach(placebos=placebos, confidence=0.80),
    )
    return replace(
        ranked,
        method=PLACEBO,
        placebo_rank=placebo_rank(estimate=found.estimate, placebos=placebos),
        placebos=len(placebos) + 1,
        note="One served school: ranked among the comparison schools, its interval is the placebos'.",
    )


def _with_interval(*, found: EffectResult, wide: float, narrow: float) -> EffectResult:
    middle = found.estimate or 0.0
    return replace(
        found, low=middle - wide, high=middle + wide, low_80=middle - narrow, high_80=middle + narrow
    )


@dataclass(frozen=True)
class BeforeAfter:
    """How schools moved on their own: a description, no effect. left_out: schools without both years."""

    change: float | None
    schools: int
    students: int | None
    left_out: int


def before_after(
    *, schools: Sequence[SchoolYears], baseline_year: int, outcome_year: int, is_up: bool
) -> BeforeAfter:
    """Describe the change of the schools served, turned round unless is_up; no error and no interval.

    Weighted as `difference_in_differences`. No school with both years: change None.
    """
    mine = [one for one in schools if one.is_served]
    table = _table(schools=mine, years=(baseline_year, outcome_year), is_up=is_up, is_weighted=True)
    return BeforeAfter(
        change=float(np.average(table.numbers, weights=table.weights)) if len(table.numbers) else None,
        schools=len(table.numbers),
        students=_sum_students(table=table, arm=table.served, year=outcome_year),
        left_out=table.left_out,
    )
