"""Anything the schema allows, and much that it does not: the API never answers with a 5xx."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from django.test import Client
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.generation import GenerationMode

from districts.access.permissions import Role
from districts.services.keys import create_key
from districts.tenancy import district_scope
from tests.cast import Cast
from tests.data import sized
from tests.districts.landing.files import LEDGER, land, work

CASES = sized(usual=500, full=5_000)
OPERATIONS = 10
SEED = 20261123


@pytest.fixture
def headers(committed_db: None, bay: Cast) -> Iterator[dict[str, str]]:
    """A key of a role that may read and upload, in a district with a ledger."""
    land(bay, LEDGER, auto_confirm=True)
    work()
    with district_scope(bay.district.pk, cause="test"):
        made = create_key(by=bay.people[Role.DATA_MANAGER].pk, name="fuzz", role=Role.DATA_MANAGER)
    return {"Authorization": f"Bearer {made.secret}"}


def test_no_request_makes_a_server_error(headers: dict[str, str]) -> None:
    document = json.loads(Client().get("/api/schema/?format=json").content)
    schema = schemathesis.openapi.from_dict(document)
    schema.app = get_wsgi_application()
    answers: dict[int, int] = {}
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) == OPERATIONS

    for operation in operations:
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

            @seed(SEED)
            @settings(
                max_examples=CASES // (2 * OPERATIONS) + 1,
                deadline=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
                database=None,
            )
            @given(case=operation.as_strategy(generation_mode=mode))
            def ask(case: schemathesis.Case) -> None:
                if "slug" in case.path_parameters:
                    case.path_parameters["slug"] = "bay"
                response = case.call(headers=headers)
                answers[response.status_code] = answers.get(response.status_code, 0) + 1
                assert response.status_code < 500, (case.as_curl_command(), response.text[:500])

            ask()
    assert sum(answers.values()) >= CASES
    assert answers.get(200, 0) > CASES // 20, f"most requests were refused: {answers}"
