"""The pattern grammar of coding rules."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from investments.calc.patterns import (
    PatternError,
    encode_segment,
    match_accounts,
    parse_patterns,
    parse_segment,
)


def matches(text: str, code: str) -> bool:
    pattern = parse_segment(segment="object", text=text)
    assert pattern is not None
    return pattern.matches(code)


@pytest.mark.parametrize(
    ("text", "code", "expected"),
    [
        ("3010,3150", "3150", True),
        ("3010,3150", "3151", False),
        ("0110", "110", False),
        ("0110", "0110", True),
        ("5*", "5760", True),
        ("5*", "05", False),
        ("5*", "", False),
        ("1000-7499", "1000", True),
        ("1000-7499", "7499", True),
        ("1000-7499", "7500", False),
        ("1000-7499", "979Z", False),
        ("1000-7499", "PCRA", False),
        ("1000-7499", "01000", False),
        ("1000-7499", "10", False),
        ("979Z", "979Z", True),
        ("NA", "NA", True),
        ("NA", "", False),
        ("7310, 1000-1999 ,58*", "5810", True),
    ],
)
def test_a_term_matches_as_text(text: str, code: str, expected: bool) -> None:
    assert matches(text, code) is expected


@pytest.mark.parametrize("text", ["", "   "])
def test_a_blank_pattern_means_any_code(text: str) -> None:
    assert parse_segment(segment="fund", text=text) is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("3010,,3150", "fund: two commas with nothing between them in “3010,,3150”."),
        ("*", "fund: leave the field blank to mean every code, not “*”."),
        ("01-100", "fund: both ends of the range 01-100 need the same number of digits."),
        ("20-10", "fund: the range 20-10 ends before it begins."),
        ("5**", "fund: “5**” is not a code (0110), a beginning (5*) or a range (1000-7499)."),
        ("5*1", "fund: “5*1” is not a code (0110), a beginning (5*) or a range (1000-7499)."),
        ("=1+1", "fund: “=1+1” is not a code (0110), a beginning (5*) or a range (1000-7499)."),
    ],
)
def test_a_wrong_pattern_says_what_is_wrong(text: str, message: str) -> None:
    with pytest.raises(PatternError) as caught:
        parse_segment(segment="fund", text=text)
    assert str(caught.value) == message


def test_an_unknown_segment_is_refused() -> None:
    with pytest.raises(PatternError, match="There is no segment “colour”"):
        parse_patterns(patterns={"colour": "01"})


def test_a_rule_that_names_nothing_is_refused() -> None:
    with pytest.raises(PatternError, match="Name at least one code"):
        parse_patterns(patterns={"fund": "", "goal": " "})


def test_the_normal_form_keeps_zeros_and_reads_back_the_same() -> None:
    pattern = parse_patterns(patterns={"goal": " 5* ", "resource": "3150, 0000", "object": "7310,1000-1999"})
    assert pattern.as_dict() == {"resource": "0000,3150", "goal": "5*", "object": "7310,1000-1999"}
    assert parse_patterns(patterns=pattern.as_dict()) == pattern


def test_every_segment_of_a_rule_must_match() -> None:
    columns = {
        "resource": encode_segment(values=["3010", "3010", "6500", "0000"]),
        "goal": encode_segment(values=["5760", "1110", "5760", "5001"]),
    }
    pattern = parse_patterns(patterns={"resource": "3010,0000", "goal": "5*"})
    found = match_accounts(pattern=pattern, columns=columns, size=4)
    assert found.tolist() == [True, False, False, True]


def test_a_segment_the_ledger_lacks_matches_nothing() -> None:
    columns = {"fund": encode_segment(values=["01", "01"])}
    pattern = parse_patterns(patterns={"fund": "01", "location": "4*"})
    assert match_accounts(pattern=pattern, columns=columns, size=2).tolist() == [False, False]


def test_no_accounts_gives_no_matches() -> None:
    pattern = parse_patterns(patterns={"fund": "01"})
    found = match_accounts(pattern=pattern, columns={"fund": encode_segment(values=[])}, size=0)
    assert found.shape == (0,)


codes = st.text(alphabet="0123456789Z", min_size=0, max_size=5)


@given(values=st.lists(codes, max_size=40), prefix=st.text(alphabet="0123456789Z", min_size=1, max_size=3))
def test_matching_a_column_equals_matching_each_code(values: list[str], prefix: str) -> None:
    pattern = parse_patterns(patterns={"object": f"{prefix}*,1000-2999,0Z"})
    found = match_accounts(
        pattern=pattern, columns={"object": encode_segment(values=values)}, size=len(values)
    )
    part = pattern.segments[0]
    assert np.array_equal(found, np.array([part.matches(value) for value in values], dtype=bool))
