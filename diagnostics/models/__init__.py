"""What the numbers say: results, trends, plans, check-ins, effects, verdicts, decisions; must not compute or judge."""

from diagnostics.models.effects import Effect, InitiativeReturn
from diagnostics.models.evaluation import CheckIn, EvaluationPlan, PlanSchool
from diagnostics.models.results import MetricResult, Trend
from diagnostics.models.reviews import Decision, Reallocation

__all__ = [
    "CheckIn",
    "Decision",
    "Effect",
    "EvaluationPlan",
    "InitiativeReturn",
    "MetricResult",
    "PlanSchool",
    "Reallocation",
    "Trend",
]
