"""Two districts with one committed row in every tenant table, and connections to look at them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
import pytest
from django.apps import apps

from districts.tenancy import DistrictModel, FactModel
from districts.tenancy.catalog.reading import Relation, read_relations
from tests.isolation.rows import Rows, make_rows
from tests.servers import Slot


@dataclass(frozen=True)
class Pair:
    """The two districts, the catalog, and a connection as srm_app and one past all policies."""

    bay: Rows
    valley: Rows
    app: psycopg.Connection
    superuser: psycopg.Connection
    relations: dict[str, Relation]

    def sides(self, direction: str) -> tuple[Rows, Rows]:
        """Return (who tries, whose row it is)."""
        return (self.bay, self.valley) if direction == "bay to valley" else (self.valley, self.bay)


@pytest.fixture(scope="module")
def pair(slot: Slot, django_db_setup: None) -> Iterator[Pair]:
    """Both districts, committed; a fresh clone follows the module."""
    with open_pair(slot) as opened:
        yield opened


@contextmanager
def open_pair(slot: Slot) -> Iterator[Pair]:
    """Fill a fresh clone with both districts; another fresh clone follows."""
    slot.clone()
    with (
        psycopg.connect(slot.database_url, autocommit=True) as app,
        psycopg.connect(slot.superuser_url, autocommit=True) as superuser,
    ):
        yield Pair(
            bay=make_rows(app=app, name="bay", number=1),
            valley=make_rows(app=app, name="valley", number=2),
            app=app,
            superuser=superuser,
            relations=read_relations(app.cursor()),
        )
    slot.clone()


TENANT_MODELS = {
    model._meta.db_table: model for model in apps.get_models() if issubclass(model, DistrictModel | FactModel)
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a test that asks for a `table` every tenant table; test_tables holds them to the catalog."""
    if "table" in metafunc.fixturenames:
        metafunc.parametrize("table", sorted(TENANT_MODELS))
    if "direction" in metafunc.fixturenames:
        metafunc.parametrize("direction", ["bay to valley", "valley to bay"])
