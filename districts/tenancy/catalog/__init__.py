"""The catalog audit: does the live database keep districts apart? Must not look at models or change a thing."""

from collections.abc import Iterator

from districts.tenancy.catalog import surroundings, tables
from districts.tenancy.catalog.finding import Finding
from districts.tenancy.catalog.reading import Cursor, read_relations

__all__ = ["Finding", "audit", "list_tenant_tables"]


def audit(cursor: Cursor) -> list[Finding]:
    """Return everything in the database that could show one district another's rows.

    Walks PostgreSQL's catalog as whoever `cursor` is connected as; an empty list means that every
    rule holds. About fifteen queries, no locks, no writes.
    """
    return list(_findings(cursor))


def list_tenant_tables(cursor: Cursor) -> list[str]:
    """Return the names of the tables that belong to districts, parents before children."""
    relations = read_relations(cursor)
    waiting = {r.name: r for r in relations.values() if tables.is_tenant(r)}
    ordered: list[str] = []
    while waiting:
        ready = [
            name
            for name, relation in waiting.items()
            if not any(k.parent in waiting and k.parent != name for k in relation.foreign_keys)
        ]
        if not ready:
            raise ValueError(f"foreign keys go round in a circle: {sorted(waiting)}")
        ordered += sorted(ready)
        for name in ready:
            del waiting[name]
    return ordered


def _findings(cursor: Cursor) -> Iterator[Finding]:
    relations = read_relations(cursor)
    for relation in relations.values():
        yield from tables.examine(relation, relations)
    yield from surroundings.examine(cursor, relations)
