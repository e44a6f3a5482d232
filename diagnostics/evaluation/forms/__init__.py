"""The forms of evaluation plans and check-ins; must not write."""

from diagnostics.evaluation.forms.check_ins import (
    CheckInForm,
    MonthForm,
    month_key,
    month_words,
    read_month,
)
from diagnostics.evaluation.forms.plans import PlanForm, ReplaceForm, initial_of, is_search, typed_so_far

__all__ = [
    "CheckInForm",
    "MonthForm",
    "PlanForm",
    "ReplaceForm",
    "initial_of",
    "is_search",
    "month_key",
    "month_words",
    "read_month",
    "typed_so_far",
]
