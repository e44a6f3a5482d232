"""From a commit to the result people see, through the real worker: alone, and while others import.

A file counts as visible when the district's shown costs add up to the file's and no mark is left. The bare
recompute is the same calculations called here, on the same file, without queue, locks or commit.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import psycopg
from django.db import transaction

from diagnostics.recompute import initiative_return
from districts.landing import jobs
from districts.landing.kinds import FileMap
from districts.landing.services import land_upload
from districts.landing.store import read_chunks
from districts.models import Heartbeat, ImportRun
from districts.tenancy import district_scope
from investments.recompute import ledger_cost
from tests.benchmarks.bed import Bed, settle, wait_for
from tests.benchmarks.ledgers import MAP, write_ledger
from tests.benchmarks.table import Row, at_most, percentile_95, seconds
from tests.cast import Cast, make_cast
from tests.investments.facts import make_initiative, make_rule, recompute

FILE_ROWS, SMALL_ROWS, BIG_ROWS = 5_000, 1_000, 500_000
INITIATIVES, SMALLS, FILES = 12, 20, 30
PACE = 0.4  # seconds between two small districts' files
_SHOWN = """
SELECT NOT EXISTS (SELECT FROM districts_mark WHERE district_id = %(district)s) AND EXISTS (
    SELECT FROM districts_filing f WHERE f.upload_id = %(upload)s AND f.is_current
    AND (f.control_totals ->> 'amount')::numeric =
        (SELECT sum(total) FROM investments_codingmeter WHERE shown_until IS NULL))
"""


@dataclass
class Landed:
    """A file on its way: when its landing was committed, and when its result was seen."""

    district_id: int
    upload_id: str
    at: float
    seen: float = 0.0

    @property
    def took(self) -> float:
        return self.seen - self.at


def bench_visible(bed: Bed) -> list[Row]:
    """Land files with a worker running as in the demo."""
    bed.fresh()
    smalls = [_district(bed, f"small{n}", n + 1) for n in range(bed.sized(SMALLS, least=2))]
    bigs = [_district(bed, f"big{n}", n + 101) for n in range(3)]
    with bed.service("worker"), bed.service("beat"):
        wait_for(Heartbeat.objects.exists, what="the worker to start")
        return [*_one_file(bed, smalls[0]), *_many(bed, smalls, bigs)]


def _district(bed: Bed, slug: str, number: int) -> Cast:
    """Make a district with initiatives, a rule for each, and the ledger of a year; its work is done here."""
    cast = make_cast(name=slug.title(), slug=slug, state_code=f"{number:07d}")
    with district_scope(cast.district.pk, cause="benchmark"):
        for rule in range(INITIATIVES):
            make_rule(make_initiative(f"Initiative {rule}"), resource=f"{rule * 37:04d}")
    _land(cast, _file(bed, f"{slug}-first", rows=SMALL_ROWS))
    settle()
    return cast


def _file(bed: Bed, name: str, *, rows: int, changed: int = 0) -> Path:
    path = bed.folder / f"{name}.csv"
    write_ledger(path, rows=rows, changed=changed)
    return path


def _land(cast: Cast, path: Path) -> Landed:
    """Land a file, confirmed beforehand; its bytes are made the district's own by its name."""
    name = f"# {cast.slug} {path.stem} {time.time_ns()}\n".encode()
    with district_scope(cast.district.pk, cause="benchmark"):
        landed = land_upload(
            by=None, filename=path.name, chunks=[name, *read_chunks(path)], kind="generic_ledger",
            file_map=FileMap(values=MAP), auto_confirm=True, replaces_same_day=True,
        )  # fmt: skip
    return Landed(cast.district.pk, str(landed.upload.pk), time.time())


def _watch(bed: Bed, landed: Sequence[Landed], *, patience: float = 0.0) -> None:
    """Note which files can be seen by now; with patience, wait until all can."""
    deadline = time.time() + patience
    with psycopg.connect(bed.slot.database_url, autocommit=True) as app:
        while waiting := [one for one in landed if not one.seen]:
            for one in waiting:
                if _is_shown(app, one):
                    one.seen = time.time()
            if time.time() > deadline:
                break
            time.sleep(0.005)
    if patience and not all(one.seen for one in landed):
        raise RuntimeError("a file was never seen in the results")


def _is_shown(app: psycopg.Connection, one: Landed) -> bool:
    with app.transaction():
        app.execute("SELECT set_config('srm.district_id', %s, true)", [str(one.district_id)])
        found = app.execute(_SHOWN, {"district": one.district_id, "upload": one.upload_id}).fetchone()
    return bool(found and found[0])


def _one_file(bed: Bed, cast: Cast) -> list[Row]:
    """One district's files, one after another, on a machine that does nothing else."""
    bare, after_import, whole = [], [], []
    for number in range(bed.sized(FILES, least=2)):
        path = _file(bed, "one", rows=FILE_ROWS, changed=10 + number)
        bare.append(_bare(cast, path))
        landed = _land(cast, path)
        _watch(bed, [landed], patience=120)
        with district_scope(cast.district.pk):
            imported = ImportRun.objects.get(upload_id=landed.upload_id).finished_at.timestamp()
        after_import.append(landed.seen - imported)
        whole.append(landed.took)
    name = f"a {FILE_ROWS:,}-row file"
    slowest = percentile_95(whole)
    return [
        at_most(name=f"{name}: import's commit to result seen", floor=median(bare), ours=median(after_import),
                limit=3, of="bare recompute"),
        Row(f"{name}: landing's commit to result seen, median", None, median(whole), None, "", None),
        Row(f"{name}: landing's commit to result seen, p95", None, slowest, None, "< 2 s", slowest < 2),
    ]  # fmt: skip


class _UndoneError(Exception):
    """Ends a block whose writes are not meant to last."""


def _bare(cast: Cast, path: Path) -> float:
    """Return the seconds of the calculations alone after a file, which leaves no trace."""
    taken = 0.0
    with suppress(_UndoneError), district_scope(cast.district.pk, cause="benchmark"), transaction.atomic():
        landed = land_upload(
            by=None, filename="bare.csv", chunks=[b"# bare\n", *read_chunks(path)], kind="generic_ledger",
            file_map=FileMap(values=MAP), auto_confirm=True, replaces_same_day=True,
        )  # fmt: skip
        jobs.read_upload(str(landed.upload.pk))
        taken = seconds(lambda: (recompute(ledger_cost), recompute(initiative_return)))
        raise _UndoneError
    return taken


def _many(bed: Bed, smalls: Sequence[Cast], bigs: Sequence[Cast]) -> list[Row]:
    """Small districts' files in turn: idle, while one district imports much, while two do."""
    big = _file(bed, "big", rows=bed.sized(BIG_ROWS, least=SMALL_ROWS))
    idle = percentile_95(_in_turn(bed, smalls))
    first = _land(bigs[0], big)
    beside_one = percentile_95(_in_turn(bed, smalls))
    _watch(bed, [first], patience=900)
    both = [_land(cast, big) for cast in bigs[1:]]
    beside_two = percentile_95(_in_turn(bed, smalls))
    _watch(bed, both, patience=900)
    rows = f"{bed.sized(BIG_ROWS, least=SMALL_ROWS):,} rows"
    beside = f"{len(smalls)} small districts, p95 to result seen, beside"
    return [
        at_most(name=f"{beside} one import of {rows}", floor=idle, ours=beside_one, limit=3, of="idle"),
        at_most(name=f"{beside} two of them", floor=idle, ours=beside_two, limit=3, of="idle"),
    ]


def _in_turn(bed: Bed, smalls: Sequence[Cast]) -> list[float]:
    """Land a file of each small district at an even pace; return how long each took to be seen."""
    path = _file(bed, "small", rows=SMALL_ROWS, changed=1 + time.time_ns() % 400)
    landed = []
    for cast in smalls:
        started = time.time()
        landed.append(_land(cast, path))
        while time.time() < started + PACE:
            _watch(bed, landed)
            time.sleep(0.02)
    _watch(bed, landed, patience=600)
    return [one.took for one in landed]
