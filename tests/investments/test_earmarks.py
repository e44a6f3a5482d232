"""An earmark is part of other dollars: nothing takes it for a year's amounts unless it is asked for."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import numpy as np

from districts.code_patterns import parse_codes
from investments.calc.coding import mark_objects
from investments.calc.patterns import encode_segment
from investments.forms.ledger import read_asked
from investments.forms.rules import read_slice
from investments.selectors.codes import Segment
from investments.selectors.ledger import FilingName


def filing(kind: str, year: int = 2018) -> FilingName:
    return FilingName(
        id=uuid4(),
        upload_id=uuid4(),
        filename="budget.xlsx",
        fiscal_year=year,
        kind=kind,
        ledger="main",
        period="",
        filed_at=datetime(2017, 9, 30, tzinfo=UTC),
    )


def test_pages_open_on_the_budget_beside_an_earmark_of_the_same_year() -> None:
    filings = [filing("budget"), filing("earmark"), filing("earmark", 2019)]
    assert read_slice(query={}, filings=filings) == (2018, "budget")
    assert read_slice(query={"slice": "2018-earmark"}, filings=filings) == (2018, "earmark")
    asked = read_asked(
        query={}, filings=filings, segments=[Segment(name="fund", label="Fund")], funding_segment="fund"
    )
    assert (asked.fiscal_year, asked.kind) == (2018, "budget")


def test_none_names_accounts_without_a_code() -> None:
    pattern = parse_codes(segment="object", text="(none), 6*")
    assert pattern is not None
    assert pattern.text() == "(none),6*"
    assert pattern.mark(["", "610", "110"]) == [True, True, False]
    column = encode_segment(values=["", "1100"])
    assert mark_objects(column=column, pattern="(none)", size=2).tolist() == [True, False]
    assert mark_objects(column=None, pattern="(none)", size=2).tolist() == [True, True]
    assert not np.any(mark_objects(column=None, pattern="1000-7499", size=2))
