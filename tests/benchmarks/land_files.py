"""Land files one after another in a process of its own, and say what each took: time, and memory at its peak.

Run: python -m tests.benchmarks.land_files <district id> <file> [<file> ...]. Prints a list as JSON.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import django


def resident() -> dict[str, float]:
    """Return this process's resident megabytes, now and at its peak."""
    status = Path("/proc/self/status")
    if not status.exists():  # macOS: bytes, and the peak only
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        return {"VmRSS": peak, "VmHWM": peak}
    lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
    return {name: int(lines[name].split()[0]) * 1024 / 1e6 for name in ("VmRSS", "VmHWM")}


def forget_peak() -> None:
    """Let the kernel count the peak anew."""
    clear = Path("/proc/self/clear_refs")
    if clear.exists():
        clear.write_text("5")


def land(path: Path, *, district_id: int) -> dict[str, Any]:
    """Land one file with its map, confirmed beforehand, and do its upload's work."""
    from districts.landing.kinds import FileMap
    from districts.landing.services import land_upload
    from districts.landing.store import problem_path, read_chunks
    from districts.models import Upload
    from districts.pipeline.engine import run_unit
    from districts.pipeline.sweep import list_waiting_units
    from districts.tenancy import district_scope
    from tests.benchmarks.ledgers import MAP

    forget_peak()
    before = resident()["VmRSS"]
    started = time.perf_counter()
    with district_scope(district_id, cause="benchmark"):
        landed = land_upload(
            by=None, filename=path.name, chunks=read_chunks(path), kind="generic_ledger",
            file_map=FileMap(values=MAP), auto_confirm=True, replaces_same_day=True,
        )  # fmt: skip
    for unit in list_waiting_units(older_than=timedelta(0)):
        if unit.target.startswith("upload."):
            run_unit(unit=unit)
    spent = time.perf_counter() - started
    with district_scope(district_id, cause="benchmark"):
        upload = Upload.objects.get(pk=landed.upload.pk)
        problems = problem_path(upload.pk, upload.preview.get("reading", ""))
        listed = len(problems.read_text().splitlines()) - 1 if problems.exists() else 0
        return {
            "seconds": spent, "is_new": landed.is_new, "state": upload.state, "listed": listed,
            "before": before, "peak": resident()["VmHWM"], "loaded": current_rows(upload.pk),
        }  # fmt: skip


def current_rows(upload_id: UUID) -> int:
    """Count the rows of an upload's filings that count now."""
    from districts.models import Filing
    from investments.models import LedgerEntry

    current = Filing.objects.filter(upload_id=upload_id, is_current=True).values("pk")
    return LedgerEntry.objects.filter(filing__in=current).count()


def main() -> None:
    """Land each file of the command line."""
    django.setup()
    from django.db import connection

    from districts.pipeline.spec import get_pipeline

    get_pipeline()
    connection.ensure_connection()
    district_id = int(sys.argv[1])
    landed = [land(Path(name), district_id=district_id) for name in sys.argv[2:]]
    sys.stdout.write(f"{json.dumps(landed)}\n")


if __name__ == "__main__":
    main()
