"""Names of schools that files give: those a file waits for, those a person has answered. Read only."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from districts.landing.schools import Likely, NoSuchName, list_likely, name_key
from districts.landing.selectors.uploads import find_upload
from districts.models import School, SchoolAlias


@dataclass(frozen=True, kw_only=True)
class AskedName:
    """A name nobody has said anything about, with the schools it most likely means."""

    name: str
    rows: int
    likely: tuple[Likely, ...]


@dataclass(frozen=True, kw_only=True)
class AskedNames:
    """The names a file waits for, and every school to choose from by id and name."""

    names: tuple[AskedName, ...]
    schools: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class KeptName:
    """What a person said of a name."""

    id: UUID
    name: str
    means: str
    confirmed_by: str
    confirmed_at: datetime.datetime


def list_asked_names(*, upload_id: UUID) -> AskedNames:
    """List the names an upload waits for, those still unanswered. Raises NoSuchUpload. Three queries."""
    asked = (find_upload(upload_id).preview or {}).get("unknown_schools") or {}
    schools = list(School.objects.order_by("name"))
    answered = set(SchoolAlias.objects.values_list("key", flat=True))
    return AskedNames(
        names=tuple(
            AskedName(name=name, rows=int(rows), likely=list_likely(name=name, schools=schools))
            for name, rows in sorted(asked.items())
            if name_key(name) not in answered
        ),
        schools=tuple((str(school.pk), school.name) for school in schools),
    )


def list_kept_names() -> tuple[KeptName, ...]:
    """List every name a person has answered for, by name. One query."""
    return tuple(_kept(one) for one in _aliases().order_by("name"))


def get_kept_name(*, alias_id: UUID) -> KeptName:
    """Return what a person said of one name. Raises NoSuchName."""
    found = _aliases().filter(pk=alias_id).first()
    if found is None:
        raise NoSuchName("This name is not kept in this district.")
    return _kept(found)


def _aliases() -> QuerySet[SchoolAlias]:
    aliases: QuerySet[SchoolAlias] = SchoolAlias.objects.select_related("school", "confirmed_by")
    return aliases


def _kept(one: SchoolAlias) -> KeptName:
    return KeptName(
        id=one.pk,
        name=one.name,
        means=one.school.name if one.school else SchoolAlias.Instead(one.instead).label,
        confirmed_by=one.confirmed_by.name if one.confirmed_by else "",
        confirmed_at=one.confirmed_at,
    )
