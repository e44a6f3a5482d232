"""What row-level security costs: the queries pages make, against the same queries with a plain WHERE.

The floor runs as `srm_backup`, whom policies do not bind, with `district_id = ...` written out; ours as
`srm_app` in a district's scope, on the same tables and indexes. Rounds are interleaved; figures are medians.
"""

from __future__ import annotations

import statistics

import psycopg
from django.db import transaction

from districts.database import roles
from districts.models import Department
from districts.tenancy import district_scope
from tests.benchmarks.bed import Bed
from tests.benchmarks.table import Row, seconds, take_turns
from tests.isolation.rows import Rows, make_rows, scope

DISTRICTS = 4
ACCOUNTS = 5_000
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


def bench_isolation(bed: Bed) -> list[Row]:
    """Fill a fresh database with a million ledger rows of four districts and measure."""
    bed.fresh()
    slot = bed.slot
    with psycopg.connect(slot.database_url, autocommit=True) as app:
        districts = [make_rows(app=app, name=f"d{n}", number=n + 1) for n in range(DISTRICTS)]
        with psycopg.connect(slot.superuser_url, autocommit=True) as superuser:
            _fill(superuser, districts, entries=bed.rows // DISTRICTS)
        backup_url = slot.servers.url(role=roles.BACKUP, database=slot.database)
        with psycopg.connect(backup_url, autocommit=True) as backup:
            rows = [
                _compare(name, app=app, backup=backup, district=districts[1], rounds=bed.rounds)
                for name in QUERIES
            ]
    return [*rows, _request(districts[1], rounds=bed.rounds)]


def _fill(superuser: psycopg.Connection, districts: list[Rows], *, entries: int) -> None:
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
            [district.district_id, district.district_id, district.ids["districts_filing"], ACCOUNTS, entries],
        )
    superuser.execute("VACUUM ANALYZE investments_ledgerentry")
    superuser.execute("VACUUM ANALYZE investments_account")


def _compare(
    name: str, *, app: psycopg.Connection, backup: psycopg.Connection, district: Rows, rounds: int
) -> Row:
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
    found = take_turns(floor, ours, rounds=rounds, repeats=5)
    met = found.ratio <= MOST_RATIO
    return Row(
        f"isolation: {name}", found.floor, found.ours, found.ratio, f"<= {MOST_RATIO}x plain WHERE", met
    )


def _request(district: Rows, *, rounds: int) -> Row:
    """What a scope adds to a request that already has a transaction and one query."""

    def floor() -> None:
        with transaction.atomic():
            Department._base_manager.filter(district_id=district.district_id).count()

    def ours() -> None:
        with transaction.atomic(), district_scope(district.district_id):
            Department.objects.count()

    floor(), ours()
    pairs = [(seconds(floor), seconds(ours)) for _ in range(200 * rounds)]
    added = statistics.median(b - a for a, b in pairs) * 1000
    floors = statistics.median(a for a, _ in pairs)
    times = statistics.median(b for _, b in pairs)
    return Row(
        f"isolation: a request's scope (+{added:.2f} ms)",
        floors,
        times,
        times / floors,
        f"<= +{MOST_MILLISECONDS:g} ms",
        added <= MOST_MILLISECONDS,
    )
