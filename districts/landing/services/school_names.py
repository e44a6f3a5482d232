"""Keep what a person says of the names of schools in files, and have a file read with it. Must not match by itself."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction

from districts.errors import DomainError
from districts.landing.schools import NoSuchName, name_key
from districts.landing.services.standing import WrongState, lock_before_import, restart
from districts.models import School, SchoolAlias, Upload

OTHER, LEFT_OUT, DISTRICT = "other", "left_out", "district"
MEANINGS = {
    OTHER: SchoolAlias.Instead.OTHER_AGENCY,
    LEFT_OUT: SchoolAlias.Instead.LEFT_OUT,
    DISTRICT: SchoolAlias.Instead.DISTRICT,
}


class NameNotAnswered(DomainError):
    """An answer for a name is no school of this district and none of the other answers."""


@transaction.atomic
def confirm_school_names(*, by: int | None, answers: Mapping[str, str]) -> int:
    """Keep what each name means: a school's id, `other`, `left_out` or `district`; return how many were kept.

    A name said anew replaces what was said before. Raises NameNotAnswered, and keeps none then.
    """
    schools = {str(pk): pk for pk in School.objects.values_list("id", flat=True)}
    for name, answer in answers.items():
        if answer not in MEANINGS and answer not in schools:
            raise NameNotAnswered(f"Choose a school of this district for “{name}”, or say what else it is.")
        said = {
            "name": name[:200],
            "school_id": schools.get(answer),
            "instead": MEANINGS.get(answer, SchoolAlias.Instead.OTHER_AGENCY),
            "confirmed_by_id": by,
        }
        SchoolAlias.objects.update_or_create(key=name_key(name), defaults=said)
    return len(answers)


@transaction.atomic
def save_school_names(*, by: int | None, upload_id: UUID, answers: Mapping[str, str]) -> Upload:
    """Keep what names of an upload mean and have it read anew with them.

    Raises NoSuchUpload, NameNotAnswered, and WrongState where it waits for no name.
    """
    upload = lock_before_import(upload_id)
    asked = (upload.preview or {}).get("unknown_schools") or {}
    unasked = [name for name in answers if name not in asked]
    if not answers or unasked:
        raise WrongState("This file was read again since you opened the page. Look at its names once more.")
    confirm_school_names(by=by, answers=answers)
    upload.auto_confirm = False
    restart(upload)
    return upload


@transaction.atomic
def forget_school_name(*, alias_id: UUID) -> str:
    """Forget what was said of a name and return the name; values loaded with it stay. Raises NoSuchName."""
    alias: SchoolAlias | None = SchoolAlias.objects.select_for_update().filter(pk=alias_id).first()
    if alias is None:
        raise NoSuchName("This name is not kept in this district.")
    alias.delete()
    return alias.name
