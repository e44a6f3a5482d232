"""Celery's doors into the engine; must not hold logic."""

import socket

from celery import shared_task
from django.db import close_old_connections
from django.utils import timezone

from districts.pipeline import days, engine, sweep, versions
from districts.pipeline.engine import Unit


@shared_task(name="run_unit", ignore_result=True)
def run_unit(district_id: int, target: str, ref: str = "") -> str:
    """Run one unit of marked work of one district."""
    close_old_connections()
    return engine.run_unit(unit=Unit(district_id, target, ref))


@shared_task(name="sweep", ignore_result=True)
def sweep_marks() -> int:
    """Platform task: hand out marked work that no hint reached, every few seconds."""
    close_old_connections()
    sweep.beat_heart(name=socket.gethostname())
    units = sweep.list_waiting_units()
    for unit in units:
        run_unit.delay(unit.district_id, unit.target, unit.ref)
    return len(units)


@shared_task(name="new_day", ignore_result=True)
def mark_new_days() -> int:
    """Platform task: mark what depends on today's date, or on a method that is new since a worker started."""
    close_old_connections()
    return days.mark_new_days(now=timezone.now()) + versions.mark_new_versions()
