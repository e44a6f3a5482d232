"""Write side of the organisation: settings, schools, departments; must not touch people or money."""

from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from districts.code_patterns import PatternError, SegmentPattern, parse_codes
from districts.errors import DomainError, Obstacle
from districts.models import AuditEvent, Department, District, FundingSegment, ObjectChart, School
from districts.pipeline.marks import mark
from districts.tenancy import current_district_id


class NotFound(DomainError):
    """The district has no such school or department."""

    status = 404


class CodeTaken(DomainError):
    """Another school has this id."""


class NameTaken(DomainError):
    """Another department has this name."""


OBJECT_WORDS = {
    "spending_objects": "Spending",
    "revenue_objects": "Revenue",
    "indirect_objects": "Indirect cost",
}
_OF_THE_LEDGER = ("funding_segment", "object_chart", *OBJECT_WORDS)


@dataclass(frozen=True, kw_only=True)
class OrganisationSettings:
    """What a district decides about itself."""

    fiscal_year_start_month: int
    time_zone: str
    minimum_group: int
    funding_segment: FundingSegment
    object_chart: ObjectChart
    spending_objects: str
    revenue_objects: str
    indirect_objects: str
    state_code: str | None = None
    """The state's code of the district; None leaves it as it is."""


class DepartmentInUse(Obstacle):
    """Something names this department."""


class ObjectsRefused(DomainError):
    """Patterns of objects that cannot be read, or that mean the same object twice; `field` is the one to change."""

    def __init__(self, message: str, *, field: str) -> None:
        super().__init__(message)
        self.field = field


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

    What a setting feeds is computed anew; figures shown before stay in the results kept over time.
    Raises ObjectsRefused.
    """
    settings = _with_read_objects(settings)
    with transaction.atomic():
        district = District.objects.select_for_update().get(pk=current_district_id())
        after: dict[str, Any] = {name: one for name, one in asdict(settings).items() if one is not None}
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
        if any(before[name] != after[name] for name in _OF_THE_LEDGER):
            mark(name="ledger")
        if before["minimum_group"] != after["minimum_group"]:
            mark(name="results")
            # A cost per student of a plan that counts its own students rests on no result.
            mark(name="plans")


def _with_read_objects(settings: OrganisationSettings) -> OrganisationSettings:
    """Write the patterns in their normal form; raises ObjectsRefused."""
    read: dict[str, SegmentPattern | None] = {}
    for field, words in OBJECT_WORDS.items():
        try:
            read[field] = parse_codes(segment=words, text=getattr(settings, field))
        except PatternError as error:
            raise ObjectsRefused(str(error), field=field) from error
    spending, revenue = read["spending_objects"], read["revenue_objects"]
    if spending is None:
        raise ObjectsRefused("Name at least one object that is spending.", field="spending_objects")
    if revenue is not None and revenue.overlaps(spending):
        raise ObjectsRefused(
            "An object cannot be spending and revenue. Change one of the two.", field="revenue_objects"
        )
    normal = {field: one.text() if one else "" for field, one in read.items()}
    return replace(
        settings,
        spending_objects=normal["spending_objects"],
        revenue_objects=normal["revenue_objects"],
        indirect_objects=normal["indirect_objects"],
    )


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


def delete_department(*, department_id: UUID) -> str:
    """Delete a department that nothing names and return its name; raises NotFound and DepartmentInUse.

    The audit keeps what it was.
    """
    with transaction.atomic():
        department = Department.objects.select_for_update().filter(pk=department_id).first()
        if department is None:
            raise NotFound("This district has no such department.")
        require_unused(department=department)
        department.delete()
    return str(department.name)


def require_unused(*, department: Department) -> None:
    """Raise DepartmentInUse, with what names the department, where anything does."""
    uses = [(meta, count) for meta, count in _list_uses(department) if count]
    if uses:
        words = " and ".join(
            f"{count:,} {meta.verbose_name if count == 1 else meta.verbose_name_plural}"
            for meta, count in uses
        )
        verb = "names" if len(uses) == 1 and uses[0][1] == 1 else "name"
        raise DepartmentInUse(
            f"“{department.name}” cannot be deleted: {words} {verb} it, archived ones included.",
            "Give each another department first, or rename this one.",
        )


def _list_uses(department: Department) -> list[tuple[Any, int]]:
    """How many rows of each kind name a department; apps above this one may refer to it unseen."""
    relations: list[Any] = [
        one for one in Department._meta.get_fields(include_hidden=True) if one.one_to_many
    ]
    return [
        (one.related_model._meta, one.related_model.objects.filter(**{one.field.name: department}).count())
        for one in relations
    ]


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
