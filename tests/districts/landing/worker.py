"""Worker processes to be killed: one process imports the product once and forks a worker a line.

Run: python -m tests.districts.landing.worker. Each line of input is a delay in seconds after which the
worker is killed (0: never); each line of output is how long the worker lived.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from datetime import timedelta


def work(delay: float) -> None:
    """Run marked upload work in this process, which dies after the delay wherever it then is."""
    from districts.pipeline.engine import run_unit
    from districts.pipeline.sweep import list_waiting_units

    if delay:
        threading.Timer(delay, lambda: os.kill(os.getpid(), signal.SIGKILL)).start()
    for unit in list_waiting_units(older_than=timedelta(0)):
        if unit.target.startswith("upload."):
            run_unit(unit=unit)
    os._exit(0)


def main() -> None:
    """Fork a worker for each line."""
    import django

    django.setup()
    from districts.pipeline.spec import get_pipeline

    get_pipeline()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        begun = time.monotonic()
        child = os.fork()
        if not child:
            work(float(line))
        os.waitpid(child, 0)
        sys.stdout.write(f"{time.monotonic() - begun}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
