"""How the API tells an estimate, its gates and the return; must not query or judge.

Numbers are rounded as pages round them: no exact value of a school follows from them. Readers who see no school
get none of those that are a single school's.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from rest_framework import serializers

from diagnostics.initiative.selectors.effect import EffectOf, Judged, PlanOf, get_judged

DECIMALS = {"student_sd": 2}
ONE_SCHOOL = "Not shown: fewer than two schools are served or compared, so that the numbers would tell one school's result."
_NUMBERS = (
    "estimate",
    "low",
    "high",
    "students_treated",
    "students_comparison",
    "clusters_treated",
    "clusters_comparison",
    "p_cr2",
    "p_bootstrap",
    "p_permutation",
    "pre_periods",
    "baseline_difference",
    "expected_regression",
    "students_needed",
)
_RATIOS = ("cost_per_student", "students", "per_1000", "cost_per_sd", "cost_per_sd_low", "cost_per_sd_high")


class GateOutput(serializers.Serializer[Any]):
    """One thing the verdict was checked against, with the number behind it in words."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    is_passed = serializers.BooleanField()
    number = serializers.CharField()
    fix = serializers.CharField(help_text="The cheapest way to pass; empty when passed.")


class PlanOutput(serializers.Serializer[Any]):
    """The evaluation plan in force: agreed metric, design, bar and years."""

    id = serializers.UUIDField()
    metric = serializers.CharField()
    group = serializers.CharField()
    grade = serializers.CharField()
    design = serializers.CharField(help_text="`randomised`, `difference_in_differences` or `before_after`.")
    baseline_year = serializers.IntegerField()
    first_year = serializers.IntegerField()
    outcome_year = serializers.IntegerField()
    is_retrospective = serializers.BooleanField(
        help_text="Locked after its outcome had landed, which caps the verdict."
    )
    locked_on = serializers.DateField(allow_null=True, help_text="Null: a draft, which judges nothing.")


class EstimateOutput(serializers.Serializer[Any]):
    """The effect, better is up, in `unit`; numbers are null where the design gives none."""

    design = serializers.CharField()
    method = serializers.CharField()
    version = serializers.CharField()
    unit = serializers.CharField(help_text="`percentage_points`, `points`, `student_sd` or `count`.")
    outcome_year = serializers.IntegerField(allow_null=True)
    is_early_look = serializers.BooleanField(help_text="Before the planned look: no verdict.")
    estimate = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True, help_text="Lower end of the 95% interval.")
    high = serializers.FloatField(allow_null=True)
    bar = serializers.FloatField(allow_null=True)
    students_treated = serializers.IntegerField(allow_null=True)
    students_comparison = serializers.IntegerField(allow_null=True)
    clusters_treated = serializers.IntegerField(allow_null=True, help_text="Schools served.")
    clusters_comparison = serializers.IntegerField(allow_null=True)
    p_cr2 = serializers.FloatField(allow_null=True)
    p_bootstrap = serializers.FloatField(allow_null=True)
    p_permutation = serializers.FloatField(allow_null=True)
    pre_periods = serializers.IntegerField(allow_null=True)
    baseline_difference = serializers.FloatField(allow_null=True, help_text="In student SD.")
    expected_regression = serializers.FloatField(allow_null=True)
    students_needed = serializers.IntegerField(allow_null=True)
    note = serializers.CharField()
    fingerprint = serializers.CharField()


class RatioOutput(serializers.Serializer[Any]):
    """Cost and effect of the same students and years; a ratio is null where `why_words` says why."""

    cost_per_student = serializers.FloatField(allow_null=True)
    dollars = serializers.DecimalField(
        max_digits=20, decimal_places=2, allow_null=True, help_text="Ledger cost of `fiscal_years`, actual."
    )
    fiscal_years = serializers.ListField(child=serializers.IntegerField())
    students = serializers.IntegerField(allow_null=True)
    who = serializers.CharField(help_text="Which students were counted.")
    no_cost = serializers.CharField()
    per_1000 = serializers.FloatField(
        allow_null=True, help_text="Effect per $1,000 a student, in student SD."
    )
    cost_per_sd = serializers.FloatField(allow_null=True)
    cost_per_sd_low = serializers.FloatField(allow_null=True)
    cost_per_sd_high = serializers.FloatField(allow_null=True)
    failed = serializers.ListField(child=serializers.CharField(), help_text="Gates that did not pass.")
    why_words = serializers.CharField()
    fix = serializers.CharField()


class JudgedOutput(serializers.Serializer[Any]):
    """What the verdict of an initiative rests on."""

    plan = PlanOutput(allow_null=True)
    estimate = EstimateOutput(allow_null=True)
    gates = GateOutput(many=True)
    returns = RatioOutput(allow_null=True)
    issue = serializers.IntegerField(
        help_text="Version of the verdict at the planned look; 0: none is issued."
    )
    is_early_look = serializers.BooleanField()
    is_capped = serializers.BooleanField(help_text="The design could not carry what the interval says.")


def read_evidence(*, initiative_id: UUID, sees_schools: bool) -> dict[str, Any]:
    """Return what the verdict of an initiative rests on, as the API tells it. One query.

    sees_schools: else numbers of an effect with fewer than two schools in an arm are left out, and why is said.
    """
    judged = get_judged(initiative_id=initiative_id)
    effect = judged.effect
    evidence = {
        "plan": _plan(judged.plan),
        "estimate": None if effect is None else _estimate(effect),
        "gates": GateOutput(effect.gates if effect else [], many=True).data,
        "returns": _ratio(judged),
        "issue": judged.issue,
        "is_early_look": judged.is_early_look,
        "is_capped": judged.is_capped,
    }
    if sees_schools or effect is None or _has_two_schools(effect):
        return evidence
    return evidence | _without_numbers(evidence)


def _has_two_schools(effect: EffectOf) -> bool:
    """Say whether two schools or more are in each arm; an estimate that counts no schools has none."""
    return min(effect.clusters_treated or 0, effect.clusters_comparison or 0) >= 2


def _without_numbers(evidence: dict[str, Any]) -> dict[str, Any]:
    estimate, returns = evidence["estimate"], evidence["returns"]
    note = estimate["note"] if estimate["estimate"] is None and estimate["note"] else ONE_SCHOOL
    hidden = dict.fromkeys(_NUMBERS) | {"note": note, "fingerprint": ""}
    gates = [one | {"number": ONE_SCHOOL} for one in evidence["gates"]]
    ratio = dict.fromkeys(_RATIOS) | {"who": "", "no_cost": "", "why_words": ONE_SCHOOL}
    return {
        "estimate": estimate | hidden,
        "gates": gates,
        "returns": None if returns is None else returns | ratio,
    }


def _plan(plan: PlanOf | None) -> dict[str, Any] | None:
    return None if plan is None else dict(PlanOutput(plan).data)


def _estimate(effect: EffectOf) -> dict[str, Any]:
    digits = DECIMALS.get(effect.unit, 1)
    data = dict(EstimateOutput(effect).data)
    for name in ("estimate", "low", "high", "expected_regression"):
        data[name] = None if data[name] is None else round(data[name], digits)
    for name in ("p_cr2", "p_bootstrap", "p_permutation"):
        data[name] = None if data[name] is None else round(data[name], 4)
    if data["baseline_difference"] is not None:
        data["baseline_difference"] = round(data["baseline_difference"], 2)
    return data


def _ratio(judged: Judged) -> dict[str, Any] | None:
    if not judged.ratio:
        return None
    return dict(RatioOutput(judged.ratio).data)
