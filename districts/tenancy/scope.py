"""Open one district's rows for one transaction; must not decide who may do what."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.db import connection, transaction


class NoDistrictScope(RuntimeError):
    """A tenant table was read or written outside `district_scope`."""


class CrossDistrictScope(RuntimeError):
    """A scope of one district was opened inside the scope of another."""


@dataclass(frozen=True)
class Scope:
    """The district whose rows are open, and who caused the work."""

    district_id: int
    actor_id: int | None
    cause: str


_scope: ContextVar[Scope | None] = ContextVar("srm_scope", default=None)

_SET = (
    "SELECT set_config('srm.district_id', %s, true), set_config('srm.actor_id', %s, true),"
    " set_config('srm.cause', %s, true)"
)


def current_scope() -> Scope | None:
    """Return the open scope, or None."""
    return _scope.get()


def current_district_id() -> int:
    """Return the id of the open district; raises NoDistrictScope when none is open."""
    scope = _scope.get()
    if scope is None:
        raise NoDistrictScope("open district_scope() before touching a district's rows")
    return scope.district_id


def set_local(name: str, value: str) -> None:
    """Set one `srm.*` setting for the rest of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [f"srm.{name}", value])


def _clear_local(name: str) -> None:
    """Take one setting back: inside a longer transaction it would stay after its savepoint."""
    if not connection.needs_rollback:
        set_local(name, "")


def _apply(scope: Scope | None) -> None:
    values = (
        ["", "", ""] if scope is None else [str(scope.district_id), str(scope.actor_id or ""), scope.cause]
    )
    with connection.cursor() as cursor:
        cursor.execute(_SET, values)


@contextmanager
def district_scope(
    district_id: int, *, actor_id: int | None = None, cause: str = "", is_whole: bool = False
) -> Iterator[Scope]:
    """Open a transaction in which exactly one district's rows exist.

    The setting is transaction-local, so a pooled connection never carries it on. Opening the same
    district again joins the outer transaction as a savepoint; raises CrossDistrictScope for
    another district. `is_whole` says that the caller's transaction ends with the scope, so that it
    needs no savepoint and nothing put back. One query.
    """
    outer = _scope.get()
    if outer is not None and outer.district_id != district_id:
        raise CrossDistrictScope("a scope of another district is open")
    scope = Scope(
        district_id=district_id,
        actor_id=actor_id if actor_id is not None else (outer.actor_id if outer else None),
        cause=cause or (outer.cause if outer else ""),
    )
    with transaction.atomic(savepoint=not is_whole):
        _apply(scope)
        token = _scope.set(scope)
        try:
            yield scope
        finally:
            _scope.reset(token)
        ends_here = len(connection.atomic_blocks) == (2 if is_whole else 1)
        if not ends_here and not connection.needs_rollback:
            _apply(outer)


@contextmanager
def user_scope(user_id: int) -> Iterator[None]:
    """Open a transaction in which a person's own memberships can be read, in any district."""
    with transaction.atomic():
        set_local("user_id", str(user_id))
        yield
        _clear_local("user_id")


@contextmanager
def credential_scope(credential_hash: str) -> Iterator[None]:
    """Open a transaction in which only the row holding this credential's hash can be read."""
    with transaction.atomic():
        set_local("credential", credential_hash)
        yield
        _clear_local("credential")
