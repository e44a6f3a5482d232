"""Difference in means between arms of students, clustered at the level of assignment. Must not choose it."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from diagnostics.calc.effects.cluster_robust import (
    Coefficients,
    Floats,
    Labels,
    fit_clustered,
    fit_robust,
    reach,
    two_sided,
)
from diagnostics.calc.effects.result import EffectResult
from diagnostics.calc.effects.schools import Flags


def difference_in_means(
    *,
    outcomes: Floats,
    arms: Sequence[str],
    comparison: str,
    clusters: Sequence[Hashable] | None = None,
    strata: Sequence[Hashable] | None = None,
) -> Mapping[str, EffectResult]:
    """Compare the mean of every arm with the comparison arm's, all arms in one regression.

    y = sum_s a_s [stratum s] + sum_a b_a [arm a] + e; one intercept without strata. outcomes: (n,) of
    students, better is up; NaN is left out. arms, clusters, strata: (n,) labels. clusters: the unit that
    was assigned (a school, a class); None where students were: HC1 errors then, else CR2 with
    Satterthwaite degrees of freedom. strata: within which places were drawn. Returns an effect for each
    arm but the comparison; empty where no arm has a student or the comparison has none. An arm that
    never shares a stratum with another cannot be told apart and has no estimate.

    Example: outcomes 1, 3 in "plain" and 4, 6 in "small": small is 3 higher.
    """
    known = np.isfinite(outcomes)
    labels = np.array(arms, dtype=object)[known]
    names = sorted({str(name) for name in labels} - {comparison})
    if not names or comparison not in set(labels):
        return {}
    y = outcomes[known]
    groups = _codes(strata, known) if strata is not None else np.zeros(len(y), dtype=np.int64)
    cluster = _codes(clusters, known) if clusters is not None else None
    treated = np.column_stack([labels == name for name in names]).astype(np.float64)
    blocks = (groups[:, None] == np.arange(groups.max() + 1)[None, :]).astype(np.float64)
    design = np.column_stack([treated, blocks])
    if np.linalg.matrix_rank(design) < design.shape[1]:
        return {name: EffectResult(method=_method(cluster), note=_CONFOUNDED) for name in names}
    fitted = _fit(design=design, outcome=y, clusters=cluster)
    at = labels == comparison
    return {
        name: _result(fitted=fitted, column=column, mine=labels == name, other=at, clusters=cluster)
        for column, name in enumerate(names)
    }


_CONFOUNDED = "The arms cannot be told apart from the strata."


def _codes(labels: Sequence[Hashable], known: Flags) -> Labels:
    kept = [label for label, is_known in zip(labels, known, strict=True) if is_known]
    code = {label: number for number, label in enumerate(dict.fromkeys(kept))}
    return np.array([code[label] for label in kept], dtype=np.int64)


def _fit(*, design: Floats, outcome: Floats, clusters: Labels | None) -> Coefficients:
    if clusters is None:
        return fit_robust(design=design, outcome=outcome)
    return fit_clustered(design=design, outcome=outcome, clusters=clusters)


def _method(clusters: Labels | None) -> str:
    return "difference in means, " + ("HC1" if clusters is None else "CR2")


def _result(
    *,
    fitted: Coefficients,
    column: int,
    mine: Flags,
    other: Flags,
    clusters: Labels | None,
) -> EffectResult:
    estimate, error = float(fitted.estimate[column]), float(fitted.standard_error[column])
    freedom = float(fitted.degrees_of_freedom[column])
    found = EffectResult(
        method=_method(clusters),
        estimate=estimate,
        students_treated=int(mine.sum()),
        students_comparison=int(other.sum()),
        clusters_treated=None if clusters is None else len(np.unique(clusters[mine])),
        clusters_comparison=None if clusters is None else len(np.unique(clusters[other])),
    )
    if not (np.isfinite(error) and error > 0 and freedom > 0):
        return replace(found, note="No interval.")
    wide = reach(standard_error=error, freedom=freedom, confidence=0.95)
    narrow = reach(standard_error=error, freedom=freedom, confidence=0.80)
    return replace(
        found,
        standard_error=error,
        degrees_of_freedom=freedom,
        low=estimate - wide,
        high=estimate + wide,
        low_80=estimate - narrow,
        high_80=estimate + narrow,
        p_cr2=two_sided(estimate=estimate, standard_error=error, freedom=freedom),
    )
