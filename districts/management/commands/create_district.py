"""Create a district and its first admin; prints the link with which the admin chooses a password."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from districts.access.permissions import Role
from districts.models import District, Membership, User
from districts.services.recovery import issue_reset_link_as_operator
from districts.tenancy import district_scope


class Command(BaseCommand):
    """`manage.py create_district SLUG NAME --admin EMAIL`: the way into an empty installation."""

    help = "Create a district and its first admin, and print the admin's link (valid for a day, once)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Ask for what a district cannot do without."""
        parser.add_argument("slug", help="how addresses name it: small letters, digits, hyphens")
        parser.add_argument("name")
        parser.add_argument("--admin", required=True, help="email address of the first admin")
        parser.add_argument("--state", default="", help="two letters, for example CA")
        parser.add_argument(
            "--state-code", default="", help="as the state's files write it (California: 7 digits)"
        )
        parser.add_argument("--time-zone", default="America/Los_Angeles")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        """Create district, person and membership, or nothing."""
        try:
            ZoneInfo(options["time_zone"])
            district = District(
                slug=options["slug"],
                name=options["name"],
                state=options["state"],
                state_code=options["state_code"],
                time_zone=options["time_zone"],
            )
            district.full_clean()
        except (ValidationError, KeyError, OSError, ValueError) as error:
            raise CommandError(str(error)) from error
        district.save()
        email = options["admin"].strip().lower()
        person = User.objects.filter(email=email).first()
        is_new = person is None
        person = person or User.objects.create_user(email=email)
        with district_scope(district.pk, cause="create_district"):
            Membership.objects.create(user=person, role=Role.DISTRICT_ADMIN)
        if not is_new:
            self.stdout.write(f"{district.name} is ready; {email} signs in as before.")
            return
        secret = issue_reset_link_as_operator(email=email, now=timezone.now())
        self.stdout.write(f"{district.name} is ready. Its admin chooses a password at this path, once:")
        self.stdout.write(reverse("password-reset-by-link", args=[secret]))
