"""No signals, no swallowed errors, no statement put together from values; one name for each calculation."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.apps import apps

from districts.models import ResultModel
from districts.pipeline.spec import Calculation, get_pipeline
from tests.architecture.source import (
    Source,
    import_breaches,
    our_files,
    silence_breaches,
    sql_breaches,
)
from tests.data import ROOT

GUARDS = {"imports": import_breaches, "silence": silence_breaches, "sql": sql_breaches}


@pytest.mark.parametrize("guard", GUARDS)
def test_our_source_keeps_to_the_convention(guard: str) -> None:
    assert [words for source in our_files() for words in GUARDS[guard](source)] == []


@pytest.mark.parametrize(
    ("guard", "path", "text"),
    [
        ("imports", "districts/x.py", "from django.dispatch import receiver"),
        ("imports", "districts/x.py", "from django.db.models.signals import post_save"),
        ("imports", "investments/calc/x.py", "from django.db import models"),
        ("imports", "investments/calc/x.py", "from investments.models import Account"),
        ("imports", "investments/views/x.py", "import numpy as np"),
        ("imports", "strategy/selectors/x.py", "from pandas import DataFrame"),
        ("silence", "districts/x.py", "try:\n    go()\nexcept Exception:\n    pass"),
        ("silence", "districts/x.py", "try:\n    go()\nexcept:\n    ..."),
        (
            "silence",
            "districts/x.py",
            "for x in y:\n    try:\n        go()\n    except BaseException:\n        continue",
        ),
        ("silence", "districts/x.py", "with contextlib.suppress(Exception):\n    go()"),
        ("sql", "districts/x.py", "cursor.execute(f'SELECT {name}')"),
        ("sql", "districts/x.py", "cursor.execute('SELECT %s' % name)"),
        ("sql", "districts/x.py", "cursor.execute('SELECT {}'.format(name))"),
        ("sql", "districts/x.py", "cursor.execute('SELECT ' + name)"),
        ("sql", "districts/x.py", "cursor.execute(', '.join(names))"),
        ("sql", "districts/x.py", "query = f'SELECT {name}'\ncursor.execute(query)"),
        ("sql", "districts/x.py", "Account.objects.raw(f'SELECT {name}')"),
        ("sql", "districts/x.py", "annotate(x=RawSQL('SELECT ' + name, []))"),
        ("sql", "investments/imports/x.py", "cursor.execute(f'SELECT {code} FROM {stage}')"),
    ],
)
def test_the_guard_catches_the_breach(guard: str, path: str, text: str) -> None:
    assert len(list(GUARDS[guard](Source(Path(path), text)))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "cursor.execute('SELECT %s', [name])",
        "cursor.execute(sql.SQL('SELECT {}').format(sql.Identifier(name)))",
        "cursor.execute(f'SELECT {COLUMNS}' ' FROM x')",
        "cursor.execute(_OPEN.format(table=sql.Identifier(name)))",
    ],
)
def test_the_guard_lets_parameters_and_identifiers_pass(text: str) -> None:
    assert list(sql_breaches(Source(Path("districts/x.py"), text))) == []


def calculation_breaches(calculation: Calculation, tests: str) -> list[str]:
    """One snake_case name: the function, its result model, its test."""
    camel = "".join(word.title() for word in calculation.name.split("_"))
    models = {model.__name__ for model in apps.get_models() if issubclass(model, ResultModel)}
    problems = []
    if getattr(calculation.recompute, "__name__", "") != calculation.name:
        problems.append("its function has another name")
    if camel not in models:
        problems.append(f"no result model {camel}")
    if not re.search(rf"\b{calculation.name}\b", tests):
        problems.append("no test names it")
    return problems


def test_every_calculation_has_one_name_everywhere() -> None:
    sources = [
        path for path in sorted((ROOT / "tests").rglob("test_*.py")) if "architecture" not in path.parts
    ]
    tests = "\n".join(path.read_text() for path in sources)
    calculations = get_pipeline().calculations
    assert {c.name: calculation_breaches(c, tests) for c in calculations} == {
        c.name: [] for c in calculations
    }
    assert len(calculations) >= 3


def test_the_guard_catches_a_calculation_of_two_names() -> None:
    stray = Calculation("student_cost", "1", ("ledger",), test_every_calculation_has_one_name_everywhere)  # type: ignore[arg-type]
    assert len(calculation_breaches(stray, "")) == 3
