"""Which objects a page looks at, as SQL: spending, revenue and the rest, by the district's setting."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from psycopg import sql

from investments.objects import ObjectSetting, get_object_setting
from investments.selectors.filters import account_conditions

SACS_ONLY: Final[Mapping[str, str]] = {"transfers": "7500-7999,8800-8999", "balance": "9*,PCRA"}
SCOPES: Final = ("spending", "revenue", *SACS_ONLY, "rest", "all")


def in_scope(*, scope: str, setting: ObjectSetting | None = None) -> tuple[sql.Composable, list[Any]]:
    """Turn a scope into a condition on accounts `a` and its parameters; one query unless it is `all`.

    Transfers and balance are California's objects, wherever they are neither spending nor revenue here.
    """
    if scope == "all":
        return sql.SQL("true"), []
    objects = setting or get_object_setting()
    if scope == "spending":
        return _objects(objects.spending)
    if scope == "revenue":
        return _objects(objects.revenue)
    spending, spent = _objects(objects.spending)
    revenue, received = _objects(objects.revenue)
    own, named = _objects(SACS_ONLY[scope]) if scope in SACS_ONLY else (sql.SQL("true"), [])
    return sql.SQL("NOT {} AND NOT {} AND {}").format(spending, revenue, own), [*spent, *received, *named]


def _objects(pattern: str) -> tuple[sql.Composable, list[Any]]:
    """A blank pattern means no object at all."""
    if not pattern:
        return sql.SQL("false"), []
    return account_conditions(filters={"object": pattern})
