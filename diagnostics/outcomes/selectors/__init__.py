"""What the outcome pages read: trends as they may be shown, schools, dollars of schools; must not write."""

from diagnostics.outcomes.selectors.metric import MetricPage, get_metric_page
from diagnostics.outcomes.selectors.metrics import MetricLine, Outcomes, get_outcomes
from diagnostics.outcomes.selectors.school import SchoolMetric, SchoolPage, get_school_page
from diagnostics.outcomes.selectors.spending import SchoolPoint, SpendingPage, get_spending_page

__all__ = [
    "MetricLine",
    "MetricPage",
    "Outcomes",
    "SchoolMetric",
    "SchoolPage",
    "SchoolPoint",
    "SpendingPage",
    "get_metric_page",
    "get_outcomes",
    "get_school_page",
    "get_spending_page",
]
