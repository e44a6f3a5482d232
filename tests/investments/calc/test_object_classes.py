"""The class of an object code is named only by a chart whose codes it can be one of."""

from __future__ import annotations

import pytest

from investments.calc.object_classes import OBJECT_CLASSES, object_class


@pytest.mark.parametrize(
    ("code", "chart", "found", "words"),
    [
        ("4310", "sacs", "4000", "Books and supplies"),
        ("610", "nces", "600", "Supplies"),
        ("610", "sacs", "6*", None),
        ("100", "sacs", "1*", None),
        ("4310", "nces", "4*", None),
        ("511000", "sacs", "5*", None),
        ("979Z", "sacs", "9*", None),
        ("PCRA", "sacs", "P*", None),
        ("4310", "own", "4*", None),
        ("", "sacs", "", None),
    ],
)
def test_class_is_named_only_by_a_code_of_the_charts_length(
    code: str, chart: str, found: str, words: str | None
) -> None:
    assert object_class(code=code, chart=chart) == found
    assert OBJECT_CLASSES.get(found) == words
