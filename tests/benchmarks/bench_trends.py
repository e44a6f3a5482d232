"""Trends of 60 metrics x 200 schools x 12 groups x 8 years.

The row with the target counts grouping and describing: from the protected values as columns (metric, school, cohort
and year as codes) to level, change, slope with interval and note of every series, as the recompute does it, against
DuckDB grouping the same columns into level, change and slope with its standard error. Not counted in it, and shown
in rows of their own without a target: reading the rows from PostgreSQL (against DuckDB reading the same rows as a
CSV file), and protecting small groups, which DuckDB does not do at all and which costs most. Saving is not counted
anywhere. Measured as `srm_app`, isolation on; DuckDB is in memory, on all cores, its table loaded beforehand.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import duckdb
import numpy as np
import polars as pl
from django.db import connection

from diagnostics.calc.series import Described, Ints
from diagnostics.recompute.landed import Shown, make_tables, protect_tables, read_results
from diagnostics.recompute.trends import describe_all
from districts.models import Filing, School
from districts.tenancy import district_scope
from strategy.models import Metric
from tests.benchmarks.bed import Bed
from tests.benchmarks.table import Row, take_turns
from tests.cast import Cast, make_cast
from tests.investments.facts import make_upload

METRICS, SCHOOLS, YEARS, ROUNDS = 60, 200, 8, 5
RACES = ("Asian", "Black", "Filipino", "Hispanic", "White", "Two or more races")
OTHERS = {"English learners": 0.25, "Low income": 0.55, "Students with disabilities": 0.14}
LAST_YEAR = 2024

_GROUPED = """
SELECT metric, school, cohort, max(year), arg_max(value, year, 2), count(*), regr_slope(value, year),
       sqrt((regr_syy(value, year) - regr_slope(value, year) * regr_sxy(value, year))
            / nullif(count(*) - 2, 0) / nullif(regr_sxx(value, year), 0))
FROM shown WHERE value IS NOT NULL GROUP BY metric, school, cohort
"""


def bench_trends(bed: Bed) -> list[Row]:
    """Land results, then read, protect, group and describe them."""
    metrics, schools = bed.sized(METRICS, least=2), bed.sized(SCHOOLS, least=4)
    bed.fresh()
    cast = make_cast(name="Bay Unified", slug="bay", state_code="3868478")
    with district_scope(cast.district.pk, cause="benchmark"):
        _land(cast, metrics=metrics, schools=schools)
    bed.vacuum()
    with district_scope(cast.district.pk, cause="benchmark"):
        units = dict.fromkeys(Metric.objects.values_list("pk", flat=True), "percent")
        return _measure(bed, units=units, size=f"{metrics} x {schools} x 12 x {YEARS}")


def _measure(bed: Bed, *, units: Mapping[UUID, str], size: str) -> list[Row]:
    path = bed.folder / "results.csv"
    frame = read_results()
    frame.write_csv(path)
    read = take_turns(
        lambda: duckdb.sql(f"CREATE OR REPLACE TABLE landed AS FROM read_csv('{path}')"),
        read_results,
        rounds=bed.rounds,
    )
    started = time.perf_counter()
    tables = make_tables(frame)
    shown, _ = protect_tables(tables=tables, units=units, minimum=10)
    protecting = time.perf_counter() - started
    breaks: dict[UUID, list[int]] = {pk: [] for pk in units}
    database = duckdb.connect()
    _columns(shown).write_parquet(bed.folder / "shown.parquet")
    database.execute(f"CREATE TABLE shown AS FROM read_parquet('{bed.folder / 'shown.parquet'}')")
    _check(database, shown, describe_all(shown=shown, breaks=breaks).described)
    times = take_turns(
        lambda: database.execute(_GROUPED).fetchnumpy(),
        lambda: describe_all(shown=shown, breaks=breaks),
        rounds=ROUNDS,
    )
    name = f"trends of {size} ({len(shown.values):,} values)"
    whole = read.ours + protecting + times.ours
    return [
        Row(
            f"{name}: grouped and described", times.floor, times.ours, times.ratio,
            "<= 2.5x the grouping in DuckDB", times.ratio <= 2.5,
        ),
        Row(f"{name}: read", read.floor, read.ours, read.ratio, "", None),
        Row(f"{name}: small groups protected, {len(tables)} tables", None, protecting, None, "", None),
        Row(f"{name}: all three", read.floor + times.floor, whole, whole / (read.floor + times.floor), "", None),
    ]  # fmt: skip


def _columns(shown: Shown) -> pl.DataFrame:
    values = shown.columns
    known = np.where(values.is_suppressed, np.nan, values.value)
    return pl.DataFrame(
        {"metric": shown.metric, "school": shown.school, "cohort": shown.cohort, "year": values.year}
        | {"value": pl.Series(known).fill_nan(None)}
    )


def _check(database: duckdb.DuckDBPyConnection, shown: Shown, described: Described) -> None:
    """Raise unless DuckDB finds the same levels, and the same slopes where every rate is exact."""
    rows = database.execute(f"{_GROUPED} ORDER BY 1, 2, 3").fetchall()
    levels = described.level[np.isfinite(described.level)]
    if [row[4][0] for row in rows] != levels.tolist():
        raise RuntimeError("the levels differ")
    slopes = np.array([np.nan if row[6] is None or row[5] < 3 else row[6] for row in rows])
    ours = described.slope[np.isfinite(described.level)]
    both = np.isfinite(slopes) & np.isfinite(ours)
    if not both.any() or float(np.abs(slopes[both] - ours[both]).max()) > 0.0501:
        raise RuntimeError("the slopes differ")


def _land(cast: Cast, *, metrics: int, schools: int) -> None:
    """Land rates by school and group: races and genders add up to the school, the others overlap."""
    made = [School.objects.create(name=f"School {n:03d}", level="elementary") for n in range(schools)]
    rng = np.random.default_rng(7)
    for number in range(metrics):
        metric = Metric.objects.create(
            slug=f"metric-{number}", name=f"Metric {number}", direction="up", unit="percent"
        )
        for year in range(LAST_YEAR - YEARS + 1, LAST_YEAR + 1):
            filing = Filing.objects.create(
                upload=make_upload(f"{metric.slug} {year}"), family="results", subject=metric.slug,
                fiscal_year=year, filed_at=datetime(year, 9, 1, tzinfo=UTC), is_current=True,
            )  # fmt: skip
            sizes = _sizes(np.random.default_rng(year), schools=schools)
            _copy(cast, filing=filing, metric=metric, schools=made, year=year, sizes=sizes, rng=rng)


def _sizes(rng: np.random.Generator, *, schools: int) -> dict[str, Ints]:
    every = rng.integers(150, 900, schools)
    female = rng.binomial(every, 0.49)
    races = np.array([rng.multinomial(n, rng.dirichlet([8, 3, 1.5, 9, 7, 2])) for n in every]).T
    return {
        "all": every,
        "Female": female,
        "Male": every - female,
        **dict(zip(RACES, races, strict=True)),
        **{name: rng.binomial(every, share) for name, share in OTHERS.items()},
    }


def _copy(
    cast: Cast,
    *,
    filing: Filing,
    metric: Metric,
    schools: list[School],
    year: int,
    sizes: dict[str, Ints],
    rng: np.random.Generator,
) -> None:
    """Write one year of a metric."""
    columns = (
        'district_id, filing_id, metric_id, school_id, "group", grade, school_year, numerator, denominator,'
        " value, is_suppressed, is_vouched, row_number"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMP TABLE stage ON COMMIT DROP AS SELECT {columns} FROM diagnostics_metricresult WHERE false"
        )
        _write(
            cursor,
            cast,
            columns=columns,
            filing=filing,
            metric=metric,
            schools=schools,
            year=year,
            sizes=sizes,
            rng=rng,
        )
        cursor.execute(f"INSERT INTO diagnostics_metricresult ({columns}) SELECT {columns} FROM stage")
        cursor.execute("DROP TABLE stage")


def _write(
    cursor: Any,
    cast: Cast,
    *,
    columns: str,
    filing: Filing,
    metric: Metric,
    schools: list[School],
    year: int,
    sizes: dict[str, Ints],
    rng: np.random.Generator,
) -> None:
    with cursor.copy(f"COPY stage ({columns}) FROM STDIN") as copy:
        for group, students in sizes.items():
            counted = rng.binomial(students, 0.15 + 0.3 * rng.random(len(students)))
            for place, (n, k) in enumerate(zip(students.tolist(), counted.tolist(), strict=True)):
                rate = round(100 * k / n, 6) if n else None
                copy.write_row(
                    (cast.district.pk, filing.pk, metric.pk, schools[place].pk, group, "all", year,
                     k, n, rate, False, False, place + 2)
                )  # fmt: skip
