"""End a person's second step of sign-in; for who operates SRM, where no admin of one district may do it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from districts.errors import DomainError
from districts.services.second_step import end_second_step_as_operator


class Command(BaseCommand):
    """`manage.py end_second_step EMAIL`: make sure first that it is they who ask."""

    help = "End the second step of an account, and its sessions. The person and their districts' audits are told."

    def add_arguments(self, parser: CommandParser) -> None:
        """Ask for the account."""
        parser.add_argument("email", help="address of the account")

    def handle(self, *args: Any, **options: Any) -> None:
        """End it, or say why not."""
        try:
            ended = end_second_step_as_operator(email=options["email"], now=timezone.now())
        except DomainError as error:
            raise CommandError(error.message) from error
        self.stdout.write(
            f"{ended.email} now signs in with the password alone. Sessions ended: {ended.sessions}."
        )
