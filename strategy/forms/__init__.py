"""The forms of strategy: what a person types, checked field by field; the rules are the services'."""

from strategy.forms.filters import GoalFilterForm, InitiativeFilterForm
from strategy.forms.goals import GoalForm, MetricForm
from strategy.forms.initiatives import InitiativeForm
from strategy.forms.refusals import add_refusal, add_the_rest

__all__ = [
    "GoalFilterForm",
    "GoalForm",
    "InitiativeFilterForm",
    "InitiativeForm",
    "MetricForm",
    "add_refusal",
    "add_the_rest",
]
