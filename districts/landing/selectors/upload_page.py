"""Everything the page of one upload shows; read only."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from districts.landing.progress import Progress, get_progress
from districts.landing.selectors.filings import FilingRow, list_filings
from districts.landing.selectors.problems import (
    ProblemPage,
    has_accounts,
    has_error_rows,
    list_left_out,
    list_problems,
)
from districts.landing.selectors.uploads import UploadRow, find_upload, to_row
from districts.models import ImportRun, Upload


@dataclass(frozen=True, kw_only=True)
class CheckRow:
    """One line of the quality report."""

    name: str
    status: str
    expected: str
    found: str
    note: str
    leads_to: str = ""


@dataclass(frozen=True, kw_only=True)
class UploadDetail:
    """Everything the page of one upload shows."""

    upload: UploadRow
    sha256: str
    mapping: Mapping[str, Any]
    left_out_rows: tuple[int, ...]
    counts: Mapping[str, int]
    slices: tuple[Mapping[str, Any], ...]
    checks: tuple[CheckRow, ...]
    control_totals: Mapping[str, str]
    provenance: tuple[str, ...]
    saved_map: str
    filings: tuple[FilingRow, ...]
    problems: ProblemPage
    left_out: ProblemPage
    has_accounts: bool
    progress: Progress | None
    confirmed_by: str
    finished_at: datetime.datetime | None
    undone_at: datetime.datetime | None
    can_confirm: bool
    can_undo: bool
    has_filings: bool
    seen: str
    can_leave_rows_out: bool
    asked_names: int
    """How many names of schools wait for a person's answer."""


def get_upload(*, upload_id: UUID, page: int = 1, left_out_page: int = 1) -> UploadDetail:
    """Show one upload with its preview, report and a page of problems. Raises NoSuchUpload."""
    upload = find_upload(upload_id)
    run = ImportRun.objects.filter(upload=upload).order_by("-finished_at").first()
    preview = upload.preview or {}
    filings = tuple(list_filings(upload_id=upload.pk))
    row = to_row(upload, run.rows_loaded if run else None)
    return UploadDetail(
        upload=row,
        sha256=upload.sha256,
        mapping=upload.mapping,
        left_out_rows=tuple(upload.left_out_rows),
        counts=preview.get("counts", {}),
        slices=tuple(preview.get("slices", ())),
        checks=tuple(
            CheckRow(**check) for check in (run.quality_report if run else preview.get("checks", ()))
        ),
        control_totals=run.control_totals if run else preview.get("control_totals", {}),
        provenance=tuple(preview.get("provenance", ())),
        saved_map=str((upload.provenance or {}).get("saved_map", "")),
        filings=filings,
        problems=list_problems(upload_id=upload.pk, page=page),
        left_out=list_left_out(upload_id=upload.pk, page=left_out_page),
        has_accounts=has_accounts(upload),
        progress=get_progress(upload_id=upload.pk) if row.is_working else None,
        confirmed_by=upload.confirmed_by.name if upload.confirmed_by else "",
        finished_at=upload.finished_at,
        undone_at=upload.undone_at,
        can_confirm=upload.state == Upload.State.READY,
        can_undo=bool(filings) or upload.state != Upload.State.UNDONE,
        has_filings=bool(filings),
        seen=str(preview.get("reading", "")),
        asked_names=len(preview.get("unknown_schools") or {}),
        can_leave_rows_out=upload.state == Upload.State.REJECTED and has_error_rows(upload),
    )
