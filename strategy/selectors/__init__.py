"""Read side of strategy, one function a page or panel; returns frozen dataclasses. Must not write."""

from strategy.selectors.choices import Choices, SchoolChoice, get_choices
from strategy.selectors.goals import GoalRow, MetricRow, get_goal, get_metric, list_goals, list_metrics
from strategy.selectors.history import HistoryEntry, ValueChange, list_history
from strategy.selectors.initiatives import (
    InitiativeDetail,
    InitiativeFilter,
    InitiativeRow,
    get_initiative,
    list_initiatives,
)
from strategy.selectors.published import Published, get_published, name_groups

__all__ = [
    "Choices",
    "GoalRow",
    "HistoryEntry",
    "InitiativeDetail",
    "InitiativeFilter",
    "InitiativeRow",
    "MetricRow",
    "Published",
    "SchoolChoice",
    "ValueChange",
    "get_choices",
    "get_goal",
    "get_initiative",
    "get_metric",
    "get_published",
    "list_goals",
    "list_history",
    "list_initiatives",
    "list_metrics",
    "name_groups",
]
