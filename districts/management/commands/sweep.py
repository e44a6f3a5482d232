"""Run marked work here and now: for cron, or where no worker runs."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from districts.pipeline.days import mark_new_days
from districts.pipeline.engine import Result, run_unit
from districts.pipeline.sweep import list_waiting_units
from districts.pipeline.versions import mark_new_versions


class Command(BaseCommand):
    help = "Run all marked work in this process until none is left that can run now."

    def handle(self, *args: Any, **options: Any) -> None:
        mark_new_days(now=timezone.now())
        mark_new_versions()
        done = 0
        while units := list_waiting_units(older_than=timedelta(0)):
            results = [run_unit(unit=unit) for unit in units]
            done += results.count(Result.DONE)
            if Result.DONE not in results:
                break
        self.stdout.write(f"{done} units of work done")
