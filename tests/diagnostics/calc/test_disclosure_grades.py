"""Grades of groups of schools stay hidden from an adversary who adds along all three; it is written apart."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagnostics.calc import disclosure
from diagnostics.calc.additions import Key, cohort, group_and_grade
from diagnostics.calc.disclosure import protect_district
from diagnostics.calc.pooling import YearValue

MINIMUM = 10
RACES = ("Asian", "Black", "White")
GRADES = ("3", "4", "5")
Where = tuple[str | None, str, str]
Counts = dict[Where, tuple[int, int]]


def value(counted: int, students: int) -> YearValue:
    rate = 100 * counted / students if students else None
    return YearValue(year=2024, value=rate, numerator=float(counted), students=float(students))


def filled(atoms: Counts) -> Counts:
    """Add every sum: a school's groups, its grades, and the district's."""
    cells: Counts = {}
    for (school, race, grade), (counted, students) in atoms.items():
        for where in ((s, r, g) for s in (school, None) for r in (race, "all") for g in (grade, "all")):
            before = cells.get(where, (0, 0))
            cells[where] = (before[0] + counted, before[1] + students)
    return cells


def shown_of(cells: Counts, hidden: set[Where] | frozenset[Where] = frozenset()) -> dict[Where, YearValue]:
    """Return what the product shows of a table, some of which its source hides."""
    given: dict[Key, YearValue] = {
        (school, cohort(group=race, grade=grade)): (
            YearValue(year=2024, value=None, is_suppressed=True)
            if (school, race, grade) in hidden
            else value(*one)
        )
        for (school, race, grade), one in cells.items()
    }
    found = protect_district(cells=given, unit="percent", minimum=MINIMUM)
    return {(str(s) if s else None, *group_and_grade(name=name)): one for (s, name), one in found.items()}


def sums_of(cells: Counts) -> list[tuple[Where, list[Where]]]:
    """Return every total with its parts, over schools, over races and over grades."""
    found: list[tuple[Where, list[Where]]] = []
    for school, race, grade in cells:
        if school is None:
            found.append(((school, race, grade), [w for w in cells if w[0] and w[1:] == (race, grade)]))
        if race == "all":
            parts = [w for w in cells if w[1] != "all" and (w[0], w[2]) == (school, grade)]
            found.append(((school, race, grade), parts))
        if grade == "all":
            found.append(
                ((school, race, grade), [w for w in cells if w[2] != "all" and w[:2] == (school, race)])
            )
    return [(total, parts) for total, parts in found if parts]


def leaks(cells: Counts, hidden: set[Where] | frozenset[Where] = frozenset()) -> set[Where]:
    """Return small groups that are shown, follow from all sums, or are what a total leaves over."""
    shown = shown_of(cells, hidden)
    secret = {w for w, (_, n) in cells.items() if 0 < n < MINIMUM} | set(hidden)
    unknown = [w for w in cells if shown[w].is_suppressed and (cells[w][1] or w in hidden)]
    place = {w: number for number, w in enumerate(unknown)}
    found = {w for w in secret if shown[w].value is not None}
    matrix = np.zeros((len(sums_of(cells)), len(unknown)))
    for row, (total, parts) in enumerate(sums_of(cells)):
        for w in parts:
            if w in place:
                matrix[row, place[w]] = 1
        if total in place:
            matrix[row, place[total]] = -1
        seen = [w for w in parts if not shown[w].is_suppressed]
        left = cells[total][1] - sum(cells[w][1] for w in seen)
        if not shown[total].is_suppressed and seen and 0 < left < MINIMUM:
            found.add(total)
    if unknown:
        certain = np.diag(np.linalg.pinv(matrix) @ matrix)
        found |= {w for w, at in place.items() if certain[at] > 1 - 1e-6 and w in secret and cells[w][1]}
    return found


@st.composite
def tables(draw: st.DrawFn) -> tuple[Counts, set[Where]]:
    """Draw atoms of school, race and grade, all their sums, and what the source hides."""
    atoms: Counts = {}
    for school in [f"S{n}" for n in range(draw(st.integers(2, 4)))]:
        for race in RACES:
            for grade in GRADES:
                students = draw(st.integers(0, 40))
                atoms[(school, race, grade)] = (draw(st.integers(0, students)), students)
    cells = filled(atoms)
    schools = sorted(w for w in cells if w[0])
    return cells, draw(st.sets(st.sampled_from(schools), max_size=3))


@settings(max_examples=150, deadline=None)
@given(drawn=tables())
def test_no_small_group_of_a_grade_follows_from_schools_groups_and_grades(
    drawn: tuple[Counts, set[Where]],
) -> None:
    assert leaks(*drawn) == set()


BOTH_WAYS = filled(
    {
        ("A", "Asian", "3"): (3, 8),
        ("A", "Asian", "4"): (20, 60),
        ("A", "White", "3"): (20, 50),
        ("A", "White", "4"): (20, 70),
        ("B", "Asian", "3"): (20, 40),
        ("B", "Asian", "4"): (20, 45),
        ("B", "White", "3"): (20, 55),
        ("B", "White", "4"): (20, 65),
    }
)


def test_one_small_grade_takes_others_with_it_along_grade_group_and_school() -> None:
    shown = shown_of(BOTH_WAYS)
    gone = {where for where, one in shown.items() if one.is_suppressed}
    assert ("A", "Asian", "3") in gone
    assert ("A", "Asian", "4") in gone, "a school's grades add up to all of its group"
    assert any(w[:1] + w[2:] == ("A", "3") and w[1] == "White" for w in gone), "its groups to the grade"
    assert not any(grade == "all" for _, _, grade in gone), "what is of all grades stays"
    assert leaks(BOTH_WAYS) == set()


def test_the_adversary_sees_a_leak_where_grades_are_protected_each_by_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(disclosure, "find_lines", _lines_of_single_grades)
    assert leaks(BOTH_WAYS)


def _lines_of_single_grades(**given: object) -> list[object]:
    from diagnostics.calc.additions import find_lines

    lines = find_lines(**given)  # type: ignore[arg-type]
    return [
        line
        for line in lines
        if len({group_and_grade(name=name)[1] for _, name in (line.total, *line.parts)}) == 1
    ]


def test_a_hidden_grade_of_a_school_hides_its_groups_and_a_hidden_group_its_grades() -> None:
    cells = filled(
        {
            (s, r, g): (10, 30 if s != "A" or g != "3" else 4)
            for s in ("A", "B", "C")
            for r in RACES[:2]
            for g in GRADES
        }
    )
    cells = {w: (min(one), one[1]) for w, one in cells.items()}
    shown = shown_of(cells, {("A", "all", "4"), ("B", "Asian", "all")})
    assert all(shown[("A", race, "4")].is_suppressed for race in RACES[:2])
    assert all(shown[("B", "Asian", grade)].is_suppressed for grade in GRADES)


def test_a_table_without_grades_is_protected_as_before() -> None:
    cells = {w: one for w, one in BOTH_WAYS.items() if w[2] == "all"}
    assert not any(one.is_suppressed for one in shown_of(cells).values())


def test_a_district_without_a_row_of_its_own_is_pooled_by_grade() -> None:
    cells = {w: one for w, one in BOTH_WAYS.items() if w[0]}
    assert shown_of(cells)[(None, "White", "4")].value == round(100 * 40 / 135, 1)
