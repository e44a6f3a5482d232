"""The work on one upload: read it to a preview, import it whole. Runs in the engine's transaction.

A crash anywhere leaves nothing: the state, the facts and the marks commit together.
"""

from __future__ import annotations

import datetime
from dataclasses import asdict
from enum import Enum, auto
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from districts.errors import DomainError
from districts.landing.base import describe_change, read_base
from districts.landing.elections import elect_current, file_slices, lock_filings, slice_key
from districts.landing.kinds import FileKind, FileMap, Reading
from districts.landing.left_out import check_left_out
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
from districts.landing.same_day import ANSWER, describe_same_day, list_same_day_files, list_unanswered
from districts.landing.stage import stage_rows
from districts.landing.store import drop_problem_files, get_limits, problem_path
from districts.models import Filing, ImportRun, Upload, UploadProblem
from districts.pipeline.marks import mark

READ_JOB = "upload.read"
IMPORT_JOB = "upload.import"
GIVEN_UP = "The file could not be processed. Nothing of it was loaded. Try again, or ask for help."
BASE_CHANGED = (
    "Nothing of this file was imported. The difference is worked out anew: look at it, then confirm again."
)
State = Upload.State


class Done(Enum):
    """What became of a file that was read."""

    REFUSED = auto()
    PREVIEWED = auto()
    BASE_CHANGED = auto()
    SAME_DAY = auto()
    IMPORTED = auto()


def read_upload(ref: str) -> None:
    """Job: recognise, map, read and compare one upload; imports it when it is already confirmed.

    Does nothing unless the upload waits to be read, so running twice has one effect.
    """
    upload = Upload.objects.select_for_update().filter(pk=UUID(ref)).first()
    if upload is None or upload.state != State.LANDED or _is_imported(upload):
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
    if upload is None or upload.state != State.CONFIRMED or _is_imported(upload):
        return
    try:
        _process(upload, will_import=True)
    except DomainError as error:
        reject_upload(upload, error.message)
    clear_progress(upload_id=upload.pk)


def _is_imported(upload: Upload) -> bool:
    """Say whether the upload has filings already; then that is its state, whatever it was."""
    if not Filing.objects.filter(upload=upload).exists():
        return False
    upload.state = State.IMPORTED
    upload.save(update_fields=["state"])
    return True


def give_up(ref: str, message: str) -> None:
    """Stop trying; the person sees why and may land the file again."""
    waiting = Upload.objects.filter(pk=UUID(ref), state__in=(State.LANDED, State.CONFIRMED))
    waiting.update(state=State.FAILED, message=message or GIVEN_UP, finished_at=timezone.now())


def forget_problems(upload: Upload) -> None:
    """Forget every problem of an upload but those of rows that are still left out."""
    known = UploadProblem.objects.filter(upload=upload)
    if upload.left_out_rows:
        known = known.exclude(severity=UploadProblem.Severity.LEFT_OUT)
    known.delete()


def reject_upload(upload: Upload, message: str) -> None:
    """Refuse a file as a whole, with the reason a person can act on, in place of earlier problems."""
    upload.state, upload.message = State.REJECTED, message
    upload.finished_at = timezone.now()
    upload.error_count, upload.warning_count, upload.preview = 1, 0, {}
    upload.save()
    forget_problems(upload)
    UploadProblem.objects.create(upload=upload, row=None, why=message[:300], what_to_do="", severity="error")
    drop_problem_files(upload.pk, keep="")


def settle_plan(upload: Upload, *, kind: FileKind | None, sample: Sample) -> bool:
    """Write the kind and map of an upload; True when it can be read without asking a person."""
    if kind is None:
        upload.state = State.NEEDS_KIND
        upload.save()
        return False
    plan = plan_map(kind=kind, sample=sample, source=get_source(upload))
    upload.kind, upload.mapping = plan.kind, plan.file_map.as_dict()
    upload.message = plan.message
    upload.provenance = {
        **(upload.provenance or {}),
        "saved_map": plan.saved_map,
        "saved_map_id": plan.saved_map_id,
        "map_by": "plan",
    }
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
    kind, name = find_kind(upload.kind), uuid4().hex
    report = Report(
        spill=problem_path(upload.pk, name),
        limits=get_limits(),
        left_out_rows=frozenset(upload.left_out_rows),
    )
    reading = Reading(source=get_source(upload), file_map=FileMap.from_dict(upload.mapping), report=report)
    try:
        with transaction.atomic():
            if will_import:
                lock_filings()
            done = _stage_and_use(upload, kind, reading, started_at, name=name, will_import=will_import)
    finally:
        report.close()
    _write_outcome(upload, reading, done, name)


def _stage_and_use(
    upload: Upload,
    kind: FileKind,
    reading: Reading,
    started_at: datetime.datetime,
    *,
    name: str,
    will_import: bool,
) -> Done:
    stage = _stage(upload, kind, reading, phase="importing" if will_import else "reading")
    if not reading.report.is_clean:
        return Done.REFUSED
    check_left_out(kind=kind, reading=reading)
    kind.finish_quality(stage, reading)
    base = read_base(family=kind.family, slices=reading.slice_list())
    changed = describe_change(preview=upload.preview, now=base) if upload.preview else ""
    if not will_import or changed or not upload.preview:
        compared = kind.preview(stage, reading)
        same_day = list_same_day_files(slices=compared.get("slices") or ())
        upload.preview = {**compared, "base": base, "compared": name, "same_day_files": same_day}
    if not will_import:
        return Done.PREVIEWED
    if changed:
        upload.message = f"{changed} {BASE_CHANGED}"
        return Done.BASE_CHANGED
    if upload.state == State.LANDED and (files := list_unanswered(upload)):
        upload.message = describe_same_day(files=files)
        return Done.SAME_DAY
    _load(upload, kind, reading, stage, started_at)
    return Done.IMPORTED


def _stage(upload: Upload, kind: FileKind, reading: Reading, *, phase: str) -> str:
    sample = get_sample(reading.source, reading.file_map.options)
    if kind.fields(sample, reading.source):
        kind.check_map(sample, reading.file_map, reading.source)
    expected = _expected_rows(sample)

    def on_batch(rows: int) -> None:
        note_progress(upload_id=upload.pk, phase=phase, rows=rows, expected=expected)

    return stage_rows(kind=kind, reading=reading, on_batch=on_batch)


def _load(
    upload: Upload, kind: FileKind, reading: Reading, stage: str, started_at: datetime.datetime
) -> None:
    """Write filings, facts, the import run and the marks of one file."""
    filings = file_slices(upload=upload, family=kind.family, slices=reading.slice_list())
    loaded = kind.load(stage, reading, {number: filing.pk for number, filing in filings.items()}, upload.pk)
    if len(filings) == 1:  # a kind that counts no rows by slice has one
        Filing.objects.filter(upload=upload, row_count=0).update(row_count=loaded.rows)
    elect_current(slice_key(filing) for filing in filings.values())
    counts = reading.report.counts
    ImportRun.objects.create(
        upload=upload,
        started_at=started_at,
        finished_at=timezone.now(),
        rows_read=counts.read,
        rows_loaded=loaded.rows,
        rows_left_out=counts.left_out,
        rows_of_others=counts.other_district,
        quality_report=[asdict(check) for check in reading.report.checks],
        control_totals=reading.report.control_totals,
    )
    for name in loaded.changed_inputs:
        mark(name=name)


def _write_outcome(upload: Upload, reading: Reading, done: Done, name: str) -> None:
    report = reading.report
    summary = report.as_dict()
    summary.pop("problems")
    upload.preview = {**(upload.preview or {}), **summary, "reading": name}
    upload.provenance = {**(upload.provenance or {}), "notes": report.provenance}
    upload.error_count, upload.warning_count = report.errors, report.warnings
    _write_problems(upload, report)
    drop_problem_files(upload.pk, keep=name, accounts=upload.preview.get("compared", ""))
    if done is Done.REFUSED:
        upload.state = State.REJECTED
        rows = "1 problem" if report.errors == 1 else f"{report.errors:,} problems"
        upload.message = f"The file has {rows}. Nothing was loaded. Correct the file and upload it again" + (
            ". Part of it is damaged, so leaving rows out does not help."
            if report.is_damaged
            else ", or leave the named rows out."
        )
        upload.finished_at = timezone.now()
    elif done is Done.IMPORTED:
        upload.state, upload.message = State.IMPORTED, ""
        upload.finished_at = timezone.now()
    elif done in (Done.BASE_CHANGED, Done.SAME_DAY):
        upload.state, upload.confirmed_by_id = State.READY, None
        upload.provenance.pop(ANSWER, None)
    else:
        upload.state, upload.message = State.READY, ""
    upload.save()


def _write_problems(upload: Upload, report: Report) -> None:
    forget_problems(upload)
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
