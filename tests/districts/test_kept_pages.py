"""A kept page is found only where it would be rendered the same: by person, role, district, and all it shows."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from districts.access.permissions import Role
from districts.models import CalculationRun, Membership, SavedView, User
from districts.pipeline.marks import mark
from districts.services.account_events import AccountEvent, record_account_event
from districts.tenancy import district_scope
from strategy.models import Initiative
from tests.cast import Cast
from tests.diagnostics.scene import Scene, make_scene

HOME = "/d/bay/"
NONCE = re.compile(r'nonce="([^"]+)"')
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


@pytest.fixture
def scene(bay: Cast) -> Scene:
    caches["pages"].clear()
    with district_scope(bay.district.pk, cause="test"):
        return make_scene(bay)


def page(client: Client, path: str = HOME) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def is_kept(client: Client, path: str = HOME) -> bool:
    """Whether the page is answered without reading what it shows."""
    with CaptureQueriesContext(connection) as captured:
        page(client, path)
    return not any('FROM "strategy_initiative"' in query["sql"] for query in captured.captured_queries)


def plain(text: str) -> str:
    """The page without what belongs to one answer."""
    return TOKEN.sub("", NONCE.sub("", re.sub(r'"X-CSRFToken": "\w+"', "", text)))


def test_the_second_answer_is_the_kept_page(bay: Cast, scene: Scene) -> None:
    client = bay.client(Role.CABINET)
    initiative = f"/d/bay/initiatives/{scene.tutoring}/"
    for path in (HOME, initiative):
        assert not is_kept(client, path)
        assert is_kept(client, path)
    assert plain(page(client)) == plain(page(client))


def test_each_answer_has_its_own_nonce_and_a_token_that_works(bay: Cast, scene: Scene) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(bay.people[Role.CABINET])
    other = Client(enforce_csrf_checks=True)
    other.force_login(bay.people[Role.CABINET])
    page(client)
    for one in (client, other):
        response = one.get(HOME)
        text = response.content.decode()
        nonces = set(NONCE.findall(text))
        assert len(nonces) == 1
        assert f"'nonce-{nonces.pop()}'" in response.headers["Content-Security-Policy"]
        token = TOKEN.findall(text)[0]
        answer = one.post(f"{HOME}seen/", headers={"X-CSRFToken": token})
        assert answer.status_code == 204
    assert NONCE.findall(page(client))[0] != NONCE.findall(page(client))[0]


def test_a_write_is_seen_at_once(bay: Cast, scene: Scene) -> None:
    client = bay.client(Role.CABINET)
    page(client)
    with district_scope(bay.district.pk, cause="test"):
        Initiative.objects.filter(pk=scene.tutoring).update(name="Tutoring at noon")
    assert "Tutoring at noon" in page(client)


def test_a_recompute_is_seen_at_once(bay: Cast, scene: Scene) -> None:
    client = bay.client(Role.CABINET)
    page(client)
    assert is_kept(client)
    with district_scope(bay.district.pk, cause="test"):
        now = timezone.now()
        CalculationRun.objects.create(
            calculation="trend", version="1", state="done", started_at=now, finished_at=now
        )
    assert not is_kept(client)


def test_a_person_renamed_is_seen_at_once(bay: Cast, scene: Scene) -> None:
    client = bay.client(Role.CABINET)
    page(client)
    User.objects.filter(pk=bay.people[Role.INITIATIVE_LEAD].pk).update(name="Ines Owns It")
    assert "Ines Owns It" in page(client)


def test_a_sign_in_leaves_the_kept_page(bay: Cast, scene: Scene) -> None:
    client = bay.client(Role.CABINET)
    page(client)
    person = bay.people[Role.INITIATIVE_LEAD]
    record_account_event(user_id=person.pk, event=AccountEvent.SIGNED_IN, by=person.pk, now=timezone.now())
    assert is_kept(client)


def test_nothing_is_kept_while_work_is_pending(bay: Cast, scene: Scene) -> None:
    client = bay.client(Role.CABINET)
    page(client)
    assert is_kept(client)
    with district_scope(bay.district.pk, cause="test"):
        mark(name="ledger")
    assert not is_kept(client)
    assert not is_kept(client)


def test_another_person_and_role_have_their_own(bay: Cast, scene: Scene) -> None:
    page(bay.client(Role.CABINET))
    lead = bay.client(Role.INITIATIVE_LEAD)
    assert not is_kept(lead)
    assert "cabinet@bay.example" not in page(lead)
    person = bay.people[Role.INITIATIVE_LEAD]
    with district_scope(bay.district.pk, cause="test"):
        Membership.objects.filter(user=person).update(role=Role.BOARD_MEMBER)
    assert lead.get(HOME).status_code == 403


def test_a_closed_membership_closes_the_kept_page(bay: Cast, scene: Scene) -> None:
    client = bay.client(Role.CABINET)
    page(client)
    with district_scope(bay.district.pk, cause="test"):
        Membership.objects.filter(user=bay.people[Role.CABINET]).delete()
    assert client.get(HOME).status_code == 404


def test_the_other_district_finds_nothing(bay: Cast, valley: Cast, scene: Scene) -> None:
    person = bay.people[Role.CABINET]
    with district_scope(valley.district.pk, cause="test"):
        Membership.objects.create(user=person, role=Role.CABINET)
    client = bay.client(Role.CABINET)
    assert "Tutoring" in page(client)
    assert not is_kept(client, "/d/valley/")
    assert "Tutoring" not in page(client, "/d/valley/")


def test_a_new_visit_is_a_new_page(bay: Cast, scene: Scene) -> None:
    client, person = bay.client(Role.CABINET), bay.people[Role.CABINET]
    page(client)
    client.post(f"{HOME}seen/")
    page(client)
    assert is_kept(client)
    client.post(f"{HOME}seen/")
    assert is_kept(client)
    with district_scope(bay.district.pk, cause="test"):
        SavedView.objects.filter(user=person).update(seen_at=timezone.now() - timedelta(hours=2))
    assert not is_kept(client)


@pytest.mark.parametrize("query", ["?sort=name", "?export=csv"])
def test_a_page_with_a_query_is_not_kept(query: str, bay: Cast, scene: Scene) -> None:
    client = bay.client(Role.CABINET)
    assert not is_kept(client, HOME + query)
    assert not is_kept(client, HOME + query)


def test_a_kept_page_is_found_by_its_district_alone(bay: Cast, valley: Cast, scene: Scene) -> None:
    """The key carries the open district, so that another's scope cannot even name it."""
    page(bay.client(Role.CABINET))
    with district_scope(bay.district.pk):
        ours = caches["pages"].make_key("page:x")
    with district_scope(valley.district.pk):
        theirs = caches["pages"].make_key("page:x")
    assert ours != theirs
