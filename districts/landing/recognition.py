"""What an arrived file is and how it is mapped: sniffed, matched to a saved map, or asked."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from django.utils import timezone

from districts.errors import DomainError
from districts.landing.kinds import FileKind, FileMap, MapIncomplete, Source
from districts.landing.reader import ReadOptions, Sample, open_table
from districts.landing.store import get_limits, stored_path
from districts.models import District, SavedMap, Upload
from districts.pipeline.spec import get_pipeline
from districts.tenancy import current_district_id

SURE = 0.9
LIKELY = 0.5
WHICH_SHEET = (
    "Several sheets of this workbook hold a table. Choose the one to read; the answers kept from the last file "
    "are filled in."
)


class UnknownKind(DomainError):
    """No kind of file has that name."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What to do with an arrived file: its kind and map, and whether a person must look."""

    kind: str
    file_map: FileMap
    needs_map: bool
    message: str = ""
    saved_map: str = ""
    """The name of the saved map that was replayed, if one was."""
    saved_map_id: str = ""


def list_kinds() -> Sequence[FileKind]:
    """Give every kind of file that can land, in the order of srm/pipeline.py."""
    kinds: Sequence[FileKind] = get_pipeline().file_kinds
    return kinds


def find_kind(name: str) -> FileKind:
    """Give the kind of that name. Raises UnknownKind."""
    for kind in list_kinds():
        if kind.name == name:
            return kind
    raise UnknownKind(f"There is no kind of file «{name}».")


def kind_label(name: str) -> str:
    """Give how people call a kind of file; its name where there is no such kind any more."""
    return next((kind.label for kind in list_kinds() if kind.name == name), name)


def get_source(upload: Upload) -> Source:
    """Give what a kind may know about an upload's file and its district."""
    district = District.objects.get(pk=current_district_id())
    return Source(
        path=stored_path(upload.sha256),
        file_name=upload.filename,
        today=timezone.now().astimezone(ZoneInfo(district.time_zone)).date(),
        district_state_code=district.state_code,
        fiscal_year_start_month=district.fiscal_year_start_month,
        limits=get_limits(),
    )


def get_sample(source: Source, options: ReadOptions | None = None) -> Sample:
    """Open the head of a file. Raises Unreadable."""
    return open_table(
        path=source.path, file_name=source.file_name, options=options, limits=source.limits
    ).sample


def recognise_kind(sample: Sample) -> FileKind | None:
    """Give the one kind the file is surely or likely of; None when a person must say."""
    scored = sorted(
        ((kind.recognise(sample), -place, kind) for place, kind in enumerate(list_kinds())),
        key=lambda item: item[:2],
        reverse=True,
    )
    if not scored or scored[0][0] < LIKELY:
        return None
    is_tied = len(scored) > 1 and scored[1][0] == scored[0][0]
    return None if is_tied else scored[0][2]


def header_hash(sample: Sample) -> str:
    """Name a layout: the columns and, in a workbook, nothing of the sheet's name."""
    return hashlib.sha256("\x1f".join(sample.columns).encode()).hexdigest()


def plan_map(*, kind: FileKind, sample: Sample, source: Source) -> Plan:
    """Decide the map of a file: none needed, a saved one replayed, a guess, or a question."""
    saved = SavedMap.objects.filter(kind=kind.name, header_hash=header_hash(sample)).first()
    guess = kind.guess(sample, source)
    if saved is not None:
        file_map = _replay(FileMap.from_dict(saved.mapping), guess, sample)
        try:
            kind.check_map(sample, file_map, source)
        except MapIncomplete as error:
            return Plan(kind=kind.name, file_map=file_map, needs_map=True, message=error.message)
        asks = sample.is_sheet_unclear and not file_map.options.sheet
        return Plan(
            kind=kind.name,
            file_map=file_map,
            needs_map=asks,
            message=WHICH_SHEET if asks else "",
            saved_map=saved.name,
            saved_map_id=str(saved.pk),
        )
    file_map = FileMap(values=guess)
    try:
        kind.check_map(sample, file_map, source)
    except MapIncomplete as error:
        return Plan(kind=kind.name, file_map=file_map, needs_map=True, message=error.message)
    asks = kind.needs_person(sample, file_map, source)
    return Plan(kind=kind.name, file_map=file_map, needs_map=asks)


def _replay(saved: FileMap, guess: dict[str, str], sample: Sample) -> FileMap:
    """Replay a saved map; what belongs to one file only is taken from this file's own guess."""
    sheet = saved.options.sheet if saved.options.sheet in sample.sheets else ""
    once = {name: guess.get(name, "") for name in ("filed_on", "actuals_are", "through_on")}
    values = {**saved.values, **once}
    if guess.get("fiscal_year_value") and values.get("fiscal_year_value"):
        values["fiscal_year_value"] = guess["fiscal_year_value"]
    elif values.get("fiscal_year_value") and not values.get("fiscal_year"):
        values["fiscal_year_value"] = ""
    options = replace(saved.options, sheet=sheet, header_row=None, encoding="")
    more = tuple(
        replace(
            one, options=replace(one.options, header_row=None, encoding=""), values={**one.values, **once}
        )
        for one in saved.more
    )
    return FileMap(options=options, values=values, more=more)
