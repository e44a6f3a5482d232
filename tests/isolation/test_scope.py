"""The scope itself: nothing outside it, one district inside it, nothing left after it."""

import pytest
from django.db import connection

from districts.models import AuditEvent, Department, Membership
from districts.tenancy import (
    CrossDistrictScope,
    NoDistrictScope,
    current_scope,
    district_scope,
    user_scope,
)
from tests.cast import Cast


def test_tenant_table_without_scope_is_refused(bay: Cast) -> None:
    with pytest.raises(NoDistrictScope):
        Department.objects.count()


def test_rows_of_the_other_district_do_not_exist(bay: Cast, valley: Cast) -> None:
    with district_scope(valley.district.pk):
        department = Department.objects.create(name="Canary Office")
        assert Department.objects.filter(pk=department.pk).count() == 1
    with district_scope(bay.district.pk):
        assert Department.objects.filter(pk=department.pk).count() == 0
        assert Department.objects.filter(pk=department.pk).update(name="x") == 0
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM districts_department")
            assert cursor.fetchone() == (0,)


def test_nesting_another_district_raises(bay: Cast, valley: Cast) -> None:
    with (
        district_scope(bay.district.pk),
        pytest.raises(CrossDistrictScope),
        district_scope(valley.district.pk),
    ):
        pass


def test_setting_is_gone_after_the_scope(bay: Cast) -> None:
    with district_scope(bay.district.pk):
        pass
    assert current_scope() is None
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('srm.district_id', true)")
        assert cursor.fetchone()[0] in (None, "")
        cursor.execute("SELECT count(*) FROM districts_membership")
        assert cursor.fetchone() == (0,)


def test_a_person_reads_own_memberships_in_every_district(bay: Cast, valley: Cast) -> None:
    person = bay.people[next(iter(bay.people))]
    with district_scope(valley.district.pk):
        Membership.objects.create(user=person, role="board_member")
    with user_scope(person.pk):
        slugs = sorted(Membership._base_manager.values_list("district__slug", flat=True))
    assert slugs == ["bay", "valley"]


def test_a_write_leaves_an_audit_event(bay: Cast) -> None:
    actor = bay.people[next(iter(bay.people))]
    with district_scope(bay.district.pk, actor_id=actor.pk, cause="test"):
        department = Department.objects.create(name="Before")
        department.name = "After"
        department.save()
        event = AuditEvent.objects.filter(row_id=str(department.pk)).latest("id")
    assert (event.action, event.actor_id, event.cause) == ("update", actor.pk, "test")
    assert (event.before["name"], event.after["name"]) == ("Before", "After")
