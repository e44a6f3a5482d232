"""What our Python source says, read as syntax: sizes, names, imports, statements sent to the database."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.data import ROOT

PACKAGES = ("srm", "districts", "strategy", "investments", "diagnostics")
LONGEST_FILE = 500
LONGEST_FUNCTION = 60
LONGEST_TASK = 10
VAGUE_NAMES = {"common", "utils", "util", "helpers", "helper", "misc", "base_utils", "shared"}
NUMBERS = {"numpy", "pandas", "scipy", "statsmodels", "polars"}
NOT_IN_CALC = {"django", "psycopg", "celery", "redis", "requests", "os", "pathlib", "time"}
# Names that stand in statements of imports: the stage's own name, and the names and types of its columns,
# all written in a file kind's class.
STAGE_NAMES = {"stage", "columns", "types"}
SENDS_SQL = {"execute", "executemany", "copy", "copy_expert", "raw", "extra", "RawSQL", "RunSQL"}


@dataclass(frozen=True)
class Source:
    """One file: its path from the root, its text and its syntax tree."""

    path: Path
    text: str

    @property
    def tree(self) -> ast.Module:
        """The file as syntax."""
        return ast.parse(self.text)

    @property
    def layer(self) -> str:
        """The name of the anatomy a file belongs to: the first part below its app."""
        return self.path.parts[1].removesuffix(".py") if len(self.path.parts) > 1 else ""


def our_files(*, tests: bool = False) -> list[Source]:
    """Return every Python file of the product, and of the tests when asked."""
    folders = [*PACKAGES, *(["tests"] if tests else [])]
    paths = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return [Source(path.relative_to(ROOT), path.read_text()) for path in paths]


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield every function and method."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return how many lines a function takes, its docstring and decorators aside."""
    first = node.body[0]
    has_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    docstring = (first.end_lineno or 0) - first.lineno + 1 if has_docstring else 0
    return (node.end_lineno or 0) - node.lineno + 1 - docstring


def imported(tree: ast.AST) -> Iterator[str]:
    """Yield the full name of everything imported."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{name.name}" for name in node.names)


def size_breaches(source: Source) -> Iterator[str]:
    """Files over 500 lines, functions over 60, tasks over 10."""
    if "migrations" in source.path.parts:
        return
    lines = source.text.count("\n")
    if lines > LONGEST_FILE:
        yield f"{source.path} has {lines} lines"
    limit = LONGEST_TASK if source.path.name == "tasks.py" else LONGEST_FUNCTION
    for node in functions(source.tree):
        if length(node) > limit:
            yield f"{source.path}: {node.name} takes {length(node)} lines"


def name_breaches(source: Source) -> Iterator[str]:
    """Folders and files named for nothing."""
    for part in source.path.with_suffix("").parts:
        if part in VAGUE_NAMES or re.search(r"_?part_?\d+$", part):
            yield f"{source.path} is named for nothing: {part}"


def import_breaches(source: Source) -> Iterator[str]:
    """Signals anywhere; Django or the world in calc; numbers outside calc, imports and recompute."""
    names = list(imported(source.tree))
    for name in names:
        top = name.split(".")[0]
        if name.startswith(("django.dispatch", "django.db.models.signals", "django.db.backends.signals")):
            yield f"{source.path} uses a signal: {name}"
        if "calc" in source.path.parts and (top in NOT_IN_CALC or name.startswith(PACKAGES_WITH_TABLES)):
            yield f"{source.path}: calc must not import {name}"
        is_landing = source.path.parts[:2] == ("districts", "landing")
        if top in NUMBERS and not is_landing and source.layer not in ("calc", "imports", "recompute"):
            yield f"{source.path}: {top} belongs in calc, imports and recompute"


PACKAGES_WITH_TABLES = tuple(
    f"{package}.{layer}" for package in PACKAGES for layer in ("models", "services", "views")
)


def silence_breaches(source: Source) -> Iterator[str]:
    """`except Exception: pass` and its like."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ExceptHandler):
            kind = ast.unparse(node.type) if node.type else "everything"
            is_wide = kind in ("everything", "Exception", "BaseException")
            if is_wide and all(
                isinstance(line, ast.Pass | ast.Continue) or _is_ellipsis(line) for line in node.body
            ):
                yield f"{source.path}:{node.lineno} swallows {kind}"
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("suppress"):
            named = {ast.unparse(argument) for argument in node.args}
            yield from (
                f"{source.path}:{node.lineno} suppresses {n}" for n in named & {"Exception", "BaseException"}
            )


def _is_ellipsis(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def sql_breaches(source: Source) -> Iterator[str]:
    """Statements put together from values: parameters, `psycopg.sql` and constants are how it is done."""
    tree = source.tree
    is_import = source.layer == "imports" or source.path.name == "stage.py"
    constants = STAGE_NAMES if is_import else set()
    made: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            made.setdefault(node.targets[0].id, []).append(node.value)
    for _ in made:  # a name may stand for text that holds another such name
        constants = constants | {
            name
            for name, values in made.items()
            if all(_is_written_out(value, constants) for value in values)
        }
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and node.args):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func)
        if called in SENDS_SQL:
            first = node.args[0]
            looked_at = made.get(first.id, []) if isinstance(first, ast.Name) else [first]
            for value in looked_at:
                if _is_put_together(value, constants):
                    yield f"{source.path}:{node.lineno} sends {ast.unparse(value)[:80]}"


def _is_written_out(node: ast.expr, constants: set[str]) -> bool:
    """Say whether a name stands for text written in the source, constants of the module included."""
    is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return is_text or (isinstance(node, ast.JoinedStr) and not _is_put_together(node, constants))


def _is_put_together(node: ast.expr, constants: set[str]) -> bool:
    """Say whether a statement holds anything but constants: an f-string, %, + or str.format of a value."""
    if isinstance(node, ast.JoinedStr):
        parts = [part.value for part in node.values if isinstance(part, ast.FormattedValue)]
        return any(not _is_constant(part) and ast.unparse(part) not in constants for part in parts)
    if isinstance(node, ast.BinOp):
        sides = (node.left, node.right)
        is_text = all(
            isinstance(side, ast.Constant | ast.JoinedStr | ast.BinOp) or _is_constant(side) for side in sides
        )
        return not is_text or any(_is_put_together(side, constants) for side in sides)
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return False
    if node.func.attr == "format":
        composed = ast.unparse(node.func.value)
        is_named = isinstance(node.func.value, ast.Name | ast.Attribute) and _is_constant(node.func.value)
        return not is_named and not composed.startswith(("sql.SQL(", "SQL("))
    return node.func.attr == "join" and isinstance(node.func.value, ast.Constant)


def _is_constant(node: ast.expr) -> bool:
    """Say whether an expression holds only names written as constants are; `_OPEN` is one made with sql.SQL."""
    if isinstance(node, ast.Name | ast.Attribute):
        name = node.attr if isinstance(node, ast.Attribute) else node.id
        return bool(re.fullmatch(r"_?[A-Z][A-Z0-9_]*", name))
    if isinstance(node, ast.Call):
        is_of_constant = isinstance(node.func, ast.Attribute) and _is_constant(node.func.value)
        return is_of_constant and all(map(_is_constant, node.args))
    if isinstance(node, ast.BinOp):
        return _is_constant(node.left) and _is_constant(node.right)
    return isinstance(node, ast.Constant)
