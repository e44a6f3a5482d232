"""Which school a cell of a file means: by its code, by its name, or by what a person said of the name.

A name is never taken for a school because it looks alike: only equal ones, compared as `name_key` does.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal
from uuid import UUID

from districts.errors import DomainError
from districts.models import District, School, SchoolAlias
from districts.tenancy import current_district_id

WIDTH = 7
"""How many characters the school's own part of a state code has."""
MOST_LIKELY = 3
_ENOUGH = 0.4
_SURE = 0.9
_NAME = re.compile(r"[^\W\d_]{2,}")
_DOTTED = re.compile(r"\b([emh]) (s|c)\b")
_LEVELS = {
    "es": "elementary",
    "elem": "elementary",
    "elementary": "elementary",
    "ms": "middle",
    "middle": "middle",
    "hs": "high",
    "high": "high",
    "ec": "education",
    "education": "education",
}
_PLAIN = {"school", "campus", "the", "at", "of"}

Meaning = Literal["school", "district", "other", "left_out", "unknown_code", "unknown_name"]


class NoSuchName(DomainError):
    """The district has kept no such name."""

    status = 404


@dataclass(frozen=True)
class Found:
    """What a cell means; `school` is the id where it is one of this district's schools."""

    meaning: Meaning
    school: str = ""


@dataclass(frozen=True, kw_only=True)
class Likely:
    """A school that a name may mean, and how alike the two are, 0 to 1."""

    school_id: UUID
    name: str
    alike: float

    @property
    def is_sure(self) -> bool:
        """Whether the two are so alike that a person has only to look."""
        return self.alike >= _SURE


def name_key(name: str) -> str:
    """Write a name as names are compared: small letters and digits, single blanks."""
    plain = name.casefold().replace("&", " and ").replace("'", "").replace("’", "")
    return " ".join(re.sub(r"[\W_]+", " ", plain).split())[:200]


def is_name(text: str) -> bool:
    """Tell a name from a code: two letters or more in a row, and no code of letters and digits alone."""
    return bool(_NAME.search(text)) and not re.fullmatch(r"[A-Z]{0,3}[0-9]+[A-Z]?", text)


def school_codes() -> dict[str, str]:
    """Map every way a file may write a school's code to the school. One query."""
    found: dict[str, str] = {}
    schools = list(School.objects.values_list("id", "district_code", "state_code"))
    for pk, own, _ in schools:
        if own:
            found[own] = str(pk)
    for pk, _, state in schools:
        if state:
            found[state] = str(pk)
            found[state[-WIDTH:].zfill(WIDTH)] = str(pk)
    return found


class SchoolFinder:
    """The schools of the open district by code and name. Four queries."""

    def __init__(self, *, of_district: Iterable[str] = ()) -> None:
        """`of_district`: how the file at hand writes the district's own rows."""
        self._codes = school_codes()
        names = [(name_key(name), str(pk)) for pk, name in School.objects.values_list("id", "name")]
        times = Counter(key for key, _ in names)
        self._names = {key: Found("school", pk) for key, pk in names if key and times[key] == 1}
        district = District.objects.values_list("name", flat=True).get(pk=current_district_id())
        self._names[name_key(district)] = Found("district")
        for key, school, instead in SchoolAlias.objects.values_list("key", "school_id", "instead"):
            self._names[key] = _of_alias(school, instead)
        self._district = {one.strip().casefold() for one in of_district if one.strip()}

    def find(self, text: str) -> Found:
        """Say what a cell means; an empty one is the district."""
        if not text or text.casefold() in self._district:
            return Found("district")
        code = self._codes.get(text) or self._codes.get(text.zfill(WIDTH))
        if code is None and len(text) > WIDTH and not is_name(text):
            code = self._codes.get(text[-WIDTH:])
        if code is not None:
            return Found("school", code)
        known = self._names.get(name_key(text))
        if known is not None:
            return known
        return Found("unknown_name" if is_name(text) else "unknown_code")


def _of_alias(school: UUID | None, instead: str) -> Found:
    if school is not None:
        return Found("school", str(school))
    if instead == SchoolAlias.Instead.DISTRICT:
        return Found("district")
    return Found("left_out" if instead == SchoolAlias.Instead.LEFT_OUT else "other")


def list_likely(*, name: str, schools: Iterable[School]) -> tuple[Likely, ...]:
    """List the schools a name most likely means, the likeliest first; only a person decides."""
    wanted = _own_words(name)
    scored = [
        Likely(school_id=school.pk, name=school.name, alike=_alike(wanted, _own_words(school.name)))
        for school in schools
    ]
    likely = sorted((one for one in scored if one.alike >= _ENOUGH), key=lambda one: (-one.alike, one.name))
    return tuple(likely[:MOST_LIKELY])


def _own_words(name: str) -> tuple[tuple[str, ...], frozenset[str]]:
    """Part a name into the words that are its own, and the levels it says."""
    words = _DOTTED.sub(r"\1\2", name_key(name)).split()
    own = tuple(word for word in words if word not in _LEVELS and word not in _PLAIN)
    return own or tuple(words), frozenset(_LEVELS[word] for word in words if word in _LEVELS)


def _alike(
    first: tuple[tuple[str, ...], frozenset[str]], second: tuple[tuple[str, ...], frozenset[str]]
) -> float:
    """Measure how alike two names are, 0 to 1: their letters in either order 0.6, words of the shorter 0.2, levels 0.2.

    Two names without any word or half of their letters in common are not alike at all.
    """
    (words, levels), (others, other_levels) = first, second
    shared = len(set(words) & set(others)) / max(1, min(len(set(words)), len(set(others))))
    match = SequenceMatcher(a=" ".join(words), b=" ".join(others), autojunk=False)
    if not shared and match.quick_ratio() < 0.5:
        return 0.0
    turned = SequenceMatcher(a=" ".join(sorted(words)), b=" ".join(sorted(others)), autojunk=False)
    level = 1.0 if levels == other_levels else 0.0 if levels and other_levels else 0.5
    return 0.6 * max(match.ratio(), turned.ratio()) + 0.2 * shared + 0.2 * level
