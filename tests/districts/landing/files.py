"""Small files for landing tests, and the engine run by hand. Makes no assertions."""

from __future__ import annotations

from datetime import timedelta

from districts.landing.services import Landed, land_upload
from districts.models import Upload
from districts.pipeline.engine import Result, run_unit
from districts.pipeline.sweep import list_waiting_units
from districts.tenancy import district_scope
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
