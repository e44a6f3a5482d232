"""Small files for landing tests, and the engine run by hand. Makes no assertions."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from django.db.models import Sum

from districts.landing import selectors, services
from districts.landing.kinds import FileMap
from districts.landing.services import Landed, land_upload
from districts.models import Upload
from districts.pipeline.engine import Result, run_unit
from districts.pipeline.sweep import list_waiting_units
from districts.tenancy import district_scope
from investments.models import LedgerEntry
from tests.cast import Cast

LEDGER = (
    "Fund,Resource,Function,Object,School,Fiscal Year,Type,Amount\n"
    '01,3010,1000,1100,009,2024,Actual,"1,200.50"\n'
    "01,0000,2700,1300,NA,2024,Actual,(200.25)\n"
    "12,6053,1000,4300,010,2024,Budget,$75.00\n"
)


def land(cast: Cast, content: str | bytes, filename: str = "ledger.csv", **options: object) -> Landed:
    data = content.encode() if isinstance(content, str) else content
    with district_scope(cast.district.pk, cause="test"):
        return land_upload(by=None, filename=filename, chunks=[data], **options)  # type: ignore[arg-type]


def work(*, only: str = "upload.") -> list[Result]:
    """Run marked upload work until none is left."""
    results: list[Result] = []
    while units := [u for u in list_waiting_units(older_than=timedelta(0)) if u.target.startswith(only)]:
        done = [run_unit(unit=unit) for unit in units]
        results += done
        if Result.DONE not in done:
            break
    return results


def again(cast: Cast, upload: Upload) -> Upload:
    """Read an upload's row again."""
    with district_scope(cast.district.pk):
        return Upload.objects.get(pk=upload.pk)


def mapped(cast: Cast, upload: Upload, **answers: str) -> Upload:
    """Save an upload's guessed map with other answers, and have it read."""
    with district_scope(cast.district.pk):
        page = selectors.get_map_page(upload_id=upload.pk)
        file_map = FileMap(options=page.file_map.options, values={**page.file_map.values, **answers})
        services.save_map(by=None, upload_id=upload.pk, file_map=file_map)
    work()
    return again(cast, upload)


def ready(cast: Cast, content: str = LEDGER, filename: str = "ledger.csv", **answers: str) -> Upload:
    """Land a file and bring it to its preview."""
    upload = land(cast, content, filename).upload
    if answers or upload.state == Upload.State.NEEDS_MAP:
        return mapped(cast, upload, **answers)
    work()
    return again(cast, upload)


def confirm(cast: Cast, upload: Upload) -> Upload:
    """Confirm an upload, in place of one of the same filing date too, and have it imported."""
    with district_scope(cast.district.pk):
        services.confirm_upload(by=None, upload_id=upload.pk, replaces_same_day=True)
    work()
    return again(cast, upload)


def imported(cast: Cast, content: str = LEDGER, filename: str = "ledger.csv", **answers: str) -> Upload:
    """Land, map where that is asked, and import a file."""
    upload = land(cast, content, filename).upload
    if upload.state == Upload.State.NEEDS_MAP:
        upload = mapped(cast, upload, **answers)
    work()
    return confirm(cast, upload)


def imported_again(cast: Cast, content: str, filed_on: str) -> Upload:
    """Import a second file of the same layout, filed on another day."""
    upload = land(cast, content, "again.csv").upload
    return confirm(cast, mapped(cast, upload, filed_on=filed_on))


def total(cast: Cast) -> Decimal | None:
    """Sum what counts now."""
    with district_scope(cast.district.pk):
        return LedgerEntry.objects.filter(filing__is_current=True).aggregate(s=Sum("amount"))["s"]
