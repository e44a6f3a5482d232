"""A job that writes down which districts' rows it saw in the worker; each tenth fails after writing."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from celery.signals import task_prerun

from districts.models import Department
from districts.pipeline.spec import Job, Pipeline
from districts.tenancy import current_district_id
from tests.isolation.probe.mutants import ALL
from tests.isolation.probe.urls import Stumble, seen

LOG = Path(os.environ["SRM_HOME"]) / "probe.log"
ALL[os.environ.get("SRM_PROBE_MUTANT", "")]()


def write_down(**line: Any) -> None:
    """Append one line in one write, so that processes do not mix theirs."""
    with LOG.open("a") as log:
        log.write(json.dumps(line) + "\n")


@task_prerun.connect
def look_outside(**_: Any) -> None:
    """Look from outside a scope, on the connection the task before left behind."""
    left = seen()
    if left:
        write_down(left=left)


def run(ref: str) -> None:
    """Write a row, read all rows, perhaps fail."""
    Department.objects.create(name=f"note {ref}")
    by_orm = sorted(set(Department.objects.values_list("district_id", flat=True)))
    fails = int(ref) % 10 == 0
    write_down(ref=ref, district=current_district_id(), sql=seen(), orm=by_orm, fails=fails)
    if fails:
        raise Stumble


def give_up(ref: str, message: str) -> None:
    """Let the failing ones go."""


PIPELINE = Pipeline(file_kinds=(), jobs=(Job("probe", run, give_up),), calculations=())
