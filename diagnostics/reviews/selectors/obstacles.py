"""Why no recommendation can be recorded on an initiative now; must not write."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from diagnostics.models import Decision
from strategy.models import Initiative

NOT_DECIDED = {
    Initiative.Kind.ENTITLEMENT: "An entitlement is owed to students by law: its cost and trend are shown, and there"
    " is no recommendation to make.",
    Initiative.Kind.GENERAL_SUPPORT: "General support keeps the district running: its cost and trend are shown, and"
    " there is no recommendation to make.",
    Initiative.Kind.PASS_THROUGH: "This money passes through to others: its cost is shown, and there is no"
    " recommendation to make.",
}
ARCHIVED = "This initiative is archived. Restore it first."
WAITS = "A recommendation for it waits for the board. Withdraw that one first."


@dataclass(frozen=True, kw_only=True)
class ReviewObstacle:
    """Why not, in words; empty where nothing is in the way. decision_id: the recommendation that waits."""

    words: str = ""
    decision_id: UUID | None = None


def find_obstacle(*, initiative_id: UUID) -> ReviewObstacle:
    """Return what is in the way of a recommendation. Two queries."""
    kind, archived_at = Initiative.objects.values_list("kind", "archived_at").get(pk=initiative_id)
    if kind in NOT_DECIDED:
        return ReviewObstacle(words=NOT_DECIDED[Initiative.Kind(kind)])
    if archived_at:
        return ReviewObstacle(words=ARCHIVED)
    waits = Decision.objects.filter(initiative_id=initiative_id, board_action="", withdrawn_at=None)
    pk = waits.values_list("pk", flat=True).first()
    return ReviewObstacle(words=WAITS, decision_id=pk) if pk else ReviewObstacle()
