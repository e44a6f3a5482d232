"""Find codes by their title, of the segments a rule can name; must not write."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from investments.models import CodeTitle


@dataclass(frozen=True, kw_only=True)
class FoundCode:
    """A code with its newest title."""

    segment: str
    code: str
    title: str


def find_codes(*, text: str, segment: str = "", most: int = 30) -> tuple[FoundCode, ...]:
    """Find codes whose code begins with the text or whose title holds each of its words. One query.

    A blank text finds nothing; exact codes come first, then by segment and code.
    """
    words = text.split()
    if not words:
        return ()
    by_title = Q()
    for word in words:
        by_title &= Q(title__icontains=word)
    rows = CodeTitle.objects.filter(by_title | Q(code__istartswith=text.strip()))
    if segment:
        rows = rows.filter(segment=segment)
    newest: dict[tuple[str, str], str] = {}
    for name, code, title in rows.order_by("segment", "code", "fiscal_year", "id").values_list(
        "segment", "code", "title"
    ):
        newest[(name, code)] = title
    wanted = text.strip().casefold()
    found = sorted(newest.items(), key=lambda one: (one[0][1].casefold() != wanted, one[0]))
    return tuple(FoundCode(segment=name, code=code, title=title) for (name, code), title in found[:most])
