"""Rows on their way in: copied to a temporary table, where they are checked set-based.

COPY into a table with row-level security is refused; a temporary table has none and is private.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection

from districts.landing.kinds import FileKind, Reading

STAGE = "landing_stage"


def stage_rows(*, kind: FileKind, reading: Reading, on_batch: Callable[[int], None] | None = None) -> str:
    """Read the file and copy its good rows to the stage; gives the stage's name.

    Reads on after an error, to find every problem, but copies no further. Bounded memory: one batch.
    """
    columns = ", ".join(name for name, _ in kind.stage)
    types = ", ".join(f"{name} {kind_of}" for name, kind_of in kind.stage)
    names = [name for name, _ in kind.stage]
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{STAGE}")
        cursor.execute(f"CREATE TEMP TABLE {STAGE} ({types}) ON COMMIT DROP")
        for frame in kind.batches(reading):
            if reading.report.is_clean and frame.height:
                # One COPY a batch: while a COPY is open, a kind's query would wait for ever.
                with cursor.copy(f"COPY {STAGE} ({columns}) FROM STDIN (FORMAT csv)") as copy:
                    copy.write(frame.select(names).write_csv(include_header=False).encode())
            if on_batch is not None:
                on_batch(reading.report.counts.read)
        cursor.execute(f"ANALYZE {STAGE}")
    return STAGE
