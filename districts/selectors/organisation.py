"""Read side of the organisation: schools, departments, and what an admin still has to do."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from districts.access.permissions import Role
from districts.errors import Obstacle
from districts.models import ApiKey, AuditEvent, Department, Invitation, Membership, School
from districts.services.organisation import require_unused


@dataclass(frozen=True, kw_only=True)
class SchoolRow:
    """A school of the open district."""

    school_id: UUID
    name: str
    district_code: str
    state_code: str
    level: str
    level_label: str
    is_charter: bool
    opened_on: date | None
    closed_on: date | None


@dataclass(frozen=True, kw_only=True)
class DepartmentRow:
    """A department of the open district."""

    department_id: UUID
    name: str


@dataclass(frozen=True, kw_only=True)
class AdminOverview:
    """How many of each thing an admin looks after."""

    people: int
    admins: int
    open_invitations: int
    expired_invitations: int
    schools: int
    departments: int
    keys: int
    writes: int


def list_schools(
    *, text: str = "", level: str = "", openness: str = "", as_of: date
) -> tuple[SchoolRow, ...]:
    """Return the schools of the open district by name, those who match. `openness`: open, closed or empty."""
    rows = School.objects.order_by("name", "pk")
    if text:
        rows = rows.filter(
            Q(name__icontains=text) | Q(district_code__icontains=text) | Q(state_code__icontains=text)
        )
    if level:
        rows = rows.filter(level=level)
    if openness == "open":
        rows = rows.filter(Q(closed_on__isnull=True) | Q(closed_on__gt=as_of))
    elif openness == "closed":
        rows = rows.filter(closed_on__lte=as_of)
    return tuple(_school(row) for row in rows)


def get_school(*, school_id: UUID) -> SchoolRow | None:
    """Return one school of the open district, or None."""
    row = School.objects.filter(pk=school_id).first()
    return _school(row) if row else None


def list_departments() -> tuple[DepartmentRow, ...]:
    """Return the departments of the open district by name."""
    return tuple(
        DepartmentRow(department_id=row.pk, name=row.name) for row in Department.objects.order_by("name")
    )


def get_department(*, department_id: UUID) -> DepartmentRow | None:
    """Return one department of the open district, or None."""
    row = Department.objects.filter(pk=department_id).first()
    return DepartmentRow(department_id=row.pk, name=row.name) if row else None


def deletion_obstacle(*, department_id: UUID) -> tuple[str, str]:
    """Say what names a department and the way left; empty when it can be deleted."""
    try:
        require_unused(department=Department.objects.get(pk=department_id))
    except Obstacle as error:
        return error.why, error.way
    return "", ""


def get_admin_overview(*, now: datetime) -> AdminOverview:
    """Count what an admin looks after. Eight small queries."""
    pending = Invitation.objects.filter(accepted_at__isnull=True, revoked_at__isnull=True)
    return AdminOverview(
        people=Membership.objects.count(),
        admins=Membership.objects.filter(role=Role.DISTRICT_ADMIN).count(),
        open_invitations=pending.filter(expires_at__gt=now).count(),
        expired_invitations=pending.filter(expires_at__lte=now).count(),
        schools=School.objects.count(),
        departments=Department.objects.count(),
        keys=ApiKey.objects.filter(revoked_at__isnull=True).count(),
        writes=AuditEvent.objects.count(),
    )


def _school(row: School) -> SchoolRow:
    return SchoolRow(
        school_id=row.pk,
        name=row.name,
        district_code=row.district_code,
        state_code=row.state_code,
        level=row.level,
        level_label=School.Level(row.level).label,
        is_charter=row.is_charter,
        opened_on=row.opened_on,
        closed_on=row.closed_on,
    )
