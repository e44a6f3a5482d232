"""Who may do what: one enum of permissions, roles as sets of them, one function that answers."""

from enum import StrEnum

from django.db import models


class Permission(StrEnum):
    """One thing a person may do; the value is the sentence the docs print."""

    VIEW_BOARD = "read the board's pages: goals, dollars by goal, initiatives in words"
    VIEW_CABINET = "read the cabinet's pages: initiatives, money, outcomes by school"
    VIEW_LEDGER = "read the ledger down to its rows"
    VIEW_DATA = "read uploads, problems and quality reports"
    EDIT_STRATEGY = "set strategic goals and initiatives, archive them"
    PLAN_EVALUATION = "write and lock evaluation plans"
    CHECK_IN = "report how well an initiative is delivered"
    DECIDE = "record recommendations and what the board did, move dollars by a decision"
    EDIT_CODING = "write coding rules"
    ENTER_ALLOCATIONS = "enter allocations"
    UPLOAD = "upload files, map their columns, confirm and undo imports"
    MANAGE_DISTRICT = "manage people, roles, organisation and API keys; read the audit"


class Role(models.TextChoices):
    """The part a person plays in a district."""

    DISTRICT_ADMIN = "district_admin", "District admin"
    CABINET = "cabinet", "Cabinet"
    BUDGET_DIRECTOR = "budget_director", "Budget director"
    DATA_MANAGER = "data_manager", "Data manager"
    INITIATIVE_LEAD = "initiative_lead", "Initiative lead"
    BOARD_MEMBER = "board_member", "Board member"


_READ_CABINET = frozenset({Permission.VIEW_BOARD, Permission.VIEW_CABINET})
_READ_ALL = _READ_CABINET | {Permission.VIEW_LEDGER, Permission.VIEW_DATA}

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.DISTRICT_ADMIN: _READ_ALL | {Permission.MANAGE_DISTRICT},
    Role.CABINET: _READ_ALL
    | {
        Permission.EDIT_STRATEGY,
        Permission.PLAN_EVALUATION,
        Permission.CHECK_IN,
        Permission.DECIDE,
    },
    Role.BUDGET_DIRECTOR: _READ_ALL
    | {Permission.EDIT_CODING, Permission.ENTER_ALLOCATIONS, Permission.UPLOAD},
    Role.DATA_MANAGER: _READ_ALL | {Permission.UPLOAD, Permission.PLAN_EVALUATION},
    Role.INITIATIVE_LEAD: _READ_CABINET | {Permission.CHECK_IN},
    Role.BOARD_MEMBER: frozenset({Permission.VIEW_BOARD}),
}


def can(role: str, permission: Permission) -> bool:
    """Answer whether a role holds a permission; an unknown role holds none."""
    try:
        return permission in ROLE_PERMISSIONS[Role(role)]
    except ValueError:
        return False
