"""How far a running read or import has come: in the cache only, so losing it loses nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.cache import cache

KEPT_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Rows done, and the share of the file where it can be estimated."""

    phase: str
    rows: int
    share: float | None


def _key(upload_id: UUID | str) -> str:
    return f"upload:{upload_id}:progress"


def note_progress(*, upload_id: UUID | str, phase: str, rows: int, expected: int | None) -> None:
    """Write down how far the work is; a dead cache is no failure."""
    share = min(0.99, rows / expected) if expected else None
    cache.set(_key(upload_id), {"phase": phase, "rows": rows, "share": share}, KEPT_SECONDS)


def clear_progress(*, upload_id: UUID | str) -> None:
    """Forget the progress of finished work."""
    cache.delete(_key(upload_id))


def get_progress(*, upload_id: UUID | str) -> Progress | None:
    """Give the last progress of an upload, or None."""
    found: Any = cache.get(_key(upload_id))
    return Progress(**found) if isinstance(found, dict) else None
