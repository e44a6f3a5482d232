"""Save a calculation's rows with their history; must not know what they mean."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models
from psycopg import sql

from districts.models import ResultModel
from districts.pipeline.spec import Recompute


def digest(values: Any) -> str:
    """Return a hex digest of plain values (numbers, text, None, lists); the same in every run."""
    return hashlib.blake2b(
        json.dumps(values, default=str, separators=(",", ":")).encode(), digest_size=20
    ).hexdigest()


def save_results(
    *,
    context: Recompute,
    model: type[ResultModel],
    keys: Sequence[str],
    rows: Iterable[dict[str, Any]],
) -> int:
    """Make `rows` what the table shows: close what changed or vanished, insert what is new.

    `keys` are the field names that say what a row is about; each row holds every field by its
    column name (`initiative_id`). Rows that say the same as before are left alone, so running
    twice changes nothing: the hash is the quick answer, the values are the true one, since a column
    that is new in the table changes every hash. Returns the number of rows closed and opened.
    """
    fields = [f for f in model._meta.concrete_fields if f.column not in _OWN]
    columns = [str(f.column) for f in fields]
    parts = {
        "table": sql.Identifier(str(model._meta.db_table)),
        "columns": sql.SQL(", ").join(map(sql.Identifier, ["row_key", "row_hash", *columns])),
        "staged": sql.SQL(", ").join(sql.Identifier("s", column) for column in columns),
        "shown": sql.SQL(", ").join(sql.Identifier("r", column) for column in columns),
    }
    with connection.cursor() as cursor:
        cursor.execute(_STAGE.format(**parts))
        with cursor.copy(_COPY.format(**parts)) as copy:
            for row in rows:
                key = digest([row[k] for k in keys])
                copy.write_row((key, digest([row[c] for c in columns]), *_plain(fields, row)))
        cursor.execute(_CLOSE.format(**parts), [context.now])
        closed: int = cursor.rowcount
        cursor.execute(_OPEN.format(**parts), [context.district_id, context.run.pk, context.now])
        opened: int = cursor.rowcount
        cursor.execute("DROP TABLE result_stage")
    return closed + opened


_STAGE = sql.SQL(
    "CREATE TEMP TABLE result_stage ON COMMIT DROP AS SELECT {columns} FROM {table} WITH NO DATA"
)
_COPY = sql.SQL("COPY result_stage ({columns}) FROM STDIN")
_CLOSE = sql.SQL(
    "UPDATE {table} r SET shown_until = %s WHERE shown_until IS NULL AND NOT EXISTS"
    " (SELECT 1 FROM result_stage s WHERE s.row_key = r.row_key"
    " AND (s.row_hash = r.row_hash OR ROW({staged}) IS NOT DISTINCT FROM ROW({shown})))"
)
_OPEN = sql.SQL(
    "INSERT INTO {table} (district_id, run_id, shown_from, {columns})"
    " SELECT %s, %s, %s, {columns} FROM result_stage s WHERE NOT EXISTS"
    " (SELECT 1 FROM {table} r WHERE r.shown_until IS NULL AND r.row_key = s.row_key)"
)

_OWN = {"id", "district_id", "run_id", "row_key", "row_hash", "shown_from", "shown_until"}


def _plain(fields: "Sequence[models.Field[Any, Any]]", row: dict[str, Any]) -> Iterable[Any]:
    for field in fields:
        value = row[str(field.column)]
        yield json.dumps(value) if isinstance(field, models.JSONField) else value
