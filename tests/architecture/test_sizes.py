"""No file over 500 lines, no function over 60, tasks of at most 10, nothing named for nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.architecture.source import Source, name_breaches, our_files, size_breaches

LONG_FUNCTION = "def work() -> None:\n" + "    print()\n" * 60
LONG_TASK = "def work() -> None:\n" + "    print()\n" * 10


def test_files_and_functions_are_short() -> None:
    assert [words for source in our_files() for words in size_breaches(source)] == []


def test_test_files_are_short() -> None:
    tests = [source for source in our_files(tests=True) if source.path.parts[0] == "tests"]
    assert [source.path for source in tests if source.text.count("\n") > 500] == []


def test_files_are_named_for_what_they_hold() -> None:
    assert [words for source in our_files(tests=True) for words in name_breaches(source)] == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("districts/x.py", "#\n" * 501),
        ("districts/x.py", LONG_FUNCTION),
        ("districts/pipeline/tasks.py", LONG_TASK),
    ],
)
def test_the_guard_catches_what_is_long(path: str, text: str) -> None:
    assert len(list(size_breaches(Source(Path(path), text)))) == 1


def test_a_docstring_does_not_make_a_function_long() -> None:
    text = 'def work() -> None:\n    """' + "words\n" * 80 + '    """\n'
    assert list(size_breaches(Source(Path("districts/x.py"), text))) == []


@pytest.mark.parametrize("path", ["districts/utils.py", "strategy/common/x.py", "investments/views_part2.py"])
def test_the_guard_catches_a_vague_name(path: str) -> None:
    assert len(list(name_breaches(Source(Path(path), "")))) == 1
