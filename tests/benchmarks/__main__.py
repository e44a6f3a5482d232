"""`make bench`: run every benchmark and print one table; `BENCH_ROWS` is how many rows a million is.

Ends with an error only when a benchmark could not run. `python -m tests.benchmarks import pages` runs some.
The servers are the benchmarks' own, with a product's settings: what is committed is on the disk.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import time
import traceback
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """Run the benchmarks named on the command line, or all; return the exit code."""
    os.environ["SRM_TEST_HOME"] = str(ROOT / ".srm-test" / "bench")
    from tests.servers import Slot

    slot = Slot(durable=True)
    os.environ.update(slot.environment())
    os.environ.pop("OWNER_DATABASE_URL", None)
    os.environ["DJANGO_SETTINGS_MODULE"] = "srm.settings"
    import django

    django.setup()
    try:
        return _run(slot, wanted=sys.argv[1:])
    finally:
        slot.release()


def _run(slot: object, *, wanted: list[str]) -> int:
    from tests.benchmarks.bed import FULL_ROWS, Bed
    from tests.benchmarks.every import BENCHMARKS
    from tests.benchmarks.table import render

    bed = Bed(slot=slot, rows=int(os.environ.get("BENCH_ROWS") or FULL_ROWS))  # type: ignore[arg-type]
    rows, failed = [], []
    for name, bench in BENCHMARKS.items():
        if wanted and name not in wanted:
            continue
        started = time.monotonic()
        try:
            rows += bench(bed)
        except Exception:  # noqa: BLE001 (said at the end; the others still run)
            traceback.print_exc()
            failed.append(name)
        sys.stderr.write(f"{name}: {time.monotonic() - started:.0f} s\n")
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.strip()
    machine = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
    missed = [row.name for row in rows if row.met is False]
    sys.stdout.write(
        f"\n{time.strftime('%Y-%m-%d')}, commit {commit}, {machine}, {bed.rows:,} rows, {bed.rounds} rounds\n\n"
        f"{render(rows)}\n\n{len(missed)} of {sum(row.met is not None for row in rows)} targets are not met.\n"
    )
    if failed:
        sys.stderr.write(f"Could not run: {', '.join(failed)}\n")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
