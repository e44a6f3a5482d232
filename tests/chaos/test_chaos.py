"""Faults while people edit and files land: no acknowledged write lost, every result that of a fresh recompute.

Seeded: the failing run's seed and faults are in its message, and SRM_CHAOS_SEED replays it.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from srm import embedded
from tests.chaos.world import (
    FAULTS,
    kill_once_marks_are_gone,
    open_servers,
    open_world,
    plan_faults,
    run_chaos,
)
from tests.data import sized

PATIENCE = 30.0


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("chaos")


@pytest.fixture(scope="module")
def servers(folder: Path) -> Iterator[embedded.Servers]:
    with open_servers(folder=folder) as opened:
        yield opened


def test_faults_lose_nothing_and_leave_every_result_right(servers: embedded.Servers, folder: Path) -> None:
    seed = int(os.environ.get("SRM_CHAOS_SEED") or random.randrange(10**6))
    count = sized(usual=12, full=60)
    faults = plan_faults(count=count - 1, seed=seed)
    with open_world(servers=servers, folder=folder, name="real") as world:
        found = run_chaos(world, faults=faults, seed=seed, patience=PATIENCE)
    words = f"SRM_CHAOS_SEED={seed}, faults {faults}: {found}"
    assert found["lost"] == [], words
    assert found["wrong"] == [], words
    assert found["left"] == 0, words
    assert found["drained_in"] < PATIENCE, words
    assert min(found["by_edit"].values()) > count, words
    assert found["result_rows"] > 50, words
    assert set(faults) == set(FAULTS)


def test_a_kill_once_the_marks_are_gone_loses_nothing(servers: embedded.Servers, folder: Path) -> None:
    with open_world(servers=servers, folder=folder, name="gone") as world:
        found = kill_once_marks_are_gone(world, patience=PATIENCE)
    assert (found["acknowledged"], found["left"], found["lost"], found["wrong"]) == (2, 0, [], [])


def test_an_engine_that_deletes_marks_before_computing_is_noticed(
    servers: embedded.Servers, folder: Path
) -> None:
    with open_world(servers=servers, folder=folder, name="forgetful", mutant="deletes marks first") as world:
        found = kill_once_marks_are_gone(world, patience=PATIENCE)
    assert [words for words in found["wrong"] if "LedgerCost" in words], found


def test_hints_without_a_sweep_are_noticed(servers: embedded.Servers, folder: Path) -> None:
    with open_world(servers=servers, folder=folder, name="no-sweep", beat=False) as world:
        found = run_chaos(world, faults=[], seed=2, patience=5)
    assert found["left"] > 0, found
