"""Amounts as people and systems write them, against Python's own Decimal."""

from decimal import ROUND_HALF_EVEN, Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from districts.landing import amounts
from districts.landing.amounts import format_amount, parse_amounts

SIXTH = Decimal("0.000001")


def one(text: str, *, style: amounts.NumberStyle = "us") -> tuple[Decimal | None, str | None]:
    read = parse_amounts(pl.Series([text]), style=style)
    return read.amount[0], read.why[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1234.56", "1234.56"),
        ("0", "0"),
        ("-0.01", "-0.01"),
        ("1,234,567.89", "1234567.89"),
        ("$1,234.50", "1234.50"),
        ("$ 1,234.50", "1234.50"),
        ("-$5", "-5"),
        ("$-5", "-5"),
        ("(1,234.50)", "-1234.50"),
        ("($1,234.50)", "-1234.50"),
        ("$(1,234.50)", "-1234.50"),
        ("( 7.00 )", "-7"),
        ("12.50-", "-12.50"),
        ("1,200 -", "-1200"),
        ("+3.5", "3.5"),
        ("\u22125.25", "-5.25"),
        (" 42 ", "42"),
        ("\u00a042\u00a0", "42"),
        (".5", "0.5"),
        ("5.", "5"),
        ("1 234 567.5", "1234567.5"),
        ("1'234.5", "1234.5"),
        ("100 USD", "100"),
        ("007.10", "7.10"),
        ("12345.678900001", "12345.678900"),
        ("1.4551915228366852e-11", "0"),
        ("1.2345e3", "1234.5"),
        ("-1.5E+0", "-1.5"),
        ("999999999999.999999", "999999999999.999999"),
        ("(999,999,999,999.99)", "-999999999999.99"),
    ],
)
def test_amount_in_a_known_form_is_read_exactly(text: str, expected: str) -> None:
    assert one(text) == (Decimal(expected), None)


@pytest.mark.parametrize("text", ["", " ", "-", " - ", "\u2014", "$ -", "$-", "--"])
def test_blank_or_dash_is_no_amount(text: str) -> None:
    assert one(text) == (None, None)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("6.56E+189", amounts.WHY_SCIENTIFIC),
        ("1.23457E+11", amounts.WHY_SCIENTIFIC),
        ("1e5", amounts.WHY_SCIENTIFIC),
        ("NaN", amounts.WHY_NOT_A_NUMBER),
        ("Infinity", amounts.WHY_NOT_A_NUMBER),
        ("-inf", amounts.WHY_NOT_A_NUMBER),
        ("=A1+1", amounts.WHY_FORMULA),
        ("@SUM(A1)", amounts.WHY_FORMULA),
        ("+cmd|' /C calc'!A0", amounts.WHY_FORMULA),
        ("#REF!", amounts.WHY_SHEET_ERROR),
        ("123456789012345", amounts.WHY_TOO_LARGE),
        ("1000000000000", amounts.WHY_TOO_LARGE),
        ("-1000000000000.00", amounts.WHY_TOO_LARGE),
        ("$1,000,000,000,000.00", amounts.WHY_TOO_LARGE),
        ("1000000000000.0e0", amounts.WHY_TOO_LARGE),
        ("9" * 60, amounts.WHY_TOO_LARGE),
        ("1,2345.00", amounts.WHY_GROUPING),
        ("1.234,56", amounts.WHY_GROUPING),
        ("1,23", amounts.WHY_GROUPING),
        ("1.2.3", amounts.WHY_GROUPING),
        ("(-5)", amounts.WHY_SIGNS),
        ("-5-", amounts.WHY_SIGNS),
        ("five", amounts.WHY_TEXT),
        ("1O0", amounts.WHY_TEXT),
        ("0x10", amounts.WHY_TEXT),
        ("1_000", amounts.WHY_TEXT),
        ("\u0661\u0662", amounts.WHY_TEXT),
    ],
)
def test_amount_that_cannot_be_read_says_why(text: str, why: str) -> None:
    assert one(text) == (None, why)
    assert amounts.WHAT_TO_DO[why]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1.234,56", "1234.56"), ("1234,5", "1234.5"), ("1 234,5", "1234.5"), ("(12,00)", "-12")],
)
def test_european_style_reads_comma_decimals(text: str, expected: str) -> None:
    assert one(text, style="european") == (Decimal(expected), None)


exact = st.decimals(
    min_value=-(10**12) + 1, max_value=10**12 - 1, places=2, allow_nan=False, allow_infinity=False
)


@given(st.lists(exact, min_size=1, max_size=30))
def test_any_way_of_writing_gives_the_same_decimal(values: list[Decimal]) -> None:
    for write in (
        lambda v: f"{v:f}",
        lambda v: f"{v:,f}",
        lambda v: f"(${abs(v):,f})" if v < 0 else f"${v:,f}",
        lambda v: f"{abs(v):f}-" if v < 0 else f" {v:f} ",
    ):
        read = parse_amounts(pl.Series([write(value) for value in values]))
        assert read.amount.to_list() == [value.quantize(SIXTH) for value in values]
        assert read.why.null_count() == len(values)
    assert read.amount.sum() == sum(values)


@given(
    st.decimals(
        min_value=-(10**12) + 1, max_value=10**12 - 1, allow_nan=False, allow_infinity=False, places=17
    )
)
def test_more_than_six_decimals_round_as_decimal_does(value: Decimal) -> None:
    read = parse_amounts(pl.Series([f"{value:f}"]))
    assert read.amount[0] == value.quantize(SIXTH, rounding=ROUND_HALF_EVEN)
    assert read.rounded == (value != value.quantize(SIXTH))


@given(st.floats(min_value=-1e11, max_value=1e11, allow_nan=False))
def test_unrounded_float_is_kept_to_six_decimals(value: float) -> None:
    exactly = Decimal(repr(value))
    read = parse_amounts(pl.Series([f"{exactly:f}"]))
    assert read.amount[0] == exactly.quantize(SIXTH, rounding=ROUND_HALF_EVEN)


@given(st.lists(st.text(max_size=30), max_size=20))
def test_any_text_is_an_amount_or_blank_or_a_reason(values: list[str]) -> None:
    for style in ("us", "european"):
        read = parse_amounts(pl.Series(values, dtype=pl.String), style=style)
        assert read.amount.len() == read.why.len() == len(values)
        for amount, why in zip(read.amount, read.why, strict=True):
            assert amount is None or why is None
            assert why is None or why in amounts.WHAT_TO_DO


@given(exact)
def test_formatted_amount_reads_back_equal(value: Decimal) -> None:
    assert one(format_amount(value)) == (value.quantize(SIXTH), None)
