"""The audit page: every write, in plain words, filtered, paged, exported."""

from __future__ import annotations

import csv
import io

from django.utils import timezone

from districts.access.permissions import Role
from districts.models import AuditEvent, Membership
from districts.selectors import audit
from districts.services import organisation, people
from districts.tenancy import district_scope
from tests.cast import Cast


def make_writes(cast: Cast) -> None:
    admin = cast.people[Role.DISTRICT_ADMIN]
    with district_scope(cast.district.pk, actor_id=admin.pk, cause="test"):
        department = organisation.add_department(name="Curriculum")
        organisation.rename_department(department_id=department, name="Teaching")
        row = Membership.objects.get(user=cast.people[Role.CABINET])
        people.change_role(membership_id=row.pk, role=Role.BOARD_MEMBER, now=timezone.now())


def test_changes_are_said_in_plain_words(bay: Cast) -> None:
    make_writes(bay)
    with district_scope(bay.district.pk):
        page = audit.list_audit(only=audit.AuditFilter(actor_id=bay.people[Role.DISTRICT_ADMIN].pk))
    assert [(row.who, row.action, row.thing, row.name, row.sentence) for row in page.rows] == [
        ("District admin bay", "changed", "membership", "Cabinet bay", "Role: Cabinet → Board member"),
        ("District admin bay", "changed", "department", "Teaching", "Name: Curriculum → Teaching"),
        ("District admin bay", "created", "department", "Curriculum", "Name: Curriculum"),
    ]


def test_filters_narrow_by_table_text_and_day(bay: Cast) -> None:
    make_writes(bay)
    today = timezone.localdate()
    with district_scope(bay.district.pk):
        by_table = audit.list_audit(only=audit.AuditFilter(table="districts_department"))
        by_text = audit.list_audit(only=audit.AuditFilter(text="curricULUM"))
        by_day = audit.list_audit(only=audit.AuditFilter(until=today.replace(year=today.year - 1)))
        everything = audit.list_audit(only=audit.AuditFilter())
        assert everything.total == AuditEvent.objects.count()
    assert (by_table.total, by_text.total, by_day.total) == (2, 2, 0)


def test_pages_follow_each_other_without_gap(bay: Cast) -> None:
    make_writes(bay)
    with district_scope(bay.district.pk):
        ids = [row.event_id for row in audit.list_audit(only=audit.AuditFilter(), page_size=1000).rows]
        paged = [
            row.event_id
            for page in range(1, (len(ids) + 3) // 4 + 1)
            for row in audit.list_audit(only=audit.AuditFilter(), page=page, page_size=4).rows
        ]
    assert len(ids) > 8
    assert paged == ids


def test_export_holds_the_rows_of_the_page(bay: Cast) -> None:
    make_writes(bay)
    client = bay.client(Role.DISTRICT_ADMIN)
    body = client.get("/d/bay/admin/audit/?table=districts_department&export=csv").content
    rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))
    assert rows[0] == ["When", "Who", "What", "Name", "Changes"]
    assert [row[1:] for row in rows[1:]] == [
        ["District admin bay", "changed department", "Teaching", "Name: Curriculum → Teaching"],
        ["District admin bay", "created department", "Curriculum", "Name: Curriculum"],
    ]


def test_secrets_are_not_in_the_audit(bay: Cast) -> None:
    with district_scope(bay.district.pk, actor_id=bay.people[Role.DISTRICT_ADMIN].pk):
        people.invite_person(
            by=bay.people[Role.DISTRICT_ADMIN].pk,
            email="x@example.org",
            role=Role.CABINET,
            now=timezone.now(),
        )
        event = AuditEvent.objects.get(table_name="districts_invitation")
    assert "token_hash" not in event.after


def test_audit_can_be_neither_changed_nor_deleted_by_the_page_role(bay: Cast) -> None:
    client = bay.client(Role.DISTRICT_ADMIN)
    with district_scope(bay.district.pk):
        event = AuditEvent.objects.latest("id")
    for method in ("post", "put", "patch", "delete"):
        getattr(client, method)(f"/d/bay/admin/audit/{event.pk}/")
    with district_scope(bay.district.pk):
        assert AuditEvent.objects.latest("id") == event
