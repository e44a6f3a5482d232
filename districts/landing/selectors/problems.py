"""Problems of one upload and across uploads, page by page and as a whole list; read only."""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from uuid import UUID

from django.db.models import Q, QuerySet

from districts.landing.problems import PROBLEM_COLUMNS, safe_cell
from districts.landing.selectors.uploads import find_upload
from districts.landing.store import ACCOUNT_COLUMNS, accounts_path, problem_path, read_chunks
from districts.models import Upload, UploadProblem

PROBLEMS_ON_A_PAGE = 50
LEFT_OUT = UploadProblem.Severity.LEFT_OUT


@dataclass(frozen=True, kw_only=True)
class ProblemRow:
    """One problem of one row."""

    row: int | None
    column: str
    value: str
    why: str
    what_to_do: str
    severity: str
    kind: str


@dataclass(frozen=True, kw_only=True)
class ProblemPage:
    """One page of problems, and how many there are in all."""

    rows: tuple[ProblemRow, ...]
    page: int
    pages: int
    listed: int
    total: int


@dataclass(frozen=True, kw_only=True)
class ListedProblem:
    """One problem of one upload."""

    upload_id: UUID
    filename: str
    uploaded_at: datetime.datetime
    kind: str
    row: int | None
    column: str
    value: str
    why: str
    what_to_do: str


def list_problems(*, upload_id: UUID, page: int = 1, size: int = PROBLEMS_ON_A_PAGE) -> ProblemPage:
    """Show one page of an upload's problems, errors first. The whole list is in the download."""
    upload = find_upload(upload_id)
    problems = _standing().filter(upload_id=upload_id).order_by("severity", "row", "id")
    return _page_of(problems, page=page, size=size, total=upload.error_count + upload.warning_count)


def list_left_out(*, upload_id: UUID, page: int = 1, size: int = PROBLEMS_ON_A_PAGE) -> ProblemPage:
    """Show one page of what was wrong with the rows a person left out; `what_to_do` says by whom."""
    problems = UploadProblem.objects.filter(upload_id=upload_id, severity=LEFT_OUT).order_by("row", "id")
    return _page_of(problems, page=page, size=size, total=None)


def _standing() -> QuerySet[UploadProblem]:
    standing: QuerySet[UploadProblem] = UploadProblem.objects.exclude(severity=LEFT_OUT)
    return standing


def _page_of(problems: QuerySet[UploadProblem], *, page: int, size: int, total: int | None) -> ProblemPage:
    listed = problems.count()
    pages = max(1, -(-listed // size))
    page = min(max(1, page), pages)
    return ProblemPage(
        rows=tuple(
            ProblemRow(
                row=one.row,
                column=one.column,
                value=one.value,
                why=one.why,
                what_to_do=one.what_to_do,
                severity=one.severity,
                kind=one.get_severity_display(),
            )
            for one in problems[(page - 1) * size : page * size]
        ),
        page=page,
        pages=pages,
        listed=listed,
        total=listed if total is None else total,
    )


def has_error_rows(upload: Upload) -> bool:
    """Say whether leaving out rows with errors could help an upload. One query."""
    preview = upload.preview or {}
    if preview.get("is_damaged") or preview.get("has_sheets"):
        return False
    found: bool = UploadProblem.objects.filter(upload=upload, severity="error", row__gt=0).exists()
    return found


def stream_problems(*, upload_id: UUID) -> Iterator[bytes]:
    """Give the full list of problems as CSV bytes; found at once, so no scope is needed later."""
    upload = find_upload(upload_id)
    reading = (upload.preview or {}).get("reading", "")
    path = problem_path(upload_id, reading)
    left_out = UploadProblem.objects.filter(upload=upload, severity=LEFT_OUT).order_by("row", "id")
    rest = _as_csv(left_out).encode()
    if reading and path.exists():
        return chain(read_chunks(path), (rest,))
    standing = _standing().filter(upload=upload).order_by("severity", "row", "id")
    head = f"{','.join(PROBLEM_COLUMNS)}\r\n{_as_csv(standing)}"
    return iter((head.encode(), rest))


def has_accounts(upload: Upload) -> bool:
    """Say whether there is a list of the accounts an upload changes."""
    return _find_accounts(upload).exists()


def stream_accounts(*, upload_id: UUID) -> Iterator[bytes]:
    """Give every account an upload changes as CSV bytes; the columns alone where it changes none."""
    path = _find_accounts(find_upload(upload_id))
    return read_chunks(path) if path.exists() else iter([f"{','.join(ACCOUNT_COLUMNS)}\r\n".encode()])


def _find_accounts(upload: Upload) -> Path:
    return accounts_path(problem_path(upload.pk, (upload.preview or {}).get("compared", "")))


def _as_csv(problems: Iterable[UploadProblem]) -> str:
    """Write problems as lines of the list; of a row left out, what to do is by whom."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    for one in problems:
        kind = one.get_severity_display().lower()
        values = (kind, one.row or 0, "", one.column, one.value, one.why, one.what_to_do)
        writer.writerow([safe_cell(str(value)) for value in values])
    return text.getvalue()


def list_all_problems(
    *, text: str = "", severity: str = "", page: int = 1, size: int = 50
) -> tuple[tuple[ListedProblem, ...], int]:
    """List problems of uploads that are not undone, newest upload first; and how many match. Two queries."""
    problems = UploadProblem.objects.filter(upload__undone_at__isnull=True)
    if severity:
        problems = problems.filter(severity=severity)
    if text:
        problems = problems.filter(
            Q(upload__filename__icontains=text) | Q(why__icontains=text) | Q(column__icontains=text)
        )
    ordered = problems.select_related("upload").order_by(
        "-upload__uploaded_at", "upload_id", "severity", "row", "id"
    )
    found = tuple(
        ListedProblem(
            upload_id=one.upload_id,
            filename=one.upload.filename,
            uploaded_at=one.upload.uploaded_at,
            kind=one.get_severity_display(),
            row=one.row,
            column=one.column,
            value=one.value,
            why=one.why,
            what_to_do=one.what_to_do,
        )
        for one in ordered[(page - 1) * size : page * size]
    )
    return found, problems.count()
