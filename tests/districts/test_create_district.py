"""An empty installation gets its first district and admin by one command."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from districts.models import District, Membership, User
from districts.tenancy import district_scope


def test_the_first_admin_gets_in_by_the_printed_link(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    call_command(
        "create_district", "oak", "Oak Unified", "--admin", "Ada@Oak.example", "--state-code", "0161259"
    )
    path = capsys.readouterr().out.strip().splitlines()[-1]
    district = District.objects.get(slug="oak")
    with district_scope(district.pk):
        assert list(Membership.objects.values_list("user__email", "role")) == [
            ("ada@oak.example", "district_admin")
        ]
    assert district.state_code == "0161259"
    assert Client().get(path).status_code == 200


def test_somebody_known_keeps_the_password_they_have(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    User.objects.create_user(email="ada@oak.example", password="correct horse battery staple")
    call_command("create_district", "oak", "Oak Unified", "--admin", "ada@oak.example")
    assert "signs in as before" in capsys.readouterr().out


@pytest.mark.parametrize("wrong", [{"slug": "Oak Unified"}, {"zone": "Mars/Olympus"}])
def test_a_wrong_answer_creates_nothing(db: None, wrong: dict[str, str]) -> None:
    with pytest.raises(CommandError):
        call_command(
            "create_district",
            wrong.get("slug", "oak"),
            "Oak",
            "--admin",
            "ada@oak.example",
            "--time-zone",
            wrong.get("zone", "America/Denver"),
        )
    assert (District.objects.count(), User.objects.count()) == (0, 0)
