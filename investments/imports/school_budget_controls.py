"""The quality report of a school budget: totals and categories against line items; must not reject or load."""

from __future__ import annotations

import re
from decimal import Decimal

from districts.landing.kinds import Reading
from districts.landing.problems import CheckStatus
from districts.landing.reader import ReadOptions, open_table
from districts.models import School
from investments.imports.school_budget_rows import LISTED, SchoolRows, parse_exact, shown_sum

CENT = Decimal("0.01")


def check_cells(*, reading: Reading, rows: SchoolRows) -> None:
    """Say what became of every cell that was not loaded, and what rounding did."""
    report = reading.report
    exact = sum(rows.exact.values(), Decimal(0))
    if rows.rounded:
        report.check(
            name="Decimals",
            status="info",
            expected=f"{exact:,.10f}",
            found=f"{rows.loaded:,.6f}",
            note=f"{rows.rounded:,} cells have more than six decimals. The ledger keeps a millionth of a dollar;"
            " what a cell has below it is carried to the next one, so the sum is the file's to a millionth.",
        )
    for word, number in sorted(rows.blanks.items()):
        report.check(
            name=f"Cells with «{word}»",
            status="info",
            found=f"{number:,}",
            note="Read as no amount, as the map says.",
        )
    for number, name, note in (
        (rows.zeros, "Cells with zero", "They add nothing, so they are no ledger rows."),
        (rows.notes, "Rows without a school", "Numbers of columns, or notes: no dollars of a school."),
        (rows.other_years, "Rows of other fiscal years", "Left aside: the map names the years to load."),
    ):
        if number:
            report.check(name=name, status="info", found=f"{number:,}", note=note)


def check_totals(*, reading: Reading, rows: SchoolRows) -> None:
    """Compare the column of totals with the line items, school by school and as a whole."""
    exact = sum(rows.exact.values(), Decimal(0))
    column = reading.file_map.get("total")
    if not column:
        reading.report.check(
            name="Line items",
            status="info",
            found=shown_sum(exact),
            note="The map names no column of totals to compare with.",
        )
        return
    off = [
        (row, school, stated, found) for row, school, stated, found in rows.row_gaps if _is_off(stated, found)
    ]
    named = "; ".join(
        f"row {row} ({school}): {shown_sum(stated)} against {shown_sum(found)}"
        for row, school, stated, found in off[:LISTED]
    )
    reading.report.check(
        name=f"«{column}» against line items",
        status="warn" if off or _is_off(rows.total, exact) else "ok",
        expected=shown_sum(rows.total),
        found=shown_sum(exact),
        note=f"{len(rows.row_gaps):,} schools compared, {len(off):,} off"
        + (f": {named}." if off else ", each to the cent.")
        + " The total is a control and is not loaded.",
    )


def check_categories(*, reading: Reading, rows: SchoolRows) -> None:
    """Compare another sheet's categories by school with the line items of each category."""
    sheet = reading.file_map.get("control_sheet")
    categories = list(dict.fromkeys(one.category for one in rows.items if one.category))
    if not sheet or not categories:
        return
    table = open_table(
        path=reading.source.path,
        file_name=reading.source.file_name,
        options=ReadOptions(sheet=sheet),
        limits=reading.source.limits,
    )
    school = next((name for name in table.columns if _plain(name) in ("schoolcode", "schlcode")), "")
    column_of = _match(categories, table.columns)
    if not school or not column_of:
        reading.report.check(
            name=f"Sheet «{sheet}»",
            status="warn",
            note="No column of it is named as a category, or none holds the schools' ids: nothing to compare.",
        )
        return
    scratch = type(reading.report)(limits=reading.report.limits)
    stated: dict[tuple[str, str], Decimal] = {}
    for batch in table.batches(scratch):
        codes = batch[school].to_list()
        for category, column in column_of.items():
            for code, amount in zip(codes, parse_exact(batch[column]), strict=True):
                if code and amount is not None:
                    stated[(code, category)] = stated.get((code, category), Decimal(0)) + amount
    for category in categories:
        _check_category(reading, rows, category, column_of.get(category, ""), stated)
    _check_all(reading, rows, [one for one in categories if one in column_of], stated, sheet)


def _check_category(
    reading: Reading, rows: SchoolRows, category: str, column: str, stated: dict[tuple[str, str], Decimal]
) -> None:
    found = sum((amount for (_, one), amount in rows.by_school.items() if one == category), Decimal(0))
    if not column:
        reading.report.check(
            name=f"Category «{category}»",
            status="info",
            found=shown_sum(found),
            note="The other sheet has no such category.",
        )
        return
    expected = sum((amount for (_, one), amount in stated.items() if one == category), Decimal(0))
    schools = {code for code, one in (*stated, *rows.by_school) if one == category}
    off = [
        code
        for code in sorted(schools)
        if _is_off(stated.get((code, category), Decimal(0)), rows.by_school.get((code, category), Decimal(0)))
    ]
    status: CheckStatus = "warn" if off else "ok"
    named = f": {', '.join(off[:LISTED])}" if off else ""
    reading.report.check(
        name=f"Category «{category}» against line items",
        status=status,
        expected=shown_sum(expected),
        found=shown_sum(found),
        note=f"{len(schools):,} schools compared with «{column}», {len(off):,} off{named}. A control, not loaded.",
    )


def _check_all(
    reading: Reading,
    rows: SchoolRows,
    categories: list[str],
    stated: dict[tuple[str, str], Decimal],
    sheet: str,
) -> None:
    expected = sum(stated.values(), Decimal(0))
    found = sum(rows.exact.values(), Decimal(0))
    reading.report.check(
        name="All categories against line items",
        status="warn" if _is_off(expected, found) else "ok",
        expected=shown_sum(expected),
        found=shown_sum(found),
        note=f"{len(categories):,} categories of the sheet «{sheet}»: the same dollars a second time, not loaded.",
    )


def _match(categories: list[str], columns: tuple[str, ...]) -> dict[str, str]:
    """Find each category's column: of the same name, else the one of which it is the beginning."""
    found: dict[str, str] = {}
    for category in categories:
        name = _plain(category)
        same = [column for column in columns if _plain(column) == name]
        alike = [column for column in columns if _plain(column).startswith(name)]
        is_total = name.startswith("total")
        if not is_total and (chosen := same or (alike if len(alike) == 1 else [])):
            found[category] = chosen[0]
    return found


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "", name.lower())


def _is_off(a: Decimal, b: Decimal) -> bool:
    return abs(a - b) >= CENT


def check_schools(*, reading: Reading, rows: SchoolRows) -> None:
    """Say which ids are schools of the organisation, and which come twice."""
    known = set(School.objects.filter(district_code__in=rows.codes).values_list("district_code", flat=True))
    unknown = sorted(rows.codes - known)
    named = f": {', '.join(unknown[:LISTED])}" if unknown else ""
    reading.report.check(
        name="Schools",
        status="warn" if unknown else "ok",
        expected=f"{len(rows.codes):,} ids",
        found=f"{len(known):,} schools of the organisation",
        leads_to="organisation" if unknown else "",
        note="Dollars of every id are loaded."
        + (f" {len(unknown):,} are no school of the organisation{named}." if unknown else ""),
    )
    if rows.twice:
        reading.report.check(
            name="Schools that come twice",
            status="warn",
            found=", ".join(rows.twice[:LISTED]),
            note="Their rows are added up. Leave one out if it is the same dollars again.",
        )
