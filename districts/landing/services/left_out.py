"""Keep what was wrong with the rows a person leaves out, and who left them out. Must not read the file."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from django.contrib.auth import get_user_model
from django.utils import timezone

from districts import formatting
from districts.landing.problems import read_problem_file
from districts.landing.store import problem_path
from districts.models import Upload, UploadProblem

AT_ONCE = 1_000


def keep_left_out(*, upload: Upload, rows: AbstractSet[int], by: int | None) -> None:
    """Write down every error of the rows, before the reading that found them is forgotten."""
    person = get_user_model().objects.filter(pk=by).first() if by else None
    day = formatting.day(timezone.localtime(timezone.now()))
    by_whom = f"Left out by {person.name} on {day}." if person else f"Left out on {day}."
    path = problem_path(upload.pk, (upload.preview or {}).get("reading", ""))
    errors = (
        one for one in read_problem_file(path) if one["severity"] == "error" and int(one["row"] or 0) in rows
    )
    kept = (
        UploadProblem(
            upload=upload,
            row=int(one["row"]),
            column=one["column"][:100],
            value=one["value"][:200],
            why=(f"Sheet «{one['sheet']}»: {one['why']}" if one["sheet"] else one["why"])[:300],
            what_to_do=by_whom[:300],
            severity=UploadProblem.Severity.LEFT_OUT,
        )
        for one in errors
    )
    UploadProblem.objects.bulk_create(kept, batch_size=AT_ONCE)
