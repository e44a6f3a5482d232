"""What tests of reviews start from: the small district with a budget, allocations, and forms as a browser sends them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.test import Client

from diagnostics.models import Decision
from districts.access.permissions import Role
from districts.models import Filing
from districts.tenancy import district_scope
from investments.models import Allocation
from investments.services import save_allocation
from tests.cast import Cast
from tests.diagnostics.scene import Scene, make_scene

REASON = "It reached its students, and absence fell."


@dataclass(frozen=True)
class Reviewed:
    """The small district, with $100,000 and $40.10 of source 3010 given to its two initiatives of $700,000."""

    scene: Scene
    budget: UUID

    @property
    def review(self) -> str:
        return f"/d/bay/initiatives/{self.scene.tutoring}/review/"


def make_reviewed(cast: Cast) -> Reviewed:
    """Make the district; opens its scope."""
    with district_scope(cast.district.pk, cause="test"):
        scene = make_scene(cast)
        budget = Filing.objects.get(family="ledger", subject="budget").pk
        for initiative_id, amount in ((scene.tutoring, "100000"), (scene.clubs, "40.10")):
            save_allocation(
                filing_id=budget, initiative_id=initiative_id, source="3010", amount=Decimal(amount)
            )
    return Reviewed(scene=scene, budget=budget)


def hidden_values(client: Client, url: str) -> dict[str, str]:
    """Return the hidden fields of the form on a page, as a browser would send them."""
    text = client.get(url).content.decode()
    tags = [tag for tag in re.findall(r"<input[^>]*>", text) if 'type="hidden"' in tag]
    pairs = [(re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)) for tag in tags]
    found = {name[1]: value[1] if value else "" for name, value in pairs if name}
    return {name: found[name] for name in ("key", "stamp", "budget", "rows") if name in found}


def answer(client: Client, reviewed: Reviewed, **changes: Any) -> dict[str, Any]:
    """Return a filled form of a recommendation."""
    given = {
        **hidden_values(client, reviewed.review),
        "recommendation": "sustain",
        "reason": REASON,
        "finance_view": "Affordable.",
        "academics_view": "Keep it.",
        "next_review_on": "2099-03-01",
    }
    return given | changes


def move(
    n: int, *, frm: object, to: object, amount: str, source: str = "3010", why: str = ""
) -> dict[str, str]:
    """Return the fields of one line of dollars."""
    values = {"from_place": frm, "to_place": to, "source": source, "amount": amount, "why": why}
    return {f"move-{n}-{name}": str(value) for name, value in values.items()}


def recommend(cast: Cast, reviewed: Reviewed, **changes: Any) -> UUID:
    """Record a recommendation through the page and return its id."""
    client = cast.client(Role.CABINET)
    response = client.post(reviewed.review, answer(client, reviewed, **changes))
    assert response.status_code == 302, response.content.decode()
    return UUID(response["Location"].rstrip("/").rsplit("/", 1)[1])


def held(cast: Cast) -> dict[tuple[str, str], Decimal]:
    """Return the dollars each initiative holds by source."""
    with district_scope(cast.district.pk, cause="test"):
        rows = Allocation.objects.values_list("initiative__name", "funding_source__code", "amount")
        return {(name, code): amount for name, code, amount in rows}


def decisions(cast: Cast) -> int:
    """Return how many decisions the district has."""
    with district_scope(cast.district.pk, cause="test"):
        return int(Decision.objects.count())
