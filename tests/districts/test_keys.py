"""API keys: shown once, of one role, refused once revoked, last use noted."""

from __future__ import annotations

import re
from datetime import timedelta

from django.test import Client
from django.utils import timezone

from districts.access.permissions import Role
from districts.models import ApiKey, AuditEvent
from districts.services import keys
from districts.tenancy import district_scope
from tests.cast import Cast

SCHEMA = "/api/v1/d/bay/metrics/"


def ask(secret: str) -> int:
    return Client().get(SCHEMA, headers={"Authorization": f"Bearer {secret}"}).status_code


def test_key_is_shown_once_and_works_until_revoked(bay: Cast) -> None:
    client = bay.client(Role.DISTRICT_ADMIN)
    page = client.post("/d/bay/admin/keys/new/", {"name": "Warehouse", "role": "cabinet"}, follow=True)
    found = re.search(r'value="(srm_[^"]+)"', page.content.decode())
    assert found is not None
    again = client.get(page.redirect_chain[-1][0]).content.decode()
    assert found[1] not in again
    assert ask(found[1]) == 200
    with district_scope(bay.district.pk):
        key = ApiKey.objects.get()
        assert found[1] not in str(vars(key))
    client.post(f"/d/bay/admin/keys/{key.pk}/revoke/")
    assert ask(found[1]) == 401


def test_last_use_is_noted_at_most_once_a_minute_and_not_audited(bay: Cast) -> None:
    with district_scope(bay.district.pk):
        new = keys.create_key(by=bay.people[Role.DISTRICT_ADMIN].pk, name="Warehouse", role=Role.CABINET)
        events = AuditEvent.objects.count()
        now = timezone.now()
        for seconds, wanted in ((0, 0), (59, 0), (61, 61)):
            keys.note_use_of_key(key_id=str(new.key_id), now=now + timedelta(seconds=seconds))
            assert ApiKey.objects.get().last_used_at == now + timedelta(seconds=wanted)
        assert AuditEvent.objects.count() == events


def test_call_notes_the_use(bay: Cast) -> None:
    with district_scope(bay.district.pk):
        new = keys.create_key(by=bay.people[Role.DISTRICT_ADMIN].pk, name="Warehouse", role=Role.CABINET)
    before = timezone.now()
    assert ask(new.secret) == 200
    with district_scope(bay.district.pk):
        assert before <= ApiKey.objects.get().last_used_at <= timezone.now()


def test_name_of_a_working_key_is_taken(bay: Cast) -> None:
    client = bay.client(Role.DISTRICT_ADMIN)
    form = {"name": "Warehouse", "role": "cabinet"}
    assert client.post("/d/bay/admin/keys/new/", form).status_code == 302
    again = client.post("/d/bay/admin/keys/new/", form)
    assert again.status_code == 422
    assert again.context["form"].non_field_errors() == [
        "A key named “Warehouse” is in use. Choose another name, or revoke that key first."
    ]
