"""The list of account segments stands in one place."""

from __future__ import annotations

import re

from investments.models import Account
from investments.segments import SEGMENTS
from tests.data import ROOT


def test_an_account_has_exactly_the_segments_in_their_order() -> None:
    names = [one.name for one in Account._meta.concrete_fields]
    assert tuple(name for name in names if name not in ("id", "district")) == SEGMENTS


def test_no_other_module_lists_them() -> None:
    listed = re.compile(r'"program",\s+"local_1",\s+"local_2",\s+"local_3",\s+"local_4"')
    files = [path for path in (ROOT / "investments").rglob("*.py") if "migrations" not in path.parts]
    assert [str(path.relative_to(ROOT)) for path in files if listed.search(path.read_text())] == [
        "investments/segments.py"
    ]
