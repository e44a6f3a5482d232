"""Write side of the organisation: settings, schools, departments; must not touch people or money."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from districts.errors import DomainError
from districts.models import AuditEvent, Department, District, FundingSegment, School
from districts.pipeline.marks import mark
from districts.tenancy import current_district_id


class NotFound(DomainError):
    """The district has no such school or department."""

    status = 404


class CodeTaken(DomainError):
    """Another school has this id."""


class NameTaken(DomainError):
    """Another department has this name."""


@dataclass(frozen=True, kw_only=True)
class OrganisationSettings:
    """What a district decides about itself."""

    fiscal_year_start_month: int
    time_zone: str
    minimum_group: int
    funding_segment: FundingSegment


@dataclass(frozen=True, kw_only=True)
class SchoolFacts:
    """What is known of a school."""

    name: str
    district_code: str
    state_code: str
    level: str
    is_charter: bool
    opened_on: date | None
    closed_on: date | None


def change_organisation(*, by: int, settings: OrganisationSettings, now: datetime) -> None:
    """Change the open district's settings and note it in the audit; nothing happens when nothing changed.

    What a setting feeds is computed anew.
    """
    with transaction.atomic():
        district = District.objects.select_for_update().get(pk=current_district_id())
        after: dict[str, Any] = asdict(settings)
        before = {name: getattr(district, name) for name in after}
        if before == after:
            return
        for name, value in after.items():
            setattr(district, name, value)
        district.save(update_fields=list(after))
        AuditEvent.objects.create(
            at=now,
            actor_id=by,
            cause="changed the organisation",
            table_name=District._meta.db_table,
            row_id=str(district.pk),
            action=AuditEvent.Action.UPDATE,
            before={"name": district.name, **before},
            after={"name": district.name, **after},
        )
        if before["funding_segment"] != after["funding_segment"]:
            mark(name="ledger")
        if before["minimum_group"] != after["minimum_group"]:
            mark(name="results")


def add_school(*, facts: SchoolFacts) -> UUID:
    """Add a school; raises CodeTaken."""
    with transaction.atomic():
        _require_free_codes(facts=facts, besides=None)
        school = School.objects.create(**asdict(facts))
        mark(name="schools")
    school_id: UUID = school.pk
    return school_id


def change_school(*, school_id: UUID, facts: SchoolFacts) -> None:
    """Change a school; raises NotFound and CodeTaken."""
    with transaction.atomic():
        school = School.objects.select_for_update().filter(pk=school_id).first()
        if school is None:
            raise NotFound("This district has no such school.")
        _require_free_codes(facts=facts, besides=school_id)
        for name, value in asdict(facts).items():
            setattr(school, name, value)
        school.save()
        mark(name="schools")


def add_department(*, name: str) -> UUID:
    """Add a department; raises NameTaken."""
    with transaction.atomic():
        _require_free_name(name=name, besides=None)
        department = Department.objects.create(name=name.strip())
    department_id: UUID = department.pk
    return department_id


def rename_department(*, department_id: UUID, name: str) -> None:
    """Rename a department; raises NotFound and NameTaken."""
    with transaction.atomic():
        department = Department.objects.select_for_update().filter(pk=department_id).first()
        if department is None:
            raise NotFound("This district has no such department.")
        _require_free_name(name=name, besides=department_id)
        department.name = name.strip()
        department.save(update_fields=["name"])


def _require_free_codes(*, facts: SchoolFacts, besides: UUID | None) -> None:
    for field, words in (("district_code", "district's id"), ("state_code", "state's id")):
        code = getattr(facts, field)
        if not code:
            continue
        other = School.objects.filter(**{field: code}).exclude(pk=besides).first()
        if other is not None:
            raise CodeTaken(f"{other.name} already has the {words} {code}. Each school needs its own.")


def _require_free_name(*, name: str, besides: UUID | None) -> None:
    if Department.objects.filter(name__iexact=name.strip()).exclude(pk=besides).exists():
        raise NameTaken(f"A department named “{name.strip()}” exists. Choose another name.")
