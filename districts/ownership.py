"""What people answer for, as the apps above keep it; read through SRM_OWNERSHIP, since districts knows none of them."""

from __future__ import annotations

from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string


class Ownership(Protocol):
    """What a person of the open district answers for, and how it passes on."""

    def list_owned(self, *, user_id: int) -> tuple[str, ...]:
        """Name what a person owns, in words."""

    def hand_over(self, *, user_id: int, to: int | None) -> None:
        """Give all of it to another person; None: to nobody yet."""


def get_ownership() -> Ownership:
    """Return the ownership named by the setting SRM_OWNERSHIP."""
    ownership: Ownership = import_string(settings.SRM_OWNERSHIP)
    return ownership
