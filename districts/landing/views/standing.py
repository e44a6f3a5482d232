"""Where one upload stands, in words: its headline, its notice, its progress; must not query."""

from __future__ import annotations

from django.utils import timezone

from districts import formatting
from districts.access.decorators import DistrictRequest
from districts.landing import overview, selectors
from districts.landing.views.parts import COUNTED, link
from districts.parts import Notice, Progress, Tone


def progress_of(request: DistrictRequest, detail: selectors.UploadDetail) -> Progress:
    """Say how far the work on an upload is, or why it waits."""
    upload, running = detail.upload, detail.progress
    is_import = upload.state == "confirmed"
    label = "Importing the file" if is_import else "Reading the file"
    text, done, total = "", 0, 0
    if running is not None:
        text = f"{running.rows:,} rows so far."
        if running.share is not None:
            done, total = int(running.share * 100), 100
    elif upload.is_working and overview.is_worker_silent():
        label = "Waiting for a worker"
        text = (
            "The file is safe here, and no worker has given a sign of life for a while. It goes on by itself as"
            " soon as one is back; you may close this page."
        )
    elif upload.is_working:
        text = "This starts within a few seconds. You may close this page; the work goes on."
    return Progress(
        label=label,
        done=done,
        total=total,
        text=text,
        poll_url=link(request, "upload-progress", upload_id=upload.id) + f"?seen={upload.state}",
        is_finished=not upload.is_working,
    )


def notice_of(detail: selectors.UploadDetail) -> Notice | None:
    """Say in words where an upload stands, where its page does not show it already."""
    upload = detail.upload
    if upload.state == "failed":
        return Notice(title="The work on this file stopped", text=upload.message, tone=Tone.ERROR)
    if upload.state == "rejected":
        text = upload.message
        if not detail.can_leave_rows_out:
            text = text.replace(", or leave the named rows out", "")
        return Notice(title="Nothing of this file was loaded", text=text, tone=Tone.ERROR)
    if upload.state == "undone":
        when = formatting.moment(timezone.localtime(detail.undone_at)) if detail.undone_at else ""
        return Notice(
            title="This upload was undone",
            text=f"Its numbers count nowhere since {when}. The same file can be uploaded again.",
            tone=Tone.WARNING,
        )
    if upload.state == "ready" and upload.message and not upload.asks:
        return Notice(title="The numbers changed since the preview", text=upload.message, tone=Tone.WARNING)
    if detail.saved_map:
        return Notice(
            title="Its columns were known",
            text=f"The saved map “{detail.saved_map}” was replayed, so nobody had to map them again.",
        )
    return None


def _loaded(detail: selectors.UploadDetail) -> str:
    """Say how many of what were loaded."""
    named = next((name for name, _ in COUNTED if any(name in one for one in detail.slices)), "")
    thing = {"accounts": "amount", "codes": "title", "values": "value"}.get(named, "row")
    number = detail.upload.rows_loaded or 0
    return f"1 {thing} is" if number == 1 else f"{number:,} {thing}s are"


def lead_of(detail: selectors.UploadDetail) -> str:
    """Say the answer first: what became of the file, or what it waits for."""
    upload = detail.upload
    loaded = _loaded(detail)
    problems = "1 problem" if upload.errors == 1 else f"{upload.errors:,} problems"
    leads = {
        "landed": "The file is here and is being read.",
        "needs_kind": "Say what is in this file.",
        "needs_map": "Say what the columns of this file mean.",
        "ready": "Look at what would change, then confirm.",
        "rejected": f"This file has {problems}." if upload.kind else "This file cannot be read.",
        "confirmed": "Confirmed: the file is being imported.",
        "imported": f"{loaded} loaded and checked.",
        "undone": "Undone: nothing of this file counts.",
        "failed": "This file could not be processed.",
    }
    return leads.get(upload.state, upload.state_label)
