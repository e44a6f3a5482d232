"""Encrypt what second steps rest on under the present SRM_SECRET_KEY; for who operates SRM, when it is replaced."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from districts.services.second_step_secrets import encrypt_second_steps


class Command(BaseCommand):
    """`manage.py encrypt_second_steps`: afterwards SRM_SECRET_KEY_FALLBACKS is not needed for them."""

    help = "Encrypt all secrets of second steps under the present SRM_SECRET_KEY. Can be run any number of times."

    def handle(self, *args: Any, **options: Any) -> None:
        """Encrypt, and say whose second step must be ended."""
        done = encrypt_second_steps()
        self.stdout.write(f"Encrypted anew under SRM_SECRET_KEY: {done.count}.")
        if done.unreadable:
            raise CommandError(
                f"{len(done.unreadable)} cannot be read with SRM_SECRET_KEY or one of SRM_SECRET_KEY_FALLBACKS:"
                f" {', '.join(done.unreadable)}. Give the older secret, or run manage.py end_second_step EMAIL."
            )
