"""The work on one upload: read it to a preview, import it whole. Runs in the engine's transaction.

A crash anywhere leaves nothing: the state, the facts and the marks commit together.
"""

from __future__ import annotations

import datetime
from dataclasses import asdict
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from districts.errors import DomainError
from districts.landing.elections import elect_current, file_slices, lock_filings, slice_key
from districts.landing.kinds import FileKind, FileMap, Reading
from districts.landing.problems import Report
from districts.landing.progress import clear_progress, note_progress
from districts.landing.reader import Sample
from districts.landing.recognition import (
    find_kind,
    get_sample,
    get_source,
    plan_map,
    recognise_kind,
)
from districts.landing.room import take_room
from districts.landing.stage import stage_rows
from districts.landing.store import get_limits, problem_path
from districts.models import ImportRun, Upload, UploadProblem
from districts.pipeline.marks import mark

READ_JOB = "upload.read"
IMPORT_JOB = "upload.import"
GIVEN_UP = "The file could not be processed. Nothing of it was loaded. Try again, or ask for help."
SAMPLE_ROWS = 20
State = Upload.State


def read_upload(ref: str) -> None:
    """Job: recognise, map, read and compare one upload; imports it when it is already confirmed.

    Does nothing unless the upload waits to be read, so running twice has one effect.
    """
    upload = Upload.objects.select_for_update().filter(pk=UUID(ref)).first()
    if upload is None or upload.state != State.LANDED:
        return
    try:
        if not _settle_kind_and_map(upload):
            return
        _process(upload, will_import=upload.auto_confirm)
    except DomainError as error:
        reject_upload(upload, error.message)
    clear_progress(upload_id=upload.pk)


def import_upload(ref: str) -> None:
    """Job: import one confirmed upload whole, or nothing of it. Running twice has one effect."""
    upload = Upload.objects.select_for_update().filter(pk=UUID(ref)).first()
    if upload is None or upload.state != State.CONFIRMED:
        return
    try:
        _process(upload, will_import=True)
    except DomainError as error:
        reject_upload(upload, error.message)
    clear_progress(upload_id=upload.pk)


def give_up(ref: str, message: str) -> None:
    """Stop trying; the person sees why and may land the file again."""
    waiting = Upload.objects.filter(pk=UUID(ref), state__in=(State.LANDED, State.CONFIRMED))
    waiting.update(state=State.FAILED, message=message or GIVEN_UP, finished_at=timezone.now())


def reject_upload(upload: Upload, message: str) -> None:
    """Refuse a file as a whole, with the reason a person can act on."""
    upload.state, upload.message = State.REJECTED, message
    upload.finished_at = timezone.now()
    upload.error_count = max(1, upload.error_count)
    upload.save()
    if not UploadProblem.objects.filter(upload=upload).exists():
        UploadProblem.objects.create(
            upload=upload, row=None, why=message[:300], what_to_do="", severity="error"
        )


def settle_plan(upload: Upload, *, kind: FileKind | None, sample: Sample) -> bool:
    """Write the kind and map of an upload; True when it can be read without asking a person."""
    if kind is None:
        upload.state = State.NEEDS_KIND
        upload.save()
        return False
    plan = plan_map(kind=kind, sample=sample, source=get_source(upload))
    upload.kind, upload.mapping = plan.kind, plan.file_map.as_dict()
    upload.message = plan.message
    upload.provenance = {**(upload.provenance or {}), "saved_map": plan.saved_map}
    upload.state = State.NEEDS_MAP if plan.needs_map else State.LANDED
    upload.save()
    return not plan.needs_map


def _settle_kind_and_map(upload: Upload) -> bool:
    if upload.kind and upload.mapping:
        return True
    sample = get_sample(get_source(upload))
    kind = find_kind(upload.kind) if upload.kind else recognise_kind(sample)
    return settle_plan(upload, kind=kind, sample=sample)


def _process(upload: Upload, *, will_import: bool) -> None:
    started_at = timezone.now()
    take_room(size=upload.size, will_import=will_import)
    kind = find_kind(upload.kind)
    report = Report(
        spill=problem_path(upload.pk),
        limits=get_limits(),
        left_out_rows=frozenset(upload.left_out_rows),
    )
    reading = Reading(source=get_source(upload), file_map=FileMap.from_dict(upload.mapping), report=report)
    try:
        with transaction.atomic():
            if will_import:
                lock_filings()
            imported = _stage_and_use(upload, kind, reading, started_at, will_import=will_import)
    finally:
        report.close()
    _write_outcome(upload, reading, is_imported=imported)


def _stage_and_use(
    upload: Upload,
    kind: FileKind,
    reading: Reading,
    started_at: datetime.datetime,
    *,
    will_import: bool,
) -> bool:
    sample = get_sample(reading.source, reading.file_map.options)
    if kind.fields(sample, reading.source):
        kind.check_map(sample, reading.file_map, reading.source)
    expected = _expected_rows(sample)
    phase = "importing" if will_import else "reading"

    def on_batch(rows: int) -> None:
        note_progress(upload_id=upload.pk, phase=phase, rows=rows, expected=expected)

    stage = stage_rows(kind=kind, reading=reading, on_batch=on_batch)
    report = reading.report
    if not report.is_clean:
        return False
    kind.finish_quality(stage, reading)
    if not will_import:
        upload.preview = kind.preview(stage, reading)
        return False
    upload.preview = upload.preview or kind.preview(stage, reading)
    filings = file_slices(upload=upload, family=kind.family, slices=reading.slice_list())
    loaded = kind.load(stage, reading, {number: filing.pk for number, filing in filings.items()}, upload.pk)
    elect_current(slice_key(filing) for filing in filings.values())
    counts = report.counts
    ImportRun.objects.create(
        upload=upload,
        started_at=started_at,
        finished_at=timezone.now(),
        rows_read=counts.read,
        rows_loaded=loaded.rows,
        rows_left_out=counts.left_out,
        rows_of_others=counts.other_district,
        quality_report=[asdict(check) for check in report.checks],
        control_totals=report.control_totals,
    )
    for name in loaded.changed_inputs:
        mark(name=name)
    return True


def _write_outcome(upload: Upload, reading: Reading, *, is_imported: bool) -> None:
    report = reading.report
    summary = report.as_dict()
    summary.pop("problems")
    upload.preview = {**(upload.preview or {}), **summary}
    upload.provenance = {**(upload.provenance or {}), "notes": report.provenance}
    upload.error_count, upload.warning_count = report.errors, report.warnings
    _write_problems(upload, report)
    if report.errors:
        upload.state = State.REJECTED
        rows = "1 problem" if report.errors == 1 else f"{report.errors:,} problems"
        upload.message = (
            f"The file has {rows}. Nothing was loaded. Correct the file and upload it again, or "
            "leave the named rows out."
        )
        upload.finished_at = timezone.now()
    elif is_imported:
        upload.state, upload.message = State.IMPORTED, ""
        upload.finished_at = timezone.now()
    else:
        upload.state, upload.message = State.READY, ""
    upload.save()


def _write_problems(upload: Upload, report: Report) -> None:
    UploadProblem.objects.filter(upload=upload).delete()
    UploadProblem.objects.bulk_create(
        UploadProblem(
            upload=upload,
            row=problem.row or None,
            column=problem.column[:100],
            value=problem.value[:200],
            why=(f"Sheet «{problem.sheet}»: {problem.why}" if problem.sheet else problem.why)[:300],
            what_to_do=problem.what_to_do[:300],
            severity=problem.severity,
        )
        for problem in report.problems
    )


def _expected_rows(sample: Sample) -> int | None:
    """Estimate how many rows the file has, from the length of its first lines."""
    lines = [line for line in sample.lines if line]
    if not lines:
        return None
    average = sum(len(line) + 1 for line in lines) / len(lines)
    return max(1, int(sample.size / average))
