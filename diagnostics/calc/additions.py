"""Which values add up to which: groups and grades to a school, schools to the district; must not hide anything.

Files do not say it, so it is read from the names of groups and checked against the numbers.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

ALL = "all"
MOST_GROUPS = 12
MOST_SUMS = 16
CLEAR = 20
"""In how many schools a further sum must hold for each in which it fails."""
PARTITIONS = ("gender", "race")

GRADE_MARK = "\x1f"
"""Stands between a group and a grade in a cohort's name; no file can hold it."""

Key = tuple[Hashable | None, str]
"""A school (None: the district) and a cohort: a group, of one grade or of all (`cohort`)."""
Students = Mapping[Key, float | None]

_GENDER = r"\b(female|male|girls?|boys?|nonbinary|non binary|gender)\b"
_RACE = (
    r"\b(asian|black|african american|white|hispanic|latin[oax]|filipino|pacific islander|hawaiian"
    r"|american indian|alaska|native american|two or more|mixed|multiracial|multiple races|race"
    r"|ethnicity|not reported|middle eastern)\b"
)
_ONE_GRADE = r"(tk|pk|k|[0-9]{1,2}(st|nd|rd|th)?)"
_GRADE = rf"\b(grades?|kindergarten|ungraded|freshm[ae]n|sophomores?)\b|^{_ONE_GRADE}( {_ONE_GRADE})?$"
_KINDS = {"gender": re.compile(_GENDER), "race": re.compile(_RACE), "grade": re.compile(_GRADE)}


@dataclass(frozen=True)
class Line:
    """Values that add up to a total.

    has_rest: with a part that has no value of its own. is_guess: the parts may add up in ways that
    cannot be seen, so that one hidden must hide them all.
    """

    total: Key
    parts: tuple[Key, ...]
    has_rest: bool = False
    is_guess: bool = False


def kind_of(*, group: str) -> str:
    """Return the kind of a group (gender, race, grade) by its name; empty where the name says nothing."""
    words = " ".join(re.sub(r"[^a-z0-9]+", " ", group.lower()).split())
    return next((name for name, pattern in _KINDS.items() if pattern.search(words)), "")


def cohort(*, group: str, grade: str) -> str:
    """Name a group of one grade; of all grades it is the group's own name."""
    return group if grade == ALL else f"{group}{GRADE_MARK}{grade}"


def group_and_grade(*, name: str) -> tuple[str, str]:
    """Return the group and the grade that `cohort` named."""
    group, _, grade = name.partition(GRADE_MARK)
    return group, grade or ALL


def wholes_of(*, key: Key) -> tuple[Key, ...]:
    """Return the wholes a school's value is a piece of by its name: all students, all grades, or both."""
    school, name = key
    group, grade = group_and_grade(name=name)
    if school is None or name == ALL:
        return ()
    names = {cohort(group=one, grade=at) for one in (group, ALL) for at in (grade, ALL)} - {name}
    return tuple((school, one) for one in sorted(names))


def find_lines(*, students: Students) -> list[Line]:
    """Return every line along which values of one year add up: schools, groups and grades.

    With grades, each grade is a table of schools and groups like all grades together are, and for each
    group the grades are to the school what groups are: some of them add up to it.
    """
    tables: dict[tuple[str, str], dict[Key, float | None]] = {}
    for (school, name), many in students.items():
        group, grade = group_and_grade(name=name)
        tables.setdefault(("grade", grade), {})[(school, group)] = many
        tables.setdefault(("group", group), {})[(school, grade)] = many
    if all(grade == ALL for kind, grade in tables if kind == "grade"):
        return _lines_of_table(students=students)
    found: list[Line] = []
    for (kind, slice_name), table in sorted(tables.items()):
        for line in _lines_of_table(students=table):
            parts = tuple(_crossed(part, kind=kind, slice_name=slice_name) for part in line.parts)
            found.append(
                replace(line, total=_crossed(line.total, kind=kind, slice_name=slice_name), parts=parts)
            )
    return list(dict.fromkeys(found))


def _crossed(key: Key, *, kind: str, slice_name: str) -> Key:
    """Return the key in the whole table of one in the slice of a grade or of a group."""
    school, name = key
    if kind == "grade":
        return (school, cohort(group=name, grade=slice_name))
    return (school, cohort(group=slice_name, grade=name))


def _lines_of_table(*, students: Students) -> list[Line]:
    """Return the lines of a table of schools and groups.

    students: behind each value by (school or None, group); None where not known.

    Schools add up to the district for each group. Within each school: a group and its complement;
    and groups of one kind to all students or to a larger group of the kind, in every way that holds in at
    least half of the schools in which all of them are known. Groups of a kind that are too many to
    try (over 12) are a guess. A line in which the parts exceed the total is none: its groups overlap. What lacks to the total
    and belongs to no hidden part is a rest.
    """
    schools = sorted({school for school, _ in students}, key=str)
    groups = sorted({group for _, group in students}, key=lambda name: (name != ALL, name))
    lines: list[Line | None] = []
    for group in groups:
        parts = [(school, group) for school in schools if school is not None and (school, group) in students]
        lines.append(_line(total=(None, group), parts=parts, students=students))
    sums = _find_sums(groups=groups, schools=schools, students=students)
    for school in schools:
        for total, summands in sums:
            parts = [(school, group) for group in summands if (school, group) in students]
            lines.append(_line(total=(school, total), parts=parts, students=students))
        for members in _by_kind(groups=groups).values():
            if len(members) > MOST_GROUPS:
                parts = [(school, group) for group in members if (school, group) in students]
                lines.append(Line(total=(school, ALL), parts=tuple(parts), has_rest=True, is_guess=True))
        for group in groups:
            if group != ALL:
                parts = [(school, group)] if (school, group) in students else []
                lines.append(_line(total=(school, ALL), parts=parts, students=students))
    return [line for line in lines if line is not None]


def find_twins(*, lines: Sequence[Line], students: Students) -> dict[Key, Key]:
    """Return the values that are a total under another name: the only part with students of it.

    By part, the total at the end of the chain: a school of kindergartens only has one value for K,
    K-8 and all. Only within a school.
    """
    same: dict[Key, Key] = {}
    for line in lines:
        parts = [part for part in line.parts if students[part] != 0]
        if not line.has_rest and not line.is_guess and len(parts) == 1 and parts[0][0] == line.total[0]:
            same.setdefault(parts[0], line.total)
    for part in list(same):
        end, seen = same[part], {part}
        while end in same and end not in seen:
            seen.add(end)
            end = same[end]
        same[part] = end
    return {part: end for part, end in same.items() if part != end}


def merge_twins(*, lines: Sequence[Line], twins: Mapping[Key, Key]) -> list[Line]:
    """Return the lines with each twin under its total's name, and without those that say nothing then."""
    merged = []
    for line in lines:
        total = twins.get(line.total, line.total)
        parts = tuple(dict.fromkeys(twins.get(part, part) for part in line.parts))
        if total not in parts:
            merged.append(replace(line, total=total, parts=parts))
    return list(dict.fromkeys(merged))


def _line(*, total: Key, parts: Sequence[Key], students: Students) -> Line | None:
    if not parts or total not in students:
        return None
    whole = students[total]
    if len(parts) == 1 and students[parts[0]] is None:
        return None
    if whole is None:
        return Line(total=total, parts=tuple(parts)) if len(parts) > 1 else None
    known = [students[part] for part in parts]
    rest = whole - sum(one or 0.0 for one in known)
    if rest < -0.5:
        return None
    if rest <= 0.5:  # what is not known is nobody, or is no part of this total
        parts = [part for part in parts if students[part] is not None]
    return Line(total=total, parts=tuple(parts), has_rest=rest > 0.5 and None not in known)


def _find_sums(
    *, groups: Sequence[str], schools: Sequence[Hashable | None], students: Students
) -> list[tuple[str, tuple[str, ...]]]:
    """Return which groups of a kind add up to which total, by the numbers of all schools."""
    found: list[tuple[str, tuple[str, ...]]] = []
    for kind, members in _by_kind(groups=groups).items():
        if len(members) > MOST_GROUPS:
            continue
        for total in (ALL, *members):
            parts = [group for group in members if group != total]
            is_sure = kind in PARTITIONS and total == ALL
            sums = _sums_of(total=total, parts=parts, schools=schools, students=students, is_sure=is_sure)
            found += [(total, one) for one in sums]
    return found


def _sums_of(
    *,
    total: str,
    parts: Sequence[str],
    schools: Sequence[Hashable | None],
    students: Students,
    is_sure: bool,
) -> list[tuple[str, ...]]:
    """Return the sets of parts that make up the total, the likeliest first.

    The first does in at least half of the schools where all its parts are known. Any other does in
    nearly all (`CLEAR`) and holds none of the sets before it, nor is held by one: English learners or
    not, and students with a disability or without.
    is_sure: such groups add up by their nature, so the likeliest does unless the numbers say otherwise.
    """
    rows = [school for school in schools if (students.get((school, total)) or 0) > 0]
    if not rows or len(parts) < 2:
        return []
    known = np.array([[students.get((row, part), 0.0) for part in parts] for row in rows], dtype=np.float64)
    whole = np.array([students[row, total] or 0.0 for row in rows])
    choices = (np.arange(2 ** len(parts))[:, None] >> np.arange(len(parts))) & 1
    sizes = choices.sum(axis=1)
    lacking = whole[:, None] - np.nan_to_num(known) @ choices.T
    is_open = np.isnan(known).astype(np.int64) @ choices.T > 0
    holds = ((np.abs(lacking) < 0.5) & ~is_open).sum(axis=0)
    fails = ((lacking < -0.5) | ((lacking > 0.5) & ~is_open)).sum(axis=0)
    is_sum = (sizes > 1) & (holds >= fails) & ((holds > 0) | is_sure)
    if not is_sum.any():
        return []
    share = np.where(is_sum, holds / np.maximum(holds + fails, 1), -1.0)
    found: list[frozenset[str]] = []
    for one in np.lexsort((holds, sizes, share))[::-1]:
        mine = frozenset(part for part, is_in in zip(parts, choices[one], strict=True) if is_in)
        is_clear = holds[one] > 0 and holds[one] >= CLEAR * fails[one]
        if not found or (is_sum[one] and is_clear and not any(mine <= old or mine >= old for old in found)):
            found.append(mine)
        if len(found) == MOST_SUMS:
            break
    return [tuple(part for part in parts if part in mine) for mine in found]


def _by_kind(*, groups: Sequence[str]) -> dict[str, list[str]]:
    kinds: dict[str, list[str]] = {}
    for group in groups:
        if group != ALL:
            kinds.setdefault(kind_of(group=group), []).append(group)
    return kinds
