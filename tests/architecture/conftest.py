"""Two planted districts for the guards of a module: rows made once, undone at its end."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.db import connection, transaction

from tests.architecture.factories import Planted, plant
from tests.architecture.visitors import World
from tests.cast import make_cast

OWN = "qzbay"
OTHER = "qzvalley"


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: object) -> Iterator[World]:
    """Bay and Valley, each with a row in every tenant table, and a signed-in client for each role of Bay."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        cache.clear()
        with transaction.atomic():
            yield World(
                own=_planted(OWN, "3868478", Decimal("564738291.27")),
                other=_planted(OTHER, "1062166", Decimal("918273645.13")),
            )
            transaction.set_rollback(True)
        connection.close()


@pytest.fixture
def undone(world: World) -> Iterator[None]:
    """Undo what the test's requests write."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _planted(token: str, state_code: str, amount: Decimal) -> Planted:
    cast = make_cast(name=f"{token} Unified", slug=token, state_code=state_code)
    return plant(cast=cast, token=token, amount=amount)
