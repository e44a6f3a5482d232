"""Tennessee STAR, kindergarten: the published effects and errors, through the product's own calculation."""

from __future__ import annotations

import csv
from functools import cache

import numpy as np
import pytest

from diagnostics.calc.effects.difference_in_means import difference_in_means
from tests.data import SHARED, needs_shared


@cache
def kindergarten() -> list[dict[str, str]]:
    with (SHARED / "reference" / "AER_STAR.csv").open(newline="") as file:
        return [row for row in csv.DictReader(file) if row["stark"] and row["readk"] and row["mathk"]]


def effects(**options: object) -> dict[str, tuple[float, float, int]]:
    rows = kindergarten()
    found = difference_in_means(
        outcomes=np.array([float(row["readk"]) + float(row["mathk"]) for row in rows]),
        arms=[row["stark"] for row in rows],
        comparison="regular",
        **{name: [row[str(column)] for row in rows] for name, column in options.items()},
    )
    return {
        arm: (round(one.estimate or 0, 2), round(one.standard_error or 0, 2), one.clusters_treated or 0)
        for arm, one in found.items()
    }


@needs_shared
def test_assignment_by_student_gives_the_published_effects_and_robust_errors() -> None:
    assert len(kindergarten()) == 5_786
    assert effects() == {"small": (13.90, 2.45, 0), "regular+aide": (0.31, 2.27, 0)}


@needs_shared
def test_clustering_by_school_gives_the_same_effects_and_wider_errors() -> None:
    assert effects(clusters="schoolidk") == {"small": (13.90, 4.24, 79), "regular+aide": (0.31, 3.78, 79)}


@needs_shared
def test_places_were_drawn_within_schools_so_their_effects_may_be_taken_out() -> None:
    """Stock and Watson, table 13.2: small 16.0 within schools. Another specification: another number."""
    small = effects(strata="schoolidk", clusters="schoolidk")["small"]
    assert small[0] == pytest.approx(16.0, abs=0.1)
    assert small != effects(clusters="schoolidk")["small"]
