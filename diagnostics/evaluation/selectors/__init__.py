"""Read side of evaluation plans and check-ins."""

from diagnostics.evaluation.selectors.check_ins import CheckInPage, MonthRow, SchoolMonth, get_check_in_page
from diagnostics.evaluation.selectors.counting import list_counting
from diagnostics.evaluation.selectors.delivery import (
    DueCheckIn,
    InitiativeDelivery,
    list_due_check_ins,
    read_delivery,
)
from diagnostics.evaluation.selectors.plans import PlanPage, PlanView, SchoolOption, get_plan_page

__all__ = [
    "CheckInPage",
    "DueCheckIn",
    "InitiativeDelivery",
    "MonthRow",
    "PlanPage",
    "PlanView",
    "SchoolMonth",
    "SchoolOption",
    "get_check_in_page",
    "get_plan_page",
    "list_counting",
    "list_due_check_ins",
    "read_delivery",
]
