"""Files of one filing date: the date does not say which is newer, so a person or program must. Must not write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from districts.models import District, Upload
from districts.tenancy import current_district_id

ANSWER = "replaces_same_day"
"""The answer that an upload replaces a file of the same filing date, as the API takes it and an upload keeps it."""


def same_day_as(one: Mapping[str, Any]) -> str:
    """Name the file that a slice of a preview would replace though both have the same filing date; empty else.

    Days are those of the time zone that is open.
    """
    current = one.get("replaces") or {}
    if not one.get("becomes_current", True):
        return ""
    filed, before = read_moment(one.get("filed_at")), read_moment(current.get("filed_at"))
    is_same = filed is not None and before is not None and filed.date() == before.date()
    return str(current.get("filename", "")) if is_same else ""


def list_same_day_files(*, slices: Sequence[Mapping[str, Any]]) -> list[str]:
    """Name the files of the same filing date that a preview's slices would replace, by the district's days. One query."""
    zone = ZoneInfo(District.objects.get(pk=current_district_id()).time_zone)
    with timezone.override(zone):
        return sorted({same_day_as(one) for one in slices} - {""})


def list_unanswered(upload: Upload) -> tuple[str, ...]:
    """Name the files of the same filing date that an upload would replace, unless that was answered. No query."""
    if (upload.provenance or {}).get(ANSWER):
        return ()
    return tuple((upload.preview or {}).get("same_day_files") or ())


def describe_same_day(*, files: Sequence[str]) -> str:
    """Say what is asked, and the ways to answer."""
    names = ", ".join(f"“{name}”" for name in files[:3]) + (
        f" and {len(files) - 3} more" if len(files) > 3 else ""
    )
    return (
        f"This file and {names} have the same filing date, so the date does not say which is the newer."
        " Nothing of this file is imported until somebody says that it replaces the other, on its page or by"
        f" sending it again with {ANSWER}=true, or gives its filing date."
    )


def read_moment(text: Any) -> datetime | None:
    """Read a moment kept as text, in the time zone that is open; None where there is none."""
    try:
        return timezone.localtime(datetime.fromisoformat(str(text))) if text else None
    except ValueError:
        return None
