"""Make SRM's roles and database on a PostgreSQL 18 server; must not touch a table."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from districts.database import roles
from districts.database.addresses import AddressError, read_addresses


class Command(BaseCommand):
    help = (
        "Make the roles srm_owner, srm_app and srm_backup and the database, with their rights. Can be run "
        "again at any time. Reads SUPERUSER_DATABASE_URL, DATABASE_URL, OWNER_DATABASE_URL and "
        "BACKUP_DATABASE_URL; each role's password is the one in its address."
    )
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            addresses = read_addresses()
            roles.bootstrap(
                superuser_url=addresses.superuser_url,
                database=addresses.database,
                passwords=addresses.passwords,
            )
        except (AddressError, roles.WrongServerVersion) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"The database {addresses.database} and its roles are ready.")
