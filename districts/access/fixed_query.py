"""A query that every request asks: its SQL is written once a process, only its values change.

Must not change what is asked: Django writes the SQL, of the same rows a plain query would read.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cache, cached_property
from typing import Any

from django.db import connection
from django.db.models import Model, QuerySet


class FixedQuery:
    """One row of `values_list()`, found by values in the order of the query's filters.

    `build` gives the query with any values in it. Columns must need no translating (`plain_columns`). A
    statement `before` (its values come first) and one `after` it are sent along, in the same round trip.
    """

    def __init__(self, build: Callable[[], QuerySet[Any, Any]], *, before: str = "", after: str = "") -> None:
        self._build, self._before, self._after = build, before, after

    @cached_property
    def sql(self) -> str:
        """What is sent, with a placeholder for each value."""
        statement = str(self._build().query.sql_with_params()[0])
        return "; ".join(part for part in (self._before, statement, self._after) if part)

    def find(self, *values: str | int | datetime | None) -> tuple[Any, ...] | None:
        """Return the row, or None. One query."""
        with connection.cursor() as cursor:
            cursor.execute(self.sql, values)
            if self._before:
                cursor.nextset()
            row: tuple[Any, ...] | None = cursor.fetchone()
        return row


@cache
def plain_columns(model: type[Model]) -> list[str]:
    """Name the columns whose values come as they are; the others (JSON) are read when somebody asks for them."""
    fields = model._meta.concrete_fields
    return [field.attname for field in fields if not field.get_db_converters(connection)]
