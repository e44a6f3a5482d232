"""Small groups stay hidden from an adversary who adds and subtracts; the adversary is written apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagnostics.calc import disclosure
from diagnostics.calc.additions import find_lines
from diagnostics.calc.disclosure import Pool, cut, pool_shown, protect, protect_district
from diagnostics.calc.pooling import YearValue, pool_years

MINIMUM = 10
KINDS = {"gender": ("Female", "Male"), "race": ("Asian", "Black", "Filipino", "White")}
Key = tuple[str | None, str]
Table = dict[Key, YearValue]


def value(counted: float, students: float) -> YearValue:
    rate = 100 * counted / students if students else None
    return YearValue(year=2024, value=rate, numerator=counted, students=students)


def table(schools: Mapping[str, Mapping[str, tuple[int, int]]]) -> Table:
    """Make a table of schools whose groups add up to `all`, with the district's sums."""
    cells: Table = {}
    for school, groups in schools.items():
        for group, (counted, students) in groups.items():
            cells[(school, group)] = value(counted, students)
    for group in {group for _, group in cells}:
        (cells[(None, group)],) = pool_years(
            values=[one for (_, name), one in cells.items() if name == group], unit="percent"
        )
    return cells


def school_of(**groups: tuple[int, int]) -> dict[str, tuple[int, int]]:
    """Make one school of races; `all` is their sum."""
    return {**groups, "all": (sum(x for x, _ in groups.values()), sum(n for _, n in groups.values()))}


def told(cells: Table, shown: Table, hidden: set[Key] | frozenset[Key]) -> set[Key]:
    """Return the secrets an adversary computes from sums over true groups and schools, by least squares.

    What is hidden only to cover a secret may be computed.
    """
    unknown = [
        key for key, one in shown.items() if one.is_suppressed and (cells[key].students or key in hidden)
    ]
    place = {key: number for number, key in enumerate(unknown)}
    sums = []
    schools = {school for school, _ in cells}
    for school in schools:
        sums += [((school, "all"), [(school, group) for group in groups]) for groups in KINDS.values()]
    for group in {group for _, group in cells}:
        sums += [((None, group), [(school, group) for school in schools if school is not None])]
    rows = []
    for total, parts in sums:
        # A total that is nowhere, or not of all the parts, tells nothing.
        whole = cells[total].students if total in cells else None
        if (
            whole is None
            or abs(whole - sum(cells[part].students or 0 for part in parts if part in cells)) > 0.5
        ):
            continue
        row = np.zeros(len(unknown))
        for key in parts:
            if key in place:
                row[place[key]] = 1
        if total in place:
            row[place[total]] = -1
        rows.append(row)
    matrix = np.array(rows).reshape(len(rows), len(unknown))
    certain = np.diag(np.linalg.pinv(matrix) @ matrix) if unknown else np.array([])
    found = {key for key, share in zip(unknown, certain, strict=True) if share > 1 - 1e-6}
    return {key for key in found if cells[key].students and (key in hidden or cells[key].students < MINIMUM)}


def small_remainders(cells: Table, shown: Table) -> list[tuple[Key, float]]:
    """Return the groups of fewer students than the minimum that a total less what is shown tells."""
    found = []
    schools = {school for school, _ in cells}
    lines = [((s, "all"), [(s, g) for g in groups]) for s in schools for groups in KINDS.values()]
    lines += [((s, "all"), [(s, g)]) for s, g in cells if g != "all"]
    lines += [((None, g), [(s, g) for s in schools if s]) for g in {g for _, g in cells}]
    for total, parts in lines:
        seen = [part for part in parts if part in shown and not shown[part].is_suppressed]
        if total not in shown or shown[total].is_suppressed or not seen:
            continue
        left = (cells[total].students or 0) - sum(cells[part].students or 0 for part in seen)
        if 0.5 < left < MINIMUM:
            found.append((total, left))
    return found


COUNT = st.integers(0, 45)


@st.composite
def tables(draw: st.DrawFn) -> tuple[Table, set[Key]]:
    """Draw a table that adds up, and the values its source hides."""
    schools: dict[str, dict[str, tuple[int, int]]] = {}
    for number in range(draw(st.integers(2, 6))):
        races = {race: draw(COUNT) for race in KINDS["race"]}
        students = sum(races.values())
        female = draw(st.integers(0, students))
        sizes = {**races, "Female": female, "Male": students - female, "all": students}
        counted = {race: draw(st.integers(0, size)) for race, size in races.items()}
        every = sum(counted.values())
        low = max(0, every - (students - female))
        women = draw(st.integers(low, min(every, female)))
        counted |= {"Female": women, "Male": every - women, "all": every}
        schools[f"S{number}"] = {group: (counted[group], size) for group, size in sizes.items()}
    cells = table(schools)
    return cells, draw(st.sets(st.sampled_from(sorted(key for key in cells if key[0])), max_size=4))


def is_safe(cells: Table, hidden: set[Key] | frozenset[Key] = frozenset()) -> bool:
    """Say whether an adversary who knows the sums learns nothing that is hidden."""
    hide = YearValue(year=2024, value=None, is_suppressed=True)
    given = {key: hide if key in hidden else one for key, one in cells.items()}
    shown = protect(cells=given, unit="percent", minimum=MINIMUM)
    small = {key for key, one in cells.items() if 0 < (one.students or 0) < MINIMUM}
    is_shown = any(shown[key].value is not None for key in small)
    return not is_shown and not told(cells, shown, hidden) and not small_remainders(cells, shown)


@settings(max_examples=300, deadline=None)
@given(drawn=tables())
def test_no_hidden_value_and_no_small_group_follows_from_what_is_shown(drawn: tuple[Table, set[Key]]) -> None:
    assert is_safe(*drawn)


BRIDGE = {
    "A": school_of(Asian=(2, 6), Black=(3, 7), Filipino=(20, 50), White=(20, 51)),
    "B": school_of(Asian=(3, 8), Black=(2, 6), Filipino=(3, 7), White=(21, 52)),
    "C": school_of(Asian=(22, 53), Black=(23, 54), Filipino=(2, 6), White=(3, 8)),
    "D": school_of(Asian=(24, 55), Black=(25, 56), Filipino=(4, 9), White=(2, 7)),
}
ALONE = {
    "A": school_of(Asian=(2, 6), Black=(20, 50), White=(20, 51)),
    "B": school_of(Asian=(10, 40), Black=(20, 50), White=(20, 51)),
}


def test_two_hidden_in_every_line_can_still_be_told_together() -> None:
    """A + B of Asian and Black are known by the columns, so Filipino in B is what is left of the rows."""
    assert is_safe(table(BRIDGE))


@pytest.mark.parametrize(
    ("name", "broken", "schools"),
    [
        ("_exposed", lambda *args, **kwargs: None, ALONE),
        ("_solved", lambda **kwargs: set(), BRIDGE),
        ("_is_small", lambda **kwargs: False, {"A": {"Asian": (3, 6)}, "B": {"Asian": (20, 50)}}),
    ],
)
def test_each_step_is_needed(
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    broken: Callable[..., object],
    schools: Mapping[str, Mapping[str, tuple[int, int]]],
) -> None:
    assert is_safe(table(schools))
    monkeypatch.setattr(disclosure, name, broken)
    if name == "_exposed":
        monkeypatch.setattr(disclosure, "_solved", lambda **kwargs: set())
    assert not is_safe(table(schools))


def test_a_single_hidden_group_takes_the_next_smallest_with_it() -> None:
    cells = table(
        {"A": school_of(Asian=(20, 60), Filipino=(3, 8), White=(10, 32)), "B": school_of(Asian=(9, 30))}
    )
    shown = protect(cells=cells, unit="percent", minimum=MINIMUM)
    assert [group for (school, group), one in shown.items() if school == "A" and one.is_suppressed] == [
        "Filipino",
        "White",
    ]
    assert shown[("A", "Asian")].value == 33.3


def test_a_group_whose_complement_is_small_is_hidden() -> None:
    cells = {("A", "all"): value(30, 100), ("A", "English learners"): value(28, 95)}
    shown = protect(cells=cells, unit="percent", minimum=MINIMUM)
    assert shown[("A", "English learners")].is_suppressed
    assert shown[("A", "all")].value == 30.0


def test_a_larger_group_of_the_same_kind_is_a_total_too() -> None:
    """K-8 = K + 1-3 + 4-6: a hidden K takes a second grade span with it."""
    schools = {
        name: {
            "all": (60, 250 + k),
            "K-8": (40, 150 + k),
            "K": (3, k),
            "1-3": (17, 70),
            "4-6": (20, 80),
            "9-12": (20, 100),
        }
        for name, k in (("A", 8), ("B", 40), ("C", 50), ("D", 9))
    }
    shown = protect(cells=table(schools), unit="percent", minimum=MINIMUM)
    assert {group for (school, group), one in shown.items() if school == "A" and one.is_suppressed} == {
        "K",
        "1-3",
    }


def test_a_school_that_is_hidden_shows_none_of_its_groups() -> None:
    cells: Table = {
        ("A", "all"): YearValue(year=2024, value=None, is_suppressed=True),
        ("A", "Asian"): value(5, 20),
    }
    assert protect(cells=cells, unit="percent", minimum=MINIMUM)[("A", "Asian")].is_suppressed


@pytest.mark.parametrize(
    ("students", "percent"),
    [(10, 20), (19, 20), (20, 10), (39, 10), (40, 5), (100, 2), (200, 1), (5, 50), (2000, 0.1)],
)
def test_a_cut_leaves_open_whether_it_is_nobody_or_one(students: float, percent: float) -> None:
    assert cut(students=students) == percent
    assert percent * students / 100 >= 2


@pytest.mark.parametrize(
    ("counted", "students", "shown", "bound"),
    [
        (0, 40, 5.0, "under"),
        (1, 40, 5.0, "under"),
        (2, 40, 5.0, ""),
        (40, 40, 95.0, "over"),
        (13, 39, 33.3, ""),
    ],
)
def test_rates_are_coded_at_the_ends_and_rounded(
    counted: int, students: int, shown: float, bound: str
) -> None:
    found = protect(cells={("A", "all"): value(counted, students)}, unit="percent", minimum=MINIMUM)[
        ("A", "all")
    ]
    assert (found.value, found.bound) == (shown, bound)


def test_a_coded_rate_cannot_be_computed_from_its_school() -> None:
    """12 of 60 less 12 of 30 girls would say that no boy was counted: neither is shown."""
    cells = {("A", "all"): value(12, 60), ("A", "Female"): value(12, 30), ("A", "Male"): value(0, 30)}
    shown = protect(cells=cells, unit="percent", minimum=MINIMUM)
    assert [one.is_suppressed for one in shown.values()] == [False, True, True]


def test_a_count_is_its_own_number_of_students() -> None:
    def count(number: int) -> YearValue:
        return YearValue(year=2024, value=number, students=500)

    cells = {("A", "all"): count(9), ("B", "all"): count(11), ("C", "all"): count(0)}
    shown = protect(cells=cells, unit="count", minimum=MINIMUM)
    assert [shown[(name, "all")].value for name in "ABC"] == [None, 11, 0]


def test_a_rate_without_a_number_of_students_needs_a_voucher() -> None:
    bare = YearValue(year=2024, value=31.25)
    assert protect(cells={("A", "all"): bare}, unit="percent", minimum=MINIMUM)[("A", "all")].is_suppressed
    vouched = replace(bare, is_vouched=True)
    assert protect(cells={("A", "all"): vouched}, unit="percent", minimum=MINIMUM)[("A", "all")].value == 31.2


def test_a_minimum_raised_later_hides_more_of_what_was_kept() -> None:
    cells = table({"A": {"all": (10, 30)}, "B": {"all": (20, 100)}, "C": {"all": (10, 40)}})
    kept = protect(cells=cells, unit="percent", minimum=MINIMUM)
    assert not any(one.is_suppressed for one in kept.values())
    assert protect(cells=kept, unit="percent", minimum=MINIMUM) == kept
    raised = protect(cells=kept, unit="percent", minimum=35)
    assert {key for key, one in raised.items() if one.is_suppressed} == {("A", "all"), ("C", "all")}


def pooled(**series: list[YearValue]) -> tuple[list[float | None], int]:
    pool = pool_shown(series=dict(series.items()), unit="percent")
    return [one.value for one in pool.values], pool.schools


def at(year: int, counted: float, students: float) -> YearValue:
    return replace(value(counted, students), year=year)


def test_a_coded_school_is_left_out_of_a_pool() -> None:
    coded = protect(
        cells={("A", "all"): value(0, 12), ("B", "all"): value(20, 50)}, unit="percent", minimum=MINIMUM
    )
    assert pooled(A=[coded[("A", "all")]], B=[coded[("B", "all")]]) == ([40.0], 1)
    assert pooled(A=[coded[("A", "all")]]) == ([20.0], 1)
    assert pooled(A=[value(10, 50)], B=[value(20, 50)]) == ([30.0], 2)


def test_a_pool_too_large_to_tell_a_coded_school_holds_it() -> None:
    """1 of 60 among 20,060: one decimal is 10 students either way."""
    cells = {("A", "all"): value(1, 60), ("B", "all"): value(5000, 20_000)}
    shown = protect(cells=cells, unit="percent", minimum=MINIMUM)
    assert shown[("A", "all")].bound == "under"
    assert pooled(A=[shown[("A", "all")]], B=[shown[("B", "all")]]) == ([24.9], 2)
    tight = protect(cells=cells | {("B", "all"): value(500, 2_000)}, unit="percent", minimum=MINIMUM)
    assert pooled(A=[tight[("A", "all")]], B=[tight[("B", "all")]]) == ([25.0], 1)


def test_a_district_s_rate_counts_as_known_on_one_side_of_its_rounding() -> None:
    """A target tells the side: 15,120 students at one decimal are 4 either way, less than the 6 left open."""

    def hidden(students: int) -> set[str]:
        cells = {("A", "all"): value(0, 60), ("B", "all"): value(students // 5, students)}
        cells |= {("C", "all"): value(0, 60), (None, "all"): value(students // 5, students + 120)}
        shown = protect(cells=cells, unit="percent", minimum=MINIMUM)
        return {str(school) for (school, _), one in shown.items() if one.is_suppressed}

    assert hidden(30_000) == set()
    assert hidden(15_000) == {"A", "B"}


def test_a_school_that_becomes_hidden_is_no_change() -> None:
    hidden = YearValue(year=2024, value=None, is_suppressed=True)
    found = pooled(A=[at(2023, 10, 50), at(2024, 10, 50)], B=[at(2023, 30, 50), hidden])
    assert found == ([20.0, 20.0], 1)
    assert pooled(A=[at(2023, 10, 50)], B=[at(2023, 30, 50), at(2024, 30, 50)]) == ([60.0, 60.0], 1)
    assert pooled(A=[at(2023, 10, 50), at(2024, 10, 50)], B=[at(2024, 30, 50)]) == ([None, 40.0], 2)
    pool = pool_shown(series={"A": [hidden], "B": [hidden]}, unit="percent")
    assert ([one.is_suppressed for one in pool.values], pool.schools) == ([True], 0)


def test_a_count_that_lacks_a_hidden_school_is_no_count_of_the_district() -> None:
    cells: Table = {
        ("A", "all"): YearValue(year=2024, value=40.0),
        ("B", "all"): YearValue(year=2024, value=200.0),
        ("C", "all"): YearValue(year=2024, value=None, is_suppressed=True),
    }
    shown = protect_district(cells=cells, unit="count", minimum=MINIMUM)
    assert (shown[(None, "all")].value, shown[(None, "all")].is_suppressed) == (None, True)
    assert shown[("A", "all")].value == 40.0


def test_a_withheld_group_of_the_district_does_not_follow_from_its_others() -> None:
    cells = {
        ("A", "all"): value(30, 100),
        ("A", "Female"): value(14, 45),
        ("A", "Male"): value(11, 40),
        ("A", "Nonbinary"): value(5, 15),
        ("B", "all"): value(30, 100),
        ("B", "Female"): value(15, 50),
        ("B", "Male"): value(15, 50),
    }
    shown = protect_district(cells=cells, unit="percent", minimum=MINIMUM)
    hidden = [group for group in ("Female", "Male", "Nonbinary") if shown[(None, group)].is_suppressed]
    assert "Nonbinary" in hidden
    assert len(hidden) > 1


def test_nothing_in_nothing_out() -> None:
    assert protect(cells={}, unit="percent", minimum=MINIMUM) == {}
    assert pool_shown(series={}, unit="percent") == Pool(values=())


def test_groups_too_many_to_try_hide_together() -> None:
    many = {f"Code {number}": (10, 40) for number in range(14)}
    cells = table({"A": {**many, "Code 3": (2, 5), "all": (100, 400)}, "B": {**many, "all": (100, 400)}})
    shown = protect(cells=cells, unit="percent", minimum=MINIMUM)
    assert all(shown[("A", name)].is_suppressed for name in many)
    assert shown[("A", "all")].value == 25.0


def district(*schools: YearValue) -> YearValue:
    cells = {(f"S{number}", "all"): one for number, one in enumerate(schools)}
    return protect_district(cells=cells, unit="percent", minimum=MINIMUM)[(None, "all")]


def test_the_district_pools_its_schools_by_students() -> None:
    assert district(value(10, 40), value(30, 60)).value == 40.0


def test_a_district_of_one_known_school_is_hidden() -> None:
    hidden = YearValue(year=2024, value=None, is_suppressed=True)
    for found in (district(value(10, 40)), district(value(10, 40), hidden), district(hidden)):
        assert (found.value, found.students, found.is_suppressed) == (None, None, True)


def test_a_small_school_counts_in_the_district_and_takes_another_with_it() -> None:
    cells = {("A", "all"): value(10, 40), ("B", "all"): value(30, 60), ("C", "all"): value(3, 4)}
    shown = protect_district(cells=cells, unit="percent", minimum=MINIMUM)
    assert [one.value for one in shown.values()] == [None, 50.0, None, 41.3]


def test_two_small_schools_alone_are_hidden_until_they_are_enough() -> None:
    assert district(value(1, 4), value(1, 4)).value is None
    assert district(value(4, 8), value(2, 8)).value == 37.5


def test_a_group_of_one_school_is_shown_there_and_not_as_the_districts() -> None:
    cells = {("A", "all"): value(20, 60), ("B", "all"): value(30, 70), ("A", "Tongan"): value(10, 30)}
    shown = protect_district(cells=cells, unit="percent", minimum=MINIMUM)
    assert (shown[("A", "Tongan")].value, shown[(None, "Tongan")].value) == (33.3, None)


def vouched(rate: float, numerator: float | None = None) -> YearValue:
    return YearValue(year=2024, value=rate, numerator=numerator, is_vouched=True)


def test_a_vouched_rate_is_coded_by_the_cut_of_the_fewest_students_and_made_students_count() -> None:
    cells: Table = {
        ("A", "all"): vouched(0.0),
        ("B", "all"): vouched(100.0),
        ("C", "all"): vouched(37.5, numerator=3),
        ("D", "all"): vouched(37.5, numerator=30),
        ("E", "all"): vouched(37.54),
    }
    shown = protect(cells=cells, unit="percent", minimum=10)
    found = {str(key[0]): (one.value, one.bound, one.is_suppressed) for key, one in shown.items()}
    assert found == {
        "A": (20.0, "under", False),
        "B": (80.0, "over", False),
        "C": (None, "", True),
        "D": (37.5, "", False),
        "E": (37.5, "", False),
    }
    assert protect(cells=shown, unit="percent", minimum=10) == shown


def test_two_pairs_of_one_kind_are_two_lines() -> None:
    """S1's 5 of 8 who learn no English are the 12 of 60 less those who do, whatever other pair there is."""
    whole = {"S1": (12, 60), "S2": (30, 100), "S3": (80, 200)}
    fluent = {"S1": (5, 8), "S2": (13, 40), "S3": (71, 170)}
    disabled = {"S1": (7, 20), "S2": (11, 30), "S3": (21, 50)}
    cells = table(
        {
            school: {
                "all": (counted, students),
                "Not English learners": fluent[school],
                "English learners": (counted - fluent[school][0], students - fluent[school][1]),
                "Students with disabilities": disabled[school],
                "Students without disabilities": (
                    counted - disabled[school][0],
                    students - disabled[school][1],
                ),
            }
            for school, (counted, students) in whole.items()
        }
    )
    lines = find_lines(students={key: one.students for key, one in cells.items()})
    pairs = {frozenset(group for _, group in line.parts) for line in lines if line.total == ("S1", "all")}
    assert frozenset({"English learners", "Not English learners"}) in pairs
    assert frozenset({"Students with disabilities", "Students without disabilities"}) in pairs
    shown = protect(cells=cells, unit="percent", minimum=MINIMUM)
    for school in whole:
        mine = [
            shown[(school, group)].is_suppressed for group in ("English learners", "Not English learners")
        ]
        assert mine in ([True, True], [False, False])
