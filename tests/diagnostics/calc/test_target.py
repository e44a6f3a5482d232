"""Is a target reached? On the exact rate, and without telling that rate to who tries many targets."""

from __future__ import annotations

from decimal import Decimal

import pytest

from diagnostics.calc.pooling import YearValue
from diagnostics.calc.target import decide_target, exact_district


def shown(value: float | None, **more: object) -> YearValue:
    return YearValue(year=2024, value=value, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("exact", "target", "direction", "is_reached"),
    [
        (20.04, "20", "down", False),
        (20.0, "20", "down", True),
        (19.96, "20", "down", True),
        (19.96, "20", "up", False),
        (20.04, "20", "up", True),
        (30.0, "20", "down", False),
    ],
)
def test_decide_target_by_the_exact_rate_not_the_published_one(
    exact: float, target: str, direction: str, is_reached: bool
) -> None:
    value = shown(round(exact, 1))
    assert (
        decide_target(
            shown=value, exact=exact, target=Decimal(target), is_up=direction == "up", unit="percent"
        )
        is is_reached
    )


def test_a_hidden_rate_is_undecided() -> None:
    hidden = shown(None, is_suppressed=True)
    assert decide_target(shown=hidden, exact=12.0, target=Decimal(20), is_up=False, unit="percent") is None
    assert (
        decide_target(shown=shown(12.0), exact=None, target=Decimal(20), is_up=False, unit="percent") is None
    )


@pytest.mark.parametrize(
    ("target", "is_up", "is_reached"),
    [("5", False, True), ("6", False, True), ("4.9", False, None), ("5", True, False), ("4.9", True, None)],
)
def test_a_rate_beyond_a_cut_is_decided_by_the_cut_alone(
    target: str, is_up: bool, is_reached: bool | None
) -> None:
    for exact in (0.0, 3.0, 4.95):
        value = shown(5.0, bound="under")
        found = decide_target(shown=value, exact=exact, target=Decimal(target), is_up=is_up, unit="percent")
        assert found is is_reached


def test_many_targets_tell_no_more_than_the_side_of_the_published_rate() -> None:
    targets = [Decimal(n) / 1000 for n in range(19_500, 20_500)]
    for pair in ((20.001, 20.049), (19.951, 19.999)):
        for is_up in (True, False):
            answers = [
                [
                    decide_target(shown=shown(20.0), exact=one, target=target, is_up=is_up, unit="percent")
                    for target in targets
                ]
                for one in pair
            ]
            assert answers[0] == answers[1]


def test_a_target_between_two_published_values_is_undecided_only_for_a_rate_between_them() -> None:
    def reached(exact: float) -> bool | None:
        return decide_target(
            shown=shown(round(exact, 1)), exact=exact, target=Decimal("20.05"), is_up=False, unit="percent"
        )

    assert [reached(one) for one in (19.9, 20.0, 20.02, 20.08, 20.1, 20.11)] == [
        True,
        True,
        None,
        None,
        None,
        False,
    ]


def test_exact_district_pools_students_and_keeps_a_district_s_own_value() -> None:
    cells = {
        ("a", "all"): YearValue(year=2024, value=25.0, numerator=10, students=40),
        ("b", "all"): YearValue(year=2024, value=50.0, numerator=30, students=60),
        (None, "el"): YearValue(year=2024, value=33.333333, numerator=1, students=3),
        ("a", "el"): YearValue(year=2024, value=10.0, numerator=1, students=10),
    }
    assert exact_district(cells=cells, unit="percent") == {"all": 40.0, "el": pytest.approx(100 / 3)}
    assert exact_district(cells={}, unit="percent") == {}
