"""A worker killed anywhere in an import leaves all of the file or nothing, to the cent."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import connection, connections
from django.db.models import Sum

from districts.landing.kinds import FileMap
from districts.models import Attempt, Filing, ImportRun, Mark, Upload
from districts.pipeline.engine import Result, Unit, run_unit
from districts.tenancy import district_scope
from investments.models import LedgerEntry
from tests.cast import Cast, make_cast
from tests.data import ROOT, sized
from tests.districts.landing.files import LEDGER, again, land, work
from tests.servers import Slot

ROWS = 12_000


@pytest.fixture
def district(committed_db: None) -> Cast:
    return make_cast(name="Bay Unified", slug="bay", state_code="3868478")


def ledger(*, cents: int) -> str:
    lines = [
        f"01,{n % 97:04},1000,{1000 + n % 6000},{n % 50:03},2024,Actual,{n % 1000 + cents // 100}.{(n + cents) % 100:02}"
        for n in range(ROWS)
    ]
    return "Fund,Resource,Function,Object,School,Fiscal Year,Type,Amount\n" + "\n".join(lines) + "\n"


MAP = {
    "fund": "Fund",
    "resource": "Resource",
    "function": "Function",
    "object": "Object",
    "location": "School",
    "fiscal_year": "Fiscal Year",
    "kind": "Type",
    "amount": "Amount",
}


class Workers:
    """A process that forks workers, and kills them when told."""

    def __init__(self, slot: Slot) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.districts.landing.worker"],
            cwd=ROOT,
            env=os.environ | slot.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._read()

    def _read(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def run(self, *, kill_after: float) -> float:
        """Run one worker; gives how long it lived."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{kill_after}\n")
        self._process.stdin.flush()
        return float(self._read())

    def close(self) -> None:
        """End the process."""
        with self._process as process:
            process.stdin.close()  # type: ignore[union-attr]


@pytest.fixture
def workers(slot: Slot, committed_db: None) -> Iterator[Workers]:
    found = Workers(slot)
    yield found
    found.close()


def wait_for_orphans() -> None:
    """Wait until the server has noticed that a killed worker is gone."""
    for _ in range(300):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
                " WHERE l.locktype = 'advisory' AND d.datname = current_database()"
            )
            if not cursor.fetchone()[0]:
                return
        time.sleep(0.1)
    raise AssertionError("a killed worker's transaction is still open")


def amounts(cast: Cast) -> tuple[int, Decimal]:
    with district_scope(cast.district.pk):
        found = LedgerEntry.objects.aggregate(s=Sum("amount"))["s"]
        return LedgerEntry.objects.count(), found or Decimal(0)


def test_worker_killed_at_any_point_leaves_all_or_nothing(district: Cast, workers: Workers) -> None:
    chance = random.Random(20261123)
    content = ledger(cents=0)
    expected = sum((Decimal(line.rsplit(",", 1)[1]) for line in content.splitlines()[1:]), Decimal(0))
    options = {"kind": "generic_ledger", "file_map": FileMap(values=MAP), "auto_confirm": True}
    options["replaces_same_day"] = True
    upload = land(district, content, **options).upload
    workers.run(kill_after=0)
    assert again(district, upload).state == Upload.State.IMPORTED
    assert amounts(district) == (ROWS, expected)
    land(district, ledger(cents=200), **options)
    whole = workers.run(kill_after=0)  # the first import of a fresh database takes longer than any later one
    killed = 0
    for number in range(sized(usual=20, full=100)):
        content = ledger(cents=number + 1)
        upload = land(district, content, **options).upload
        before = amounts(district)
        lived = workers.run(kill_after=chance.uniform(0.02, 1.0) * whole)
        wait_for_orphans()
        upload = again(district, upload)
        after = amounts(district)
        with district_scope(district.district.pk):
            runs = ImportRun.objects.filter(upload=upload).count()
            filings = Filing.objects.filter(upload=upload).count()
            waiting = Mark.objects.filter(target="upload.read", ref=str(upload.pk)).count()
            current = Filing.objects.filter(is_current=True).count()
        assert current == 1
        if upload.state == Upload.State.IMPORTED:
            whole = min(whole, lived)  # the machine is quicker than when the measure was taken
            total = sum((Decimal(line.rsplit(",", 1)[1]) for line in content.splitlines()[1:]), Decimal(0))
            assert after == (before[0] + ROWS, before[1] + total)
            assert (runs, filings, waiting) == (1, 1, 0)
        else:
            killed += 1
            assert upload.state == Upload.State.LANDED
            assert after == before
            assert (runs, filings, waiting) == (0, 0, 1)
            Attempt.objects.all().delete()
            work()
            assert again(district, upload).state == Upload.State.IMPORTED
            assert amounts(district)[0] == before[0] + ROWS
    assert killed >= 10, "the kills came too late to prove anything"


def test_eight_landings_at_once_have_one_effect(district: Cast) -> None:
    def once(number: int) -> tuple[str, bool]:
        try:
            landed = land(district, LEDGER, f"copy {number}.csv")
            return str(landed.upload.pk), landed.is_new
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(once, range(8)))
    assert len({pk for pk, _ in found}) == 1
    assert sorted(is_new for _, is_new in found) == [False] * 7 + [True]
    with district_scope(district.district.pk):
        assert Upload.objects.count() == 1


def test_three_workers_on_one_import_have_one_effect(district: Cast) -> None:
    upload = land(
        district,
        ledger(cents=0),
        kind="generic_ledger",
        file_map=FileMap(values=MAP),
        auto_confirm=True,
    ).upload

    def once(_: int) -> Result:
        try:
            return run_unit(unit=Unit(district.district.pk, "upload.read", str(upload.pk)))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(3) as pool:
        results = list(pool.map(once, range(3)))
    assert results.count(Result.DONE) == 1
    work()
    assert again(district, upload).state == Upload.State.IMPORTED
    assert amounts(district)[0] == ROWS
