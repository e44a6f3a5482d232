"""What landed of outcomes, as it may be shown: loaded in one go, protected by metric and year.

Must not describe or save. No value leaves unprotected but the district's exact ones, which decide targets only.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

import numpy as np
import polars as pl
from django.db import connection

from diagnostics.calc.additions import Key, cohort, group_and_grade
from diagnostics.calc.disclosure import protect_district
from diagnostics.calc.pooling import YearValue
from diagnostics.calc.series import BOUNDS, Ints, Values
from diagnostics.calc.target import exact_district

Cells = dict[Key, YearValue]
Tables = dict[tuple[UUID, int], Cells]


class SeriesKey(NamedTuple):
    """What a series is of; no school: the district."""

    metric_id: UUID
    school_id: UUID | None
    group: str
    grade: str


@dataclass(frozen=True)
class Shown:
    """Every value as it may be shown, in no order, beside its columns; ids by code.

    metric, school, cohort: the codes of each value, places in `metrics`, `schools` and `cohorts`.
    """

    values: Sequence[YearValue]
    metric: Ints
    school: Ints
    cohort: Ints
    columns: Values
    metrics: Sequence[UUID]
    schools: Sequence[UUID | None]
    cohorts: Sequence[str]

    def key_of(self, row: int) -> SeriesKey:
        """Return what the series of a value is of."""
        return SeriesKey(
            self.metrics[self.metric[row]],
            self.schools[self.school[row]],
            *group_and_grade(name=self.cohorts[self.cohort[row]]),
        )


@dataclass(frozen=True)
class Landed:
    """Values as shown, the district's exact ones by metric, cohort and year, filings."""

    shown: Shown
    exact: Mapping[tuple[UUID, str, int], float]
    filings: list[str]


def load_landed(*, units: Mapping[UUID, str], minimum: int) -> Landed:
    """Load the current results and protect them. units: of every metric. One COPY."""
    frame = read_results()
    shown, exact = protect_tables(tables=make_tables(frame), units=units, minimum=minimum)
    return Landed(shown=shown, exact=exact, filings=sorted(frame["filing_id"].unique().to_list()))


def read_results() -> pl.DataFrame:
    """Read every row of a current filing, as columns, by metric, year, school, group, grade and row."""
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        data = b"".join(copy)
    frame = pl.read_csv(data, has_header=False, schema=_SCHEMA)
    return frame.sort("metric_id", "school_year", "school_id", "group", "grade", "id")


_SCHEMA = {
    "id": pl.Int64,
    "metric_id": pl.String,
    "school_id": pl.String,
    "group": pl.String,
    "grade": pl.String,
    "school_year": pl.Int64,
    "value": pl.Float64,
    "numerator": pl.Float64,
    "denominator": pl.Float64,
    "is_suppressed": pl.Int8,
    "is_vouched": pl.Int8,
    "filing_id": pl.String,
}
_COPY = (
    'COPY (SELECT r.id, r.metric_id, r.school_id, r."group", r.grade, r.school_year, r.value, r.numerator,'
    " r.denominator, r.is_suppressed::int, r.is_vouched::int, r.filing_id FROM diagnostics_metricresult r"
    " JOIN districts_filing f ON f.district_id = r.district_id AND f.id = r.filing_id"
    " WHERE f.family = 'results' AND f.is_current) TO STDOUT (FORMAT csv)"
)


def make_tables(frame: pl.DataFrame) -> Tables:
    """Return the rows as tables of schools and cohorts, one a metric and school year."""
    ids = {one: UUID(one) for one in frame["metric_id"].unique()}
    tables: Tables = {}
    for (metric, year), part in frame.partition_by(
        "metric_id", "school_year", as_dict=True, maintain_order=True
    ).items():
        columns = (part[name].to_list() for name in _CELL)
        tables[(ids[str(metric)], int(str(year)))] = {
            (school or None, cohort(group=group, grade=grade)): YearValue(
                int(str(year)), value, numerator, students, bool(is_suppressed), "", bool(is_vouched)
            )
            for school, group, grade, value, numerator, students, is_suppressed, is_vouched in zip(
                *columns, strict=True
            )
        }
    return tables


_CELL = ("school_id", "group", "grade", "value", "numerator", "denominator", "is_suppressed", "is_vouched")


def protect_tables(
    *, tables: Tables, units: Mapping[UUID, str], minimum: int
) -> tuple[Shown, dict[tuple[UUID, str, int], float]]:
    """Return every value as it may be shown, and the district's exact ones."""
    exact: dict[tuple[UUID, str, int], float] = {}
    codes: tuple[dict[Hashable, int], ...] = ({}, {}, {})
    listed: tuple[list[int], ...] = ([], [], [])
    values: list[YearValue] = []
    for (metric_id, year), cells in sorted(tables.items()):
        unit = units[metric_id]
        for name, known in exact_district(cells=cells, unit=unit).items():
            exact[(metric_id, name, year)] = known
        for (school, name), shown in protect_district(cells=cells, unit=unit, minimum=minimum).items():
            for column, code, one in zip(listed, codes, (metric_id, school, name), strict=True):
                column.append(code.setdefault(one, len(code)))
            values.append(shown)
    metric, school_codes, cohort_codes = (np.array(column, dtype=np.int64) for column in listed)
    return (
        Shown(
            values=values,
            metric=metric,
            school=school_codes,
            cohort=cohort_codes,
            columns=to_values(values),
            metrics=[one for one in codes[0] if isinstance(one, UUID)],
            schools=[UUID(one) if isinstance(one, str) else None for one in codes[1]],
            cohorts=[str(one) for one in codes[2]],
        ),
        exact,
    )


def to_values(flat: Sequence[YearValue]) -> Values:
    """Return values as columns, each a series of its own until they are grouped."""
    sides = {name: number for number, name in enumerate(BOUNDS)}
    many = len(flat)
    return Values(
        series=np.arange(many),
        year=np.fromiter((value.year for value in flat), np.int64, many),
        value=np.array([value.value for value in flat], dtype=np.float64),
        bound=np.fromiter((sides[value.bound] for value in flat), np.int64, many),
        is_suppressed=np.fromiter((value.is_suppressed for value in flat), np.bool_, many),
    )
