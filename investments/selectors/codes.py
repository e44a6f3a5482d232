"""Titles of account codes, names of segments; must not write."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from districts.models import District, FundingSegment
from districts.tenancy import current_district_id
from investments.models import CodeTitle, LocalSegment

SEGMENT_LABELS: Final = {
    "fund": "Fund",
    "resource": "Resource",
    "project_year": "Project year",
    "goal": "SACS goal",
    "function": "Function",
    "object": "Object",
    "location": "Location",
    "program": "Program",
    "local_1": "Local segment 1",
    "local_2": "Local segment 2",
    "local_3": "Local segment 3",
    "local_4": "Local segment 4",
}


@dataclass(frozen=True, kw_only=True)
class Segment:
    """One segment of the district's accounts and what the district calls it."""

    name: str
    label: str


@dataclass(frozen=True, kw_only=True)
class CodeName:
    """A code and its title; the title is empty where no list gives one."""

    code: str
    title: str


def get_funding_segment() -> str:
    """Return the segment that names the funding source in this district's ledger. One query."""
    district_id = current_district_id()
    found = District.objects.values_list("funding_segment", flat=True).get(pk=district_id)
    return str(FundingSegment(found).value)


def find_code_titles(*, codes: Collection[str], segment: str = "") -> dict[str, str]:
    """Return the newest title of each code of a segment (blank: the funding source's). One or two queries."""
    if not codes:
        return {}
    rows = (
        CodeTitle.objects.filter(segment=segment or get_funding_segment(), code__in=set(codes))
        .order_by("code", "fiscal_year", "id")
        .values_list("code", "title")
    )
    return dict(rows)


def list_code_titles(*, segment: str) -> tuple[CodeName, ...]:
    """List every titled code of a segment with its newest title, in the order of the codes. One query."""
    rows = CodeTitle.objects.filter(segment=segment).order_by("code", "fiscal_year", "id")
    newest = dict(rows.values_list("code", "title"))
    return tuple(CodeName(code=code, title=title) for code, title in newest.items())


def list_segments() -> tuple[Segment, ...]:
    """List the segments an account can have, the local ones by the district's own names. One query."""
    own = dict(LocalSegment.objects.values_list("segment", "label"))
    return tuple(Segment(name=name, label=own.get(name, label)) for name, label in SEGMENT_LABELS.items())
