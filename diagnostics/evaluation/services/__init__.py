"""Write side of evaluation plans and check-ins."""

from diagnostics.evaluation.services.check_ins import (
    CheckInInput,
    CheckInsRefused,
    KeptCheckIns,
    may_check_in,
    refuse_other_lead,
    save_check_ins,
)
from diagnostics.evaluation.services.plans import (
    PlanInput,
    PlanRefused,
    has_landed,
    lock_plan,
    replace_plan,
    save_plan,
    stamp_of,
)
from diagnostics.evaluation.services.refused import EvaluationRefused, NotTheLead, NotThere

__all__ = [
    "CheckInInput",
    "CheckInsRefused",
    "EvaluationRefused",
    "KeptCheckIns",
    "NotTheLead",
    "NotThere",
    "PlanInput",
    "PlanRefused",
    "has_landed",
    "lock_plan",
    "may_check_in",
    "refuse_other_lead",
    "replace_plan",
    "save_check_ins",
    "save_plan",
    "stamp_of",
]
