"""What a school budget says besides dollars: titles of its codes, and which school has which initiative."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping
from uuid import UUID

from django.db import connection

from districts.landing.elections import CURRENT_FIRST, SliceKey, slice_key
from districts.models import District, Filing
from districts.tenancy import current_district_id
from investments.imports.school_budget_map import links
from investments.models import CodeTitle
from strategy.models import Initiative
from strategy.services.filed_schools import FiledSchool, set_filed_schools

KINDS = ("school_budget", "school_earmark")
LONGEST_TITLE = 250
_SERVED = """
SELECT s.id, max(e.amount)
FROM investments_ledgerentry e
JOIN investments_account a ON a.district_id = e.district_id AND a.id = e.account_id
JOIN districts_school s ON s.district_id = e.district_id AND s.district_code = a.location
WHERE e.filing_id = %s AND %s IN (a.local_1, a.local_3)
GROUP BY s.id
HAVING sum(e.amount) > 0
"""


def list_initiatives() -> tuple[tuple[str, str], ...]:
    """List the district's initiatives, id and name, to link columns to. One query."""
    rows = Initiative.objects.filter(archived_at=None).order_by("name").values_list("pk", "name")
    return tuple((str(pk), name) for pk, name in rows)


def save_titles(*, upload_id: UUID, titles: Mapping[str, Mapping[str, str]]) -> None:
    """Keep the names that a file gives its codes, by segment."""
    CodeTitle.objects.bulk_create(
        CodeTitle(upload_id=upload_id, segment=segment, code=code, title=title[:LONGEST_TITLE])
        for segment, names in titles.items()
        for code, title in sorted(names.items())
        if code and title
    )


def forget_titles(*, upload_id: UUID) -> None:
    """Delete the titles of an upload."""
    CodeTitle.objects.filter(upload_id=upload_id).delete()


def link_schools(*, without: Collection[UUID]) -> None:
    """Set which schools the initiatives have by the filings of school budgets, all but those `without`.

    Of each slice the newest filing counts. A school is served from the first year it has dollars in a column
    that a person linked to the initiative, and until the last where a later filing of it has none.
    """
    newest: dict[SliceKey, Filing] = {}
    for filing in (
        Filing.objects.filter(upload__kind__in=KINDS)
        .exclude(pk__in=list(without))
        .select_related("upload")
        .order_by(*CURRENT_FIRST)
    ):
        newest.setdefault(slice_key(filing), filing)
    start_month = District.objects.values_list("fiscal_year_start_month", flat=True).get(
        pk=current_district_id()
    )
    seen: dict[UUID, dict[UUID, list[Filing]]] = {}
    last_year: dict[UUID, int] = {}
    for filing in sorted(newest.values(), key=lambda one: (one.fiscal_year, one.filed_at)):
        linked = links((filing.upload.mapping or {}).get("values") or {})
        for code, initiative in linked.items():
            initiative_id = UUID(initiative)
            last_year[initiative_id] = filing.fiscal_year
            for school_id in _served(filing_id=filing.pk, code=code):
                seen.setdefault(initiative_id, {}).setdefault(school_id, []).append(filing)
    set_filed_schools(
        wanted=[
            _filed(initiative_id, school_id, filings, last=last_year[initiative_id], month=start_month)
            for initiative_id, schools in seen.items()
            for school_id, filings in schools.items()
        ],
        family_kinds=KINDS,
    )


def _served(*, filing_id: UUID, code: str) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(_SERVED, [filing_id, code])
        return [row[0] for row in cursor.fetchall()]


def _filed(
    initiative_id: UUID, school_id: UUID, filings: list[Filing], *, last: int, month: int
) -> FiledSchool:
    first, newest = filings[0], filings[-1]
    is_over = newest.fiscal_year < last
    years = sorted({one.fiscal_year for one in filings})
    return FiledSchool(
        initiative_id=initiative_id,
        school_id=school_id,
        filing_id=newest.pk,
        serves_from=_first_day(first.fiscal_year, month),
        serves_to=_first_day(newest.fiscal_year + 1, month) - datetime.timedelta(days=1) if is_over else None,
        source=f"Dollars in {', '.join(f'FY{year}' for year in years)}: {newest.upload.filename}"[:200],
    )


def _first_day(fiscal_year: int, month: int) -> datetime.date:
    return datetime.date(fiscal_year - (1 if month > 1 else 0), month, 1)
