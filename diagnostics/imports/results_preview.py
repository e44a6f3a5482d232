"""What a results file would change: values counted, and the district's rate before and after.

Rates go through `disclosure` like those of every page; must not write.
"""

from __future__ import annotations

from typing import Any

from diagnostics.calc.additions import ALL, Key
from diagnostics.calc.disclosure import DECIMALS, protect_district
from diagnostics.calc.pooling import YearValue
from diagnostics.calc.verdict_words import write_change, write_value
from districts import formatting
from districts.landing.elections import would_count
from districts.landing.kinds import Slice
from districts.models import District, Filing
from districts.tenancy import current_district_id
from strategy.models import Metric

MOST_GROUPS = 12
HIDDEN, NO_VALUE = "hidden", "no value"
ALL_STUDENTS = "All students"
_SAME = "s.value IS NOT DISTINCT FROM t.value AND s.is_suppressed = t.is_suppressed"
_CELLS = "numerator, denominator, value, is_suppressed, is_vouched"


def describe_slice(*, cursor: Any, stage: str, one: Slice, family: str) -> dict[str, Any]:
    """Compare one staged school year with the current filing of it: values and the district's rate. Five queries."""
    current = (
        Filing.objects.filter(
            family=family,
            subject=one.subject,
            fiscal_year=one.fiscal_year,
            ledger=one.ledger,
            is_current=True,
        )
        .select_related("upload")
        .first()
    )
    counts = _count_values(cursor=cursor, stage=stage, one=one, filing_id=current.pk if current else None)
    rows, new, removed, changed, kept = counts
    minimum = District.objects.values_list("minimum_group", flat=True).get(pk=current_district_id())
    return {
        "subject": one.subject,
        "label": f"{one.subject} {one.fiscal_year - 1}-{one.fiscal_year % 100:02d}",
        "fiscal_year": one.fiscal_year,
        "ledger": one.ledger,
        "filed_at": one.filed_at.isoformat() if one.filed_at else "",
        "rows": rows,
        "control_totals": one.control_totals,
        "replaces": {"filename": current.upload.filename, "filed_at": current.filed_at.isoformat()}
        if current
        else None,
        "becomes_current": _becomes_current(one=one, current=current),
        "values": {"new": new, "changed": changed, "removed": removed, "same": kept},
        "minimum_group": minimum,
        "rates": _rates(cursor=cursor, stage=stage, one=one, current=current, minimum=minimum),
    }


def _becomes_current(*, one: Slice, current: Filing | None) -> bool:
    if current is None or one.filed_at is None:
        return True
    return would_count(
        through_on=one.through_on,
        filed_at=one.filed_at,
        current_through_on=current.through_on,
        current_filed_at=current.filed_at,
    )


def _count_values(*, cursor: Any, stage: str, one: Slice, filing_id: Any) -> tuple[int, ...]:
    cursor.execute(
        "SELECT count(s.slice), count(*) FILTER (WHERE t.id IS NULL),"
        " count(*) FILTER (WHERE s.slice IS NULL),"
        f" count(*) FILTER (WHERE s.slice IS NOT NULL AND t.id IS NOT NULL AND NOT ({_SAME})),"
        f" count(*) FILTER (WHERE s.slice IS NOT NULL AND t.id IS NOT NULL AND {_SAME})"
        f" FROM (SELECT * FROM {stage} WHERE slice = %s) s FULL JOIN"
        " (SELECT * FROM diagnostics_metricresult WHERE filing_id = %s) t"
        " ON coalesce(t.school_id::text, '') || '/' || t.grade || '/' || t.\"group\""
        " = coalesce(s.school::text, '') || '/' || s.grade || '/' || s.student_group",
        [one.number, filing_id],
    )
    return tuple(cursor.fetchone())


def _rates(
    *, cursor: Any, stage: str, one: Slice, current: Filing | None, minimum: int
) -> list[dict[str, str]]:
    """Return the district's rate now and by the file, of all students or else of each group, in words.

    A difference is told only where both rates are shown exactly, and of what is shown.
    """
    metric = Metric.objects.filter(slug=one.subject).first()
    unit = metric.unit if metric else Metric.Unit.PERCENT
    cursor.execute(
        f"SELECT school, student_group, {_CELLS} FROM {stage} WHERE slice = %s AND grade = 'all'",
        [one.number],
    )
    after = _protected(cursor.fetchall(), one=one, unit=unit, minimum=minimum)
    before: dict[str, YearValue] = {}
    if current is not None:
        cursor.execute(
            f'SELECT school_id, "group", {_CELLS} FROM diagnostics_metricresult WHERE filing_id = %s'
            " AND grade = 'all'",
            [current.pk],
        )
        before = _protected(cursor.fetchall(), one=one, unit=unit, minimum=minimum)
    groups = [ALL] if ALL in {*before, *after} else sorted({*before, *after})[:MOST_GROUPS]
    return [
        {
            "metric": metric.name if metric else one.subject.replace("-", " ").capitalize(),
            "year": formatting.school_year(one.fiscal_year),
            "of": ALL_STUDENTS if group == ALL else group,
            "before": _words(before.get(group), unit=unit),
            "after": _words(after.get(group), unit=unit),
            "change": _difference(before.get(group), after.get(group), unit=unit),
        }
        for group in groups
    ]


def _protected(rows: list[Any], *, one: Slice, unit: str, minimum: int) -> dict[str, YearValue]:
    """Return the district's values by group, as pages would show them of these rows."""
    cells: dict[Key, YearValue] = {
        (school, group): YearValue(
            year=one.fiscal_year,
            value=None if value is None else float(value),
            numerator=None if numerator is None else float(numerator),
            students=None if students is None else float(students),
            is_suppressed=is_suppressed,
            is_vouched=is_vouched,
        )
        for school, group, numerator, students, value, is_suppressed, is_vouched in rows
    }
    shown = protect_district(cells=cells, unit=unit, minimum=minimum)
    return {group: value for (school, group), value in shown.items() if school is None}


def _words(value: YearValue | None, *, unit: str) -> str:
    if value is not None and value.is_suppressed:
        return HIDDEN
    if value is None or value.value is None:
        return NO_VALUE
    return write_value(value=value.value, unit=unit, bound=value.bound)


def _difference(before: YearValue | None, after: YearValue | None, *, unit: str) -> str:
    if before is None or after is None or before.value is None or after.value is None:
        return ""
    if before.bound or after.bound:
        return ""
    return write_change(value=round(after.value - before.value, DECIMALS), unit=unit)
