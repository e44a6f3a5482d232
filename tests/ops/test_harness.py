"""The harness itself: test bodies are `srm_app`, and committed rows do not outlive their test."""

import psycopg
import pytest
from django.db import connection

from tests.servers import Slot


@pytest.mark.django_db
def test_body_runs_as_srm_app_without_privileges() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles"
            " WHERE rolname = current_user"
        )
        assert cursor.fetchone() == ("srm_app", False, False, False, False)
        cursor.execute("SELECT count(*) FROM pg_tables WHERE tableowner = current_user")
        assert cursor.fetchone() == (0,)


@pytest.mark.parametrize("number", [1, 2])
def test_committed_rows_are_gone_in_the_next_test(committed_db: None, number: int, slot: Slot) -> None:
    from districts.models import District

    assert District.objects.count() == 0
    District.objects.create(name=f"Left behind {number}", slug=f"left-{number}")
    with psycopg.connect(slot.superuser_url) as other:
        row = other.execute("SELECT count(*) FROM districts_district").fetchone()
    assert row == (1,)
