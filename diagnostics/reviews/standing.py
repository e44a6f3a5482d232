"""Whether a review is decided, as an expression of a query of initiatives; must not write.

Stands beside the selectors, which read what home reads with it.
"""

from __future__ import annotations

from django.db.models import CharField, Exists, OuterRef, Q
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from diagnostics.models import Decision


def is_review_decided() -> Exists:
    """Say of an initiative whether a recommendation waits for the board, or one adopted was made for its review day."""
    made_for = KeyTextTransform("review_on", "evidence")
    rows = Decision.objects.annotate(made_for=made_for).filter(
        initiative=OuterRef("pk"), withdrawn_at__isnull=True
    )
    adopted = Q(board_action=Decision.BoardAction.ADOPTED, made_for=Cast(OuterRef("review_on"), CharField()))
    return Exists(rows.filter(Q(board_action="") | adopted))
