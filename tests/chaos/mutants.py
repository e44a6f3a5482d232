"""Engines with a mistake in them, to show that the chaos test notices. A worker runs with `-A tests.chaos.mutants`."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from celery.signals import worker_init

from srm.celery import app

__all__ = ["app"]
LAST = Path(os.environ["SRM_HOME"]) / "last"


@worker_init.connect
def make_the_mistake(**_: Any) -> None:
    """Put the mistake named by SRM_CHAOS_MUTANT into the engine, before its processes are forked."""
    if os.environ.get("SRM_CHAOS_MUTANT") == "deletes marks first":
        _delete_marks_first()


def _delete_marks_first() -> None:
    """Commit the deletion of the marks, then compute: a crash between the two forgets the work."""
    from districts.models import Mark
    from districts.pipeline import engine
    from districts.tenancy import district_scope

    def run_unit(*, unit: engine.Unit) -> str:
        marks = Mark.objects.filter(district_id=unit.district_id, target=unit.target, ref=unit.ref)
        deleted, _ = marks.delete()
        if deleted:
            time.sleep(30 if LAST.exists() else 0)
            with district_scope(unit.district_id):
                item = engine.get_pipeline().find(unit.target)
                if isinstance(item, engine.Job):
                    item.run(unit.ref)
                else:
                    engine._recompute(item, unit, causes=[])
        return "done"

    engine.run_unit = run_unit
