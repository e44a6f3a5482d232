"""Take a backup of every district into one file."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from districts.database.backup import BackupError, back_up
from districts.database.programs import ProgramMissing


class Command(BaseCommand):
    help = (
        "Write database and stored files into one file that only its owner can read. Reads "
        "BACKUP_DATABASE_URL, the address of the role srm_backup. Safe while SRM runs."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        url = os.environ.get("BACKUP_DATABASE_URL")
        if not url:
            raise CommandError("Set BACKUP_DATABASE_URL, the database's address as srm_backup.")
        target = options["file"].resolve()
        if not target.parent.is_dir():
            raise CommandError(f"There is no folder {target.parent}.")
        try:
            size = back_up(backup_url=url, uploads=settings.UPLOADS, target=target, now=timezone.now())
        except (BackupError, ProgramMissing) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{target}: {size:,} bytes. It holds personal data: keep it as safe as the database."
        )
