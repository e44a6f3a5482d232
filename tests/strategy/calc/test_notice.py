"""When a review comes too late to give staff notice."""

from datetime import date

import pytest

from strategy.calc.notice import LateReview, fiscal_year_end, late_review


def test_late_review_on_the_last_day_that_leaves_time_is_not_late() -> None:
    assert late_review(review_on=date(2027, 3, 15)) is None


def test_late_review_a_day_later_says_what_would_have_been_in_time() -> None:
    assert late_review(review_on=date(2027, 3, 16)) == LateReview(
        days_left=106, year_ends_on=date(2027, 6, 30), latest_on=date(2027, 3, 15)
    )


@pytest.mark.parametrize(
    ("day", "start_month", "ends_on"),
    [
        (date(2026, 11, 23), 7, date(2027, 6, 30)),
        (date(2027, 6, 30), 7, date(2027, 6, 30)),
        (date(2027, 7, 1), 7, date(2028, 6, 30)),
        (date(2026, 11, 23), 10, date(2027, 9, 30)),
        (date(2026, 11, 23), 1, date(2026, 12, 31)),
    ],
)
def test_fiscal_year_end_for_every_start(day: date, start_month: int, ends_on: date) -> None:
    assert fiscal_year_end(day=day, start_month=start_month) == ends_on
