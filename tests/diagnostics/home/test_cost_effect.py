"""Home's chart of cost per student against effect, and what it says when nothing can be told."""

from __future__ import annotations

import html

from django.test import Client

from districts.access.permissions import Role
from districts.models import Mark
from districts.tenancy import district_scope
from tests.cast import Cast
from tests.diagnostics.judged import World, compute_all, make_judged
from tests.diagnostics.scene import make_scene

HOME = "/d/bay/"


def home_of(client: Client) -> str:
    return html.unescape(client.get(HOME).content.decode())


def test_an_initiative_with_cost_and_effect_is_drawn(bay: Cast) -> None:
    with district_scope(bay.district.pk, cause="test"):
        make_judged(World(served=8, compared=10))
        compute_all()
        Mark.objects.all().delete()
    client = bay.client(Role.CABINET)
    (row,) = client.get(HOME).context["effects"].figure.rows
    assert row[:3] == ("Tutoring", "Works", "$300")
    assert row[3].startswith("students with a result in ")
    assert row[4].startswith("+")
    assert row[7] == "$480K"
    assert "The one initiative with an estimate: works" in home_of(client)


def test_an_estimate_without_a_cost_is_told_apart(bay: Cast) -> None:
    with district_scope(bay.district.pk, cause="test"):
        make_judged(World(served=8, compared=10), outcome_year=2026)
        compute_all()
        Mark.objects.all().delete()
    effects = bay.client(Role.CABINET).get(HOME).context["effects"]
    assert effects.figure is None
    assert effects.unknown == ("1 initiative, $480K in FY2025: no cost per student of the same students.",)


def test_without_plans_home_says_why_it_is_empty(bay: Cast) -> None:
    with district_scope(bay.district.pk, cause="test"):
        make_scene(bay)
    text = home_of(bay.client(Role.CABINET))
    assert "None of 2 initiatives has a locked evaluation plan" in text
    assert "2 initiatives, $650K in FY2024: no evaluation plan is locked." in text
