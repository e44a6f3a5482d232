"""Where else in the ledger a search finds something: every segment is looked at; must not hold rules."""

from __future__ import annotations

from dataclasses import dataclass

from investments.forms.ledger import Asked, words_match
from investments.selectors import Segment
from investments.selectors.segment_search import list_codes_in_use
from investments.views.parts import in_sentence

NAMED = 2


@dataclass(frozen=True, kw_only=True)
class FoundIn:
    """A segment with codes or titles that a search names, and the page by that segment."""

    label: str
    words: str
    href: str


def code_words(*, asked: Asked, labels: dict[str, str]) -> str:
    """Say which codes a search looks at: `resource and object codes and titles`."""
    names = [in_sentence(labels.get(name, name)).removesuffix(" (first digit)") for name in asked.by]
    return f"{' and '.join(names)} codes and titles"


def found_elsewhere(*, asked: Asked, segments: tuple[Segment, ...]) -> tuple[FoundIn, ...]:
    """Return the other segments in which the search finds something, in this year, kind and narrowing."""
    if not asked.text:
        return ()
    others = [segment for segment in segments if segment.name not in asked.by]
    used = list_codes_in_use(
        segments=[one.name for one in others],
        fiscal_years=[] if asked.fiscal_year is None else [asked.fiscal_year],
        kinds=[asked.kind],
        filters=asked.filters,
        scope=asked.scope,
    )
    found = []
    for one in others:
        codes = used[one.name]
        kept = words_match(text=asked.text, candidates=codes)
        names = [
            f"{code} {title}".strip() for (code, title), is_kept in zip(codes, kept, strict=True) if is_kept
        ]
        if names:
            rest = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
            count = "1 match" if len(names) == 1 else f"{len(names)} matches"
            found.append(
                FoundIn(
                    label=one.label,
                    words=f"{count} by {in_sentence(one.label)}: {'; '.join(names[:NAMED])}{rest}",
                    href=asked.href(by=one.name, then=""),
                )
            )
    return tuple(found)
