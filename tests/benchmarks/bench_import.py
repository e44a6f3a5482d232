"""What an import costs, against a raw COPY of the same file into a table without keys.

Ours is the whole way as `srm_app`, isolation and the pages' indexes on: land, hash, read, check every
cell, load, elect the filing, commit. It runs in a process of its own, so that its memory can be seen.
"""

from __future__ import annotations

import json
from pathlib import Path
from statistics import median
from typing import Any

import psycopg

from tests.benchmarks.bed import Bed
from tests.benchmarks.ledgers import COLUMNS, write_ledger
from tests.benchmarks.table import Row, at_most, seconds
from tests.cast import make_cast

BAD_ROWS = 1_500
MOST_MEMORY, MOST_ADDED = 700, 150
FILES = ("clean", "again", "corrected", "dirty")


def bench_import(bed: Bed) -> list[Row]:
    """Import a ledger, the same again, a corrected one and one full of errors; a fresh database each round."""
    rounds = [_round(bed) for _ in range(bed.rounds)]
    floor = median(floor for floor, _ in rounds)
    took = {name: median(found[name]["seconds"] for _, found in rounds) for name in FILES}
    peak = max(found[name]["peak"] for _, found in rounds for name in FILES)
    added = max(one["clean"]["peak"] - one["clean"]["before"] for _, one in rounds)
    ratio = median(found["clean"]["seconds"] / floor for floor, found in rounds)
    bounded = added <= MOST_ADDED and ratio <= 12
    size = f"{bed.rows:,} rows"
    bad = bed.sized(BAD_ROWS)
    return [
        at_most(name=f"import: a clean ledger, {size}", floor=floor, ours=took["clean"], limit=8, of="raw COPY"),
        Row("import: peak memory of the process", None, peak, None, f"<= {MOST_MEMORY} MB", peak <= MOST_MEMORY,
            "MB"),
        Row("import: memory added by the clean ledger", None, added, None, f"<= {MOST_ADDED} MB at <= 12x", bounded,
            "MB"),
        at_most(name=f"import: {bad:,} bad rows, to all their problems", floor=floor, ours=took["dirty"], limit=3,
                of="raw COPY"),
        at_most(name="import: the same file again", floor=took["clean"], ours=took["again"], limit=0.1,
                of="the first import"),
        at_most(name="import: a slice replaced by a corrected file", floor=took["clean"],
                ours=took["corrected"], limit=1.5, of="the first import"),
    ]  # fmt: skip


def _round(bed: Bed) -> tuple[float, dict[str, Any]]:
    bed.fresh()
    cast = make_cast(name="Bay Unified", slug="bay", state_code="3868478")
    paths = {name: bed.folder / f"{name}.csv" for name in FILES}
    write_ledger(paths["clean"], rows=bed.rows)
    write_ledger(paths["corrected"], rows=bed.rows, changed=bed.sized(1_000))
    write_ledger(paths["dirty"], rows=bed.rows, bad=bed.sized(BAD_ROWS))
    paths["again"] = paths["clean"]
    floor = _copy(bed, paths["clean"])
    printed = bed.run(
        "tests.benchmarks.land_files", str(cast.district.pk), *(str(paths[name]) for name in FILES)
    )
    found = dict(zip(FILES, json.loads(printed.splitlines()[-1]), strict=True))
    expected = {"clean": "imported", "again": "imported", "corrected": "imported", "dirty": "rejected"}
    if {name: found[name]["state"] for name in FILES} != expected or found["again"]["is_new"]:
        raise RuntimeError(f"the files did not end as they should: {found}")
    if (found["corrected"]["loaded"], found["dirty"]["listed"]) != (bed.rows, bed.sized(BAD_ROWS)):
        raise RuntimeError(f"not every row, or not every problem, was found: {found}")
    return floor, found


def _copy(bed: Bed, path: Path) -> float:
    """COPY the file's bytes into a plain logged table, and commit; returns the seconds."""
    columns = ", ".join(f'"{name}" {"numeric(20,6)" if name == "Amount" else "text"}' for name in COLUMNS)
    with psycopg.connect(bed.slot.owner_database_url, autocommit=True) as owner:
        owner.execute(f"CREATE TABLE raw_copy ({columns})")

        def copy() -> None:
            with (
                owner.cursor() as cursor,
                cursor.copy("COPY raw_copy FROM STDIN (FORMAT csv, HEADER)") as into,
                path.open("rb") as file,
            ):
                while chunk := file.read(1 << 20):
                    into.write(chunk)

        taken = seconds(copy)
        owner.execute("DROP TABLE raw_copy")
    return taken
