"""Make SRM's roles and database on a PostgreSQL 18 server; must not read settings of any district."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.management.base import BaseCommand, CommandError

from districts.database import roles


class Command(BaseCommand):
    help = (
        "Make the roles srm_owner, srm_app and srm_backup and the database, with their rights. Can be run "
        "again at any time. Reads SUPERUSER_DATABASE_URL, DATABASE_URL, OWNER_DATABASE_URL and "
        "BACKUP_DATABASE_URL; each role's password is the one in its address."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--superuser-url", default=os.environ.get("SUPERUSER_DATABASE_URL"))

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["superuser_url"]:
            raise CommandError("Set SUPERUSER_DATABASE_URL, or give --superuser-url.")
        app_url = _address("DATABASE_URL", roles.APP)
        owner_url = _address("OWNER_DATABASE_URL", roles.OWNER)
        backup_url = _address("BACKUP_DATABASE_URL", roles.BACKUP)
        if app_url is None:
            raise CommandError("Set DATABASE_URL.")
        database = unquote(urlsplit(app_url).path.lstrip("/"))
        roles.bootstrap(
            superuser_url=options["superuser_url"],
            database=database,
            passwords=roles.RolePasswords(
                owner=_password(owner_url), app=_password(app_url), backup=_password(backup_url)
            ),
        )
        self.stdout.write(f"The database {database} and its roles are ready.")


def _address(name: str, role: str) -> str | None:
    url = os.environ.get(name)
    if url and urlsplit(url).username != role:
        raise CommandError(f"{name} must name the role {role}, not {urlsplit(url).username}.")
    return url


def _password(url: str | None) -> str | None:
    password = urlsplit(url).password if url else None
    return unquote(password) if password else None
