"""Make a reset link for any account; for who operates SRM, where no admin of one district may do it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse
from django.utils import timezone

from districts.errors import DomainError
from districts.services.recovery import LINK_HOURS, issue_reset_link_as_operator


class Command(BaseCommand):
    """`manage.py make_reset_link EMAIL`: make sure first that it is they who ask."""

    help = "Print the path with which a person sets a new password, once. Their districts' audits are told."

    def add_arguments(self, parser: CommandParser) -> None:
        """Ask for the account."""
        parser.add_argument("email", help="address of the account")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make it, or say why not."""
        try:
            secret = issue_reset_link_as_operator(email=options["email"], now=timezone.now())
        except DomainError as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"For {options['email']}, once, for {LINK_HOURS} hours, at this path:")
        self.stdout.write(reverse("password-reset-by-link", args=[secret]))
