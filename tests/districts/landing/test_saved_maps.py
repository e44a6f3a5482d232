"""Saved maps: what they are called, where each was last used, and how one is forgotten."""

from __future__ import annotations

import pytest
from pytest_django.asserts import assertContains, assertRedirects

from districts.access.permissions import Role
from districts.landing import services
from districts.models import SavedMap, Upload
from districts.tenancy import district_scope
from tests.cast import Cast
from tests.districts.landing.files import LEDGER, imported, land, mapped, work

OTHER = LEDGER.replace("Fund,", "Fund code,")


def saved_map(cast: Cast) -> SavedMap:
    with district_scope(cast.district.pk):
        return SavedMap.objects.get()


def shown(cast: Cast, role: Role = Role.DATA_MANAGER) -> list[list[object]]:
    page = cast.client(role).get(f"/d/{cast.slug}/data/maps/")
    return [[cell.value for cell in row.cells] for row in page.context["table"].rows]


def test_each_map_says_where_it_was_last_used(bay: Cast) -> None:
    imported(bay, LEDGER, "june.csv")
    assert [(row[0], row[4]) for row in shown(bay)] == [
        ("Ledger or budget (any layout): june.csv", "june.csv")
    ]
    land(bay, LEDGER.replace("75.00", "80.00"), "july.csv")
    work()
    assert [row[4] for row in shown(bay, Role.CABINET)] == ["july.csv"]


def test_a_map_never_used_says_so(bay: Cast) -> None:
    with district_scope(bay.district.pk):
        SavedMap.objects.create(kind="generic_ledger", name="By hand", header_hash="0" * 64, mapping={})
    page = bay.client(Role.DATA_MANAGER).get(f"/d/{bay.slug}/data/maps/")
    assertContains(page, "Not used yet")


def test_a_map_is_renamed_and_keeps_its_name_when_it_is_saved_again(bay: Cast) -> None:
    imported(bay, LEDGER, "june.csv")
    client = bay.client(Role.BUDGET_DIRECTOR)
    address = f"/d/{bay.slug}/data/maps/{saved_map(bay).pk}/rename/"
    assertContains(client.get(address), 'value="Ledger or budget (any layout): june.csv"')
    answer = client.post(address, {"name": "  Munis monthly export  "})
    assertRedirects(answer, f"/d/{bay.slug}/data/maps/")
    assert saved_map(bay).name == "Munis monthly export"
    mapped(bay, land(bay, LEDGER.replace("75.00", "80.00"), "july.csv").upload, filed_on="2024-09-30")
    assert saved_map(bay).name == "Munis monthly export"
    with district_scope(bay.district.pk):
        july = Upload.objects.get(filename="july.csv")
    assert july.provenance["saved_map_id"] == str(saved_map(bay).pk)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("   ", "Give the map a name."),
        ("x" * 121, "Ensure this value has at most 120 characters"),
        ("munis MONTHLY", "Another saved map for this kind of file has that name. Choose another one."),
    ],
)
def test_a_name_that_does_not_do_is_refused_beside_the_field(bay: Cast, name: str, words: str) -> None:
    imported(bay, LEDGER, "june.csv")
    first = saved_map(bay)
    with district_scope(bay.district.pk):
        services.rename_saved_map(map_id=first.pk, name="Munis monthly")
    mapped(bay, land(bay, OTHER, "other.csv").upload)
    with district_scope(bay.district.pk):
        second = SavedMap.objects.exclude(pk=first.pk).get()
    answer = bay.client(Role.DATA_MANAGER).post(
        f"/d/{bay.slug}/data/maps/{second.pk}/rename/", {"name": name}
    )
    assert answer.status_code == 422
    assertContains(answer, words, status_code=422)
    with district_scope(bay.district.pk):
        assert SavedMap.objects.get(pk=second.pk).name == second.name


def test_readers_and_other_districts_rename_nothing(bay: Cast, valley: Cast) -> None:
    imported(bay, LEDGER, "june.csv")
    pk, name = saved_map(bay).pk, saved_map(bay).name
    assert (
        bay.client(Role.CABINET).post(f"/d/{bay.slug}/data/maps/{pk}/rename/", {"name": "x"}).status_code
        == 403
    )
    foreign = valley.client(Role.DATA_MANAGER).post(f"/d/{valley.slug}/data/maps/{pk}/rename/", {"name": "x"})
    assert foreign.status_code == 404
    assert saved_map(bay).name == name
