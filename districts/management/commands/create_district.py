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
from districts.errors import DomainError
from districts.models import District, Membership, User
from districts.services.recovery import issue_reset_link
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
            membership = Membership.objects.create(user=person, role=Role.DISTRICT_ADMIN)
            membership.refresh_from_db()
            if not is_new:
                self.stdout.write(f"{district.name} is ready; {email} signs in as before.")
                return
            try:
                secret = issue_reset_link(by=person.pk, membership_id=membership.pk, now=timezone.now())
            except DomainError as error:
                raise CommandError(error.message) from error
        self.stdout.write(f"{district.name} is ready. Its admin chooses a password at this path, once:")
        self.stdout.write(reverse("password-reset-by-link", args=[secret]))
