"""What row-level security costs: the queries pages make, against the same queries with a plain WHERE.

The floor runs as `srm_backup`, whom policies do not bind, with `district_id = ...` written out; ours as
`srm_app` in a district's scope, on the same tables and indexes. Rounds are interleaved; figures are medians.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import NamedTuple

import psycopg
from django.db import connection, transaction

from districts.database import roles
from districts.models import Department
from districts.tenancy import district_scope
from tests.isolation.rows import Rows, make_rows, scope
from tests.servers import Slot

DISTRICTS = 4
ENTRIES = 250_000
ACCOUNTS = 5_000
ROUNDS = 3
MOST_RATIO = 1.15
MOST_MILLISECONDS = 1.0

# {where} is the district written out for the floor, and nothing for us: the policy says it.
QUERIES = {
    "sum of a filing": "SELECT sum(e.amount) FROM investments_ledgerentry e WHERE e.filing_id = %(filing)s {where}",
    "filing by account": (
        "SELECT e.account_id, sum(e.amount) FROM investments_ledgerentry e"
        " WHERE e.filing_id = %(filing)s {where} GROUP BY 1"
    ),
    "ledger by resource": (
        "SELECT a.resource, sum(e.amount) FROM investments_ledgerentry e"
        " JOIN investments_account a ON a.id = e.account_id {and_account}"
        " WHERE e.filing_id = %(filing)s {where} GROUP BY 1"
    ),
    "spending of an object range": (
        "SELECT sum(e.amount) FROM investments_ledgerentry e"
        " JOIN investments_account a ON a.id = e.account_id {and_account}"
        " WHERE e.filing_id = %(filing)s AND a.object BETWEEN '1000' AND '7499' {where}"
    ),
    "page of rows": (
        "SELECT e.id, e.amount, e.row_number FROM investments_ledgerentry e"
        " WHERE e.filing_id = %(filing)s AND e.account_id = ANY(%(accounts)s) {where} ORDER BY e.id LIMIT 500"
    ),
    "accounts in order": (
        "SELECT a.id, a.fund, a.resource, a.object FROM investments_account a WHERE a.fund = '01' {where_account}"
        " ORDER BY a.fund, a.resource LIMIT 2000"
    ),
}


class Row(NamedTuple):
    """One line of the table of benchmarks; times in milliseconds."""

    name: str
    floor: float
    ours: float
    ratio: float
    target: str
    met: bool


def bench_isolation(slot: Slot) -> list[Row]:
    """Fill a fresh clone with a million ledger rows of four districts and measure; leaves a fresh clone."""
    slot.clone()
    with psycopg.connect(slot.database_url, autocommit=True) as app:
        districts = [make_rows(app=app, name=f"d{n}", number=n + 1) for n in range(DISTRICTS)]
        with psycopg.connect(slot.superuser_url, autocommit=True) as superuser:
            _fill(superuser, districts)
        backup_url = slot.servers.url(role=roles.BACKUP, database=slot.database)
        with psycopg.connect(backup_url, autocommit=True) as backup:
            rows = [_compare(name, app=app, backup=backup, district=districts[1]) for name in QUERIES]
    rows.append(_request(districts[1]))
    connection.close()
    slot.clone()
    return rows


def _fill(superuser: psycopg.Connection, districts: list[Rows]) -> None:
    superuser.execute("SET synchronous_commit = off")
    for district in districts:
        superuser.execute(
            "INSERT INTO investments_account (district_id, fund, resource, project_year, goal, function, object,"
            " location, program, local_1, local_2, local_3, local_4)"
            " SELECT %s, '01', lpad((n %% 120)::text, 4, '0'), '0', '1110', '1000', (1000 + n %% 8000)::text,"
            " n::text, '', '', '', '', '' FROM generate_series(1, %s) n",
            [district.district_id, ACCOUNTS],
        )
        superuser.execute(
            "WITH a AS (SELECT array_agg(id) AS ids FROM investments_account WHERE district_id = %s)"
            " INSERT INTO investments_ledgerentry (district_id, filing_id, account_id, amount, row_number)"
            " SELECT %s, %s, a.ids[1 + n %% %s], n, n FROM a, generate_series(1, %s) n",
            [district.district_id, district.district_id, district.ids["districts_filing"], ACCOUNTS, ENTRIES],
        )
    superuser.execute("VACUUM ANALYZE investments_ledgerentry")
    superuser.execute("VACUUM ANALYZE investments_account")


def _compare(name: str, *, app: psycopg.Connection, backup: psycopg.Connection, district: Rows) -> Row:
    accounts = backup.execute(
        "SELECT array_agg(id) FROM (SELECT id FROM investments_account WHERE district_id = %s ORDER BY id LIMIT 50) a",
        [district.district_id],
    ).fetchone()
    assert accounts is not None
    values = {
        "district": district.district_id,
        "filing": district.ids["districts_filing"],
        "accounts": accounts[0],
    }
    plain = QUERIES[name].format(
        where="AND e.district_id = %(district)s",
        and_account="AND a.district_id = %(district)s",
        where_account="AND a.district_id = %(district)s",
    )
    bound = QUERIES[name].format(where="", and_account="", where_account="")

    def floor() -> list[tuple[object, ...]]:
        with backup.transaction():
            return backup.execute(plain, values).fetchall()

    def ours() -> list[tuple[object, ...]]:
        with app.transaction():
            scope(app, district.district_id)
            return app.execute(bound, values).fetchall()

    assert sorted(map(str, floor())) == sorted(map(str, ours()))
    floors, times = _interleave(floor, ours, repeats=5)
    ratio = statistics.median(b / a for a, b in zip(floors, times, strict=True))
    return Row(
        f"isolation: {name}",
        statistics.median(floors),
        statistics.median(times),
        ratio,
        f"<= {MOST_RATIO}x plain WHERE",
        ratio <= MOST_RATIO,
    )


def _request(district: Rows) -> Row:
    """What a scope adds to a request that already has a transaction and one query."""

    def floor() -> None:
        with transaction.atomic():
            Department._base_manager.filter(district_id=district.district_id).count()

    def ours() -> None:
        with transaction.atomic(), district_scope(district.district_id):
            Department.objects.count()

    floors, times = _interleave(floor, ours, repeats=200)
    added = statistics.median(b - a for a, b in zip(floors, times, strict=True))
    floor_ms, ours_ms = statistics.median(floors), statistics.median(times)
    return Row(
        f"isolation: a request's scope (+{added:.2f} ms)",
        floor_ms,
        ours_ms,
        ours_ms / floor_ms,
        f"<= +{MOST_MILLISECONDS:g} ms",
        added <= MOST_MILLISECONDS,
    )


def _interleave(
    floor: Callable[[], object], ours: Callable[[], object], *, repeats: int
) -> tuple[list[float], list[float]]:
    """Run both in turn, round by round; return each round's median in milliseconds."""
    floors, times = [], []
    for _ in range(ROUNDS):
        one, other = [], []
        for _ in range(repeats):
            one.append(_milliseconds(floor))
            other.append(_milliseconds(ours))
        floors.append(statistics.median(one))
        times.append(statistics.median(other))
    return floors, times


def _milliseconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000
