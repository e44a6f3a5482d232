"""Land files from the command line, by the same path as the browser and the API."""

from __future__ import annotations

import argparse
import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from districts.errors import DomainError
from districts.landing.jobs import IMPORT_JOB, READ_JOB
from districts.landing.kinds import FileMap
from districts.landing.services import land_upload
from districts.landing.store import read_chunks
from districts.models import District, Upload
from districts.pipeline.engine import Result, Unit, run_unit
from districts.pipeline.sweep import list_waiting_units
from districts.tenancy import district_scope


class Command(BaseCommand):
    help = "Land one or more files in a district; with --confirm they are imported when clean."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("district", help="The district's short name, as in its address.")
        parser.add_argument("file", nargs="+", type=Path)
        parser.add_argument("--kind", default="", help="The kind of file, when it is not recognised.")
        parser.add_argument("--map", type=Path, help="A JSON file with the map: {options, values}.")
        parser.add_argument("--confirm", action="store_true", help="Import without looking.")
        parser.add_argument(
            "--replaces-same-day", action="store_true", help="It replaces a file of the same filing date."
        )
        parser.add_argument("--now", action="store_true", help="Work here, without a worker.")

    def handle(self, *args: Any, **options: Any) -> None:
        district = District.objects.filter(slug=options["district"]).first()
        if district is None:
            raise CommandError(f"There is no district «{options['district']}».")
        file_map = None
        if options["map"]:
            file_map = FileMap.from_dict(json.loads(options["map"].read_text(encoding="utf-8")))
        failed = False
        for path in options["file"]:
            failed |= not self._land(district, path, file_map, options)
        if failed:
            raise CommandError("Not every file could be imported; the lines above say why.")

    def _land(
        self, district: District, path: Path, file_map: FileMap | None, options: dict[str, Any]
    ) -> bool:
        try:
            with district_scope(district.pk, cause="command land"):
                landed = land_upload(
                    by=None,
                    filename=path.name,
                    chunks=read_chunks(path),
                    kind=options["kind"],
                    file_map=file_map,
                    auto_confirm=options["confirm"],
                    replaces_same_day=options["replaces_same_day"],
                )
        except (DomainError, OSError) as error:
            self.stderr.write(f"{path}: {error}")
            return False
        if options["now"]:
            _work_now(district.pk, landed.upload.pk)
        with district_scope(district.pk):
            upload = Upload.objects.get(pk=landed.upload.pk)
        known = "" if landed.is_new else " (was here already)"
        state = Upload.State(upload.state)
        self.stdout.write(f"{path.name}: {state.label}{known} {upload.message} [{upload.pk}]")
        return state not in (Upload.State.REJECTED, Upload.State.FAILED)


def _work_now(district_id: int, upload_id: UUID) -> None:
    """Run the jobs of one upload in this process until none is left that can run now."""
    while True:
        units = [
            unit
            for unit in list_waiting_units(older_than=timedelta(0))
            if unit in (Unit(district_id, job, str(upload_id)) for job in (READ_JOB, IMPORT_JOB))
        ]
        if not units or Result.DONE not in [run_unit(unit=unit) for unit in units]:
            return
