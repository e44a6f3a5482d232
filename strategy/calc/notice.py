"""When a review comes too late to give staff notice; must not know a model or today.

The rule is this product's own: what a review decides can only begin with the next fiscal year, and staff
whose work ends with this one must hear it in time. 107 days before the end of June is March 15, the date by
which California districts give preliminary notice; elsewhere it is a prudent default.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

NOTICE_DAYS = 107


@dataclass(frozen=True)
class LateReview:
    """A review that leaves too little time: how much it leaves, and until when it would have been early enough."""

    days_left: int
    year_ends_on: date
    latest_on: date


def late_review(
    *, review_on: date, start_month: int = 7, notice_days: int = NOTICE_DAYS
) -> LateReview | None:
    """Return why a review date is late, or None when it leaves time to give notice.

    days left = last day of the fiscal year of the review - review date; late when under `notice_days`.
    Example: a review on 2027-04-20 in a year that ends on June 30 leaves 71 days; 2027-03-15 was the last day.
    """
    ends_on = fiscal_year_end(day=review_on, start_month=start_month)
    days_left = (ends_on - review_on).days
    if days_left >= notice_days:
        return None
    return LateReview(
        days_left=days_left,
        year_ends_on=ends_on,
        latest_on=ends_on - timedelta(days=notice_days),
    )


def fiscal_year_end(*, day: date, start_month: int) -> date:
    """Return the last day of the fiscal year that holds `day`.

    Example: with July as the first month, 2026-11-23 and 2027-06-30 both belong to the year that ends 2027-06-30.
    """
    year = day.year + 1 if day.month >= start_month else day.year
    return date(year, start_month, 1) - timedelta(days=1)
