"""A pipeline of three small calculations over departments, to try the engine with. Makes no assertions."""

from __future__ import annotations

from django.db import connection

from districts.models import Department
from districts.pipeline.marks import mark
from districts.pipeline.spec import Calculation, Job, Outcome, Pipeline, Recompute

RUNS: list[str] = []


def count(context: Recompute) -> Outcome:
    """Count departments; a department called “again” marks the input once more, as a writer would."""
    RUNS.append("count")
    names = list(Department.objects.order_by("name").values_list("name", flat=True))
    if "again" in names and RUNS.count("count") == 1:
        mark(name="departments")
    return Outcome(changed_rows=len(names), fingerprint=str(names))


def follow(context: Recompute) -> Outcome:
    """Run after `count`; a department called “meanwhile” stands for a writer who comes in between."""
    RUNS.append("follow")
    if Department.objects.filter(name="meanwhile").exists():
        Department.objects.create(name="written by follow")
        mark(name="departments")
    return Outcome(changed_rows=0, fingerprint="")


def fail(context: Recompute) -> Outcome:
    """Write, then fail: nothing of it may stay."""
    RUNS.append("fail")
    Department.objects.create(name=f"written by run {len(RUNS)}")
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 / 0")
    return Outcome(changed_rows=1, fingerprint="")


def work(ref: str) -> None:
    """Fail for the reference “bad”."""
    RUNS.append(f"work {ref}")
    if ref == "bad":
        raise ValueError("no such thing")


def give_up(ref: str, message: str) -> None:
    """Leave a trace."""
    Department.objects.create(name=f"gave up {ref}: {message}")


PIPELINE = Pipeline(
    file_kinds=(),
    jobs=(Job("work", work, give_up),),
    calculations=(
        Calculation("count", "1", ("departments",), count),
        Calculation("follow", "1", ("count", "plans"), follow),
        Calculation("fail", "1", ("trouble",), fail),
    ),
)
