"""Large files take turns; small ones go on beside them; nobody waits with a worker process in hand."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from districts.landing import room
from districts.models import Attempt, Mark, Upload
from districts.pipeline.engine import Result
from tests.cast import Cast, make_cast
from tests.districts.landing.files import again, land, work
from tests.servers import Slot

SACS = (
    "Ccode,Dcode,SchoolCode,Fiscalyear,Period,Colcode,Account,Fund,Resource,Projectyear,Goal,Function,Object,Value\n"
    '"38","68478","0000000","2023","A   ","BA  ","0130100111010001100","01","3010","0","1110","1000","1100",12.50\n'
)


@pytest.fixture
def district(committed_db: None) -> Cast:
    return make_cast(name="Bay Unified", slug="bay", state_code="3868478")


@pytest.fixture
def elsewhere(slot: Slot, district: Cast) -> Iterator[psycopg.Connection]:
    """The transaction of another worker process."""
    with psycopg.connect(slot.database_url) as connection:
        yield connection


def hold(connection: psycopg.Connection, owner: int, *, shared: bool = False) -> None:
    """Hold what an import in the other process holds."""
    function = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
    connection.execute(f"SELECT {function}(%s, %s)", [owner, room._KEY])


def run(cast: Cast) -> tuple[Upload, list[Result]]:
    landed = land(cast, SACS, "usergl.csv", kind="sacs_csv", auto_confirm=True)
    results = work()
    return again(cast, landed.upload), results


def test_a_large_file_waits_for_another_districts(
    district: Cast, elsewhere: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "LARGE", 10)
    hold(elsewhere, room._EVERYBODY)
    upload, results = run(district)
    assert (results, upload.state) == ([Result.BUSY], Upload.State.LANDED)
    assert (Mark.objects.count(), Attempt.objects.count()) == (1, 0)
    elsewhere.rollback()
    assert work() == [Result.DONE]
    assert again(district, upload).state == Upload.State.IMPORTED


def test_a_small_file_goes_on_beside_another_districts_large_one(
    district: Cast, elsewhere: psycopg.Connection
) -> None:
    hold(elsewhere, room._EVERYBODY)
    hold(elsewhere, district.district.pk + 1)
    upload, results = run(district)
    assert (results, upload.state) == ([Result.DONE], Upload.State.IMPORTED)


def test_a_small_import_gives_way_to_its_own_districts_large_one(
    district: Cast, elsewhere: psycopg.Connection
) -> None:
    hold(elsewhere, district.district.pk)
    upload, results = run(district)
    assert (results, upload.state) == ([Result.BUSY], Upload.State.LANDED)


def test_a_large_import_gives_way_to_its_own_districts_small_one(
    district: Cast, elsewhere: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "LARGE", 10)
    hold(elsewhere, district.district.pk, shared=True)
    upload, results = run(district)
    assert (results, upload.state) == ([Result.BUSY], Upload.State.LANDED)


def test_waiting_often_is_no_failure(
    district: Cast, elsewhere: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "LARGE", 10)
    hold(elsewhere, room._EVERYBODY)
    upload, _ = run(district)
    for _ in range(12):
        assert work() == [Result.BUSY]
    elsewhere.rollback()
    assert work() == [Result.DONE]
    assert again(district, upload).state == Upload.State.IMPORTED
