"""Read side of reviews and decisions. Must not write."""

from diagnostics.reviews.selectors.decisions import (
    NOBODY,
    DecisionRow,
    MoveRow,
    get_decision,
    get_kept_evidence,
    list_decisions,
)
from diagnostics.reviews.selectors.due import DECIDED, DUE, ReviewRow, list_reviews, sort_reviews
from diagnostics.reviews.selectors.gather import budget_name, gather_evidence

__all__ = [
    "DECIDED",
    "DUE",
    "NOBODY",
    "DecisionRow",
    "MoveRow",
    "ReviewRow",
    "budget_name",
    "gather_evidence",
    "get_decision",
    "get_kept_evidence",
    "list_decisions",
    "list_reviews",
    "sort_reviews",
]
