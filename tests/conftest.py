"""What every test stands on: servers, a database connected to as `srm_app`, and sizes.

The environment is set when this file is read, before Django reads its settings.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.util import find_spec

import django
import psycopg
import pytest

from tests.data import FULL
from tests.servers import Slot

SLOT = Slot()
os.environ.update(SLOT.environment())
os.environ.pop("OWNER_DATABASE_URL", None)
os.environ["DJANGO_SETTINGS_MODULE"] = "srm.settings"
django.setup()

pytest_plugins = ["tests.cast"] if find_spec("tests.cast") else []


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """Keep this process's slot out of the workers', which would read settings before taking their own."""
    os.environ.pop("DJANGO_SETTINGS_MODULE")


def pytest_unconfigure() -> None:
    SLOT.release()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if FULL:
        return
    for item in items:
        if item.get_closest_marker("full"):
            item.add_marker(pytest.mark.skip(reason="runs in make test-full"))


@pytest.fixture(scope="session")
def slot() -> Slot:
    """The servers, database and home of this test process."""
    return SLOT


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: object) -> None:
    """Clone the migrated template, in place of Django's own test database."""
    from django.test import TransactionTestCase

    SLOT.clone()
    # Django empties tables with TRUNCATE, which srm_app may not: a fresh clone is as quick.
    TransactionTestCase._fixture_teardown = _clone_again


def _clone_again(_case: object) -> None:
    from django.core.cache import cache
    from django.db import connections

    connections.close_all()
    for connection in connections.all(initialized_only=True):
        if connection.vendor == "postgresql" and getattr(connection, "pool", None):
            connection.close_pool()
    cache.clear()
    SLOT.clone()


@pytest.fixture
def committed_db(transactional_db: None) -> None:
    """A database whose rows other processes see (browser, worker); a fresh clone follows the test."""


@pytest.fixture
def owner_connection(slot: Slot, django_db_setup: None) -> Iterator[psycopg.Connection]:
    """A connection as `srm_owner`, for what only a migration may do. Sees committed rows only."""
    with psycopg.connect(slot.owner_database_url) as connection:
        yield connection


@pytest.fixture
def superuser_connection(slot: Slot, django_db_setup: None) -> Iterator[psycopg.Connection]:
    """A connection past row-level security, to prove that a row exists. Sees committed rows only."""
    with psycopg.connect(slot.superuser_url) as connection:
        yield connection
