"""Write side of strategy, all of it: every write is audited and marks what it changed. Must not read for pages."""

from strategy.services.goals import (
    GoalInput,
    GoalInUse,
    GoalRefused,
    archive_goal,
    create_goal,
    list_goal_errors,
    restore_goal,
    update_goal,
)
from strategy.services.initiatives import (
    InitiativeInput,
    InitiativeRefused,
    archive_initiative,
    create_initiative,
    list_initiative_errors,
    restore_initiative,
    update_initiative,
)
from strategy.services.metrics import MetricInput, MetricRefused, create_metric, update_metric
from strategy.services.put_back import CannotPutBack, put_back
from strategy.services.refused import NotThere, StrategyRefused

__all__ = [
    "CannotPutBack",
    "GoalInUse",
    "GoalInput",
    "GoalRefused",
    "InitiativeInput",
    "InitiativeRefused",
    "MetricInput",
    "MetricRefused",
    "NotThere",
    "StrategyRefused",
    "archive_goal",
    "archive_initiative",
    "create_goal",
    "create_initiative",
    "create_metric",
    "list_goal_errors",
    "list_initiative_errors",
    "put_back",
    "restore_goal",
    "restore_initiative",
    "update_goal",
    "update_initiative",
    "update_metric",
]
