"""Whatever dollars a decision moves: the change in allocations is the list of its moves, to the cent; and back."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from decimal import Decimal
from random import Random
from uuid import UUID

import pytest
from django.utils import timezone

from diagnostics.models import Decision, Reallocation
from diagnostics.reviews.evidence import stamp_of
from diagnostics.reviews.selectors import gather_evidence
from diagnostics.reviews.services import (
    BoardInput,
    MoveInput,
    RecommendationInput,
    ReviewRefused,
    record_board_action,
    record_recommendation,
    withdraw_recommendation,
)
from investments.models import Allocation
from investments.services import save_allocation
from tests.cast import Cast
from tests.investments.facts import make_filing, make_initiative

ROWS = [("01", "3010", "1110", "1100", "5000"), ("01", "6500", "1110", "1100", "3000.33")]
Cells = dict[tuple[UUID | None, str], Decimal]


def cells() -> Cells:
    rows = Allocation.objects.values_list("initiative_id", "funding_source__code", "amount")
    return {(initiative_id, code): amount for initiative_id, code, amount in rows}


def change(before: Cells, after: Cells) -> Cells:
    keys = before.keys() | after.keys()
    found = {key: after.get(key, Decimal(0)) - before.get(key, Decimal(0)) for key in keys}
    return {key: amount for key, amount in found.items() if amount}


def sum_of_moves(decision_id: UUID) -> Cells:
    sums: Cells = defaultdict(Decimal)
    for row in Reallocation.objects.filter(decision_id=decision_id).select_related("funding_source"):
        for pk, sign in ((row.from_initiative_id, -1), (row.to_initiative_id, 1)):
            if pk:
                sums[(pk, row.funding_source.code)] += sign * row.amount
    return {key: amount for key, amount in sums.items() if amount}


def draw(rng: Random, ids: list[UUID]) -> MoveInput:
    source, target = rng.sample([*ids, None], 2)
    cents = rng.choice([rng.randint(1, 200), rng.randint(1, 90_000)])
    return MoveInput(
        source=rng.choice(["3010", "6500"]), amount=Decimal(cents) / 100, from_id=source, to_id=target
    )


def record(initiative_id: UUID, *, filing_id: UUID, moves: list[MoveInput], key: str, now: datetime) -> UUID:
    evidence = gather_evidence(initiative_id=initiative_id, now=now)
    assert evidence
    given = RecommendationInput(
        recommendation="stop",
        reason="Because.",
        stamp=stamp_of(evidence),
        key=key,
        filing_id=filing_id,
        moves=moves,
    )
    return record_recommendation(initiative_id=initiative_id, given=given, by=None, now=now)


@pytest.mark.parametrize("seed", range(12))
def test_moves_are_the_change_in_allocations_to_the_cent(in_bay: Cast, seed: int) -> None:
    rng, now = Random(seed), timezone.now()
    filing = make_filing(ROWS, fiscal_year=2025, kind="budget")
    ids = [make_initiative(name).pk for name in ("One", "Two", "Three")]
    for pk in ids[:2]:
        for source in ("3010", "6500"):
            amount = Decimal(rng.randint(1, 100_000)) / 100
            save_allocation(filing_id=filing.pk, initiative_id=pk, source=source, amount=amount)
    kept = refused = 0
    for turn in range(8):
        before = cells()
        moves = [draw(rng, ids) for _ in range(rng.randint(1, 4))]
        try:
            pk = record(ids[0], filing_id=filing.pk, moves=moves, key=f"{turn}", now=now)
        except ReviewRefused:
            refused += 1
            assert cells() == before
            continue
        kept += 1
        assert change(before, cells()) == sum_of_moves(pk)
        assert all(amount > 0 for amount in cells().values())
        if turn % 3 == 0:
            withdraw_recommendation(decision_id=pk, now=now)
            assert cells() == before
        else:
            action = rng.choice(["adopted", "rejected"])
            day = timezone.localdate(now)
            record_board_action(decision_id=pk, given=BoardInput(action=action, on=day), by=None, now=now)
            assert change(before, cells()) == (sum_of_moves(pk) if action == "adopted" else {})
    assert kept + refused == 8
    assert Decision.objects.count() == kept


def test_seeds_above_try_both_moves_that_are_kept_and_refused(in_bay: Cast) -> None:
    filing = make_filing(ROWS, fiscal_year=2025, kind="budget")
    one, two = (make_initiative(name).pk for name in ("One", "Two"))
    save_allocation(filing_id=filing.pk, initiative_id=one, source="3010", amount=Decimal("10.01"))
    now = timezone.now()
    most = MoveInput(source="3010", amount=Decimal("10.01"), from_id=one, to_id=two)
    over = MoveInput(source="3010", amount=Decimal("10.02"), from_id=one, to_id=two)
    chained = MoveInput(source="3010", amount=Decimal("0.01"), from_id=two, to_id=one)
    for moves in ([over], [most, chained], [most, most]):
        with pytest.raises(ReviewRefused):
            record(one, filing_id=filing.pk, moves=moves, key="a", now=now)
    record(one, filing_id=filing.pk, moves=[most], key="a", now=now)
    assert cells() == {(two, "3010"): Decimal("10.01")}
