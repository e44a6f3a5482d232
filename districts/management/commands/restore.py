"""Restore a backup into an empty server: roles, database, stored files."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from districts.database.addresses import AddressError, read_addresses
from districts.database.backup import BackupError, restore
from districts.database.programs import ProgramMissing
from districts.database.roles import WrongServerVersion


class Command(BaseCommand):
    help = (
        "Make the roles and the database and load a backup into them. The database and the uploads folder "
        "must be empty, and SRM must not run. Reads the same addresses as bootstrap_database. Afterwards "
        "migrate, when the backup is of an older version."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            addresses = read_addresses()
            manifest = restore(
                source=options["file"],
                superuser_url=addresses.superuser_url,
                database=addresses.database,
                passwords=addresses.passwords,
                uploads=settings.UPLOADS,
            )
        except (AddressError, BackupError, ProgramMissing, WrongServerVersion) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Restored the backup of {manifest['taken_at']} into {addresses.database}.")
