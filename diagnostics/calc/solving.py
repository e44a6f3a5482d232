"""Which unknowns a set of sums determines, together; must not know what they stand for."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import qr
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

TOLERANCE = 1e-6


Name = TypeVar("Name", bound=Hashable)


def solvable(*, equations: Sequence[Mapping[Name, float]]) -> set[Name]:
    """Return the unknowns whose value follows when what each equation comes to is known.

    equations: the unknowns of each with their coefficients, a total's being the negative of its
    parts'. An unknown follows when its unit vector lies in the row space of the equations. An
    equation with an unknown found nowhere else tells nothing and is dropped first. Empty in, empty out.

    Example: a + b, b + c, a + c determine all three; a + b twice, none.
    """
    names = sorted({name for equation in equations for name in equation}, key=repr)
    place = {name: number for number, name in enumerate(names)}
    entries = [
        (row, place[name], factor)
        for row, equation in enumerate(equations)
        for name, factor in equation.items()
    ]
    return {names[column] for column in _determined_columns(entries, size=(len(equations), len(names)))}


def _determined_columns(entries: Sequence[tuple[int, int, float]], *, size: tuple[int, int]) -> list[int]:
    """Return the determined columns of a sparse matrix, each connected block by itself."""
    height, width = size
    if not entries:
        return []
    rows, columns = np.array([one[:2] for one in entries]).T
    factors = np.array([one[2] for one in entries])
    graph = coo_array((np.ones(len(entries)), (rows, columns + height)), shape=(height + width,) * 2)
    _, block_of = connected_components(graph, directed=False)
    matrix = coo_array((factors, (rows, columns)), shape=size).tocsr()
    found: list[int] = []
    for block in np.unique(block_of[:height]):
        mine = np.flatnonzero(block_of[:height] == block)
        unknowns = np.flatnonzero(block_of[height:] == block)
        found += unknowns[_determined(matrix[mine][:, unknowns].toarray())].tolist()
    return found


def _determined(part: NDArray[np.float64]) -> NDArray[np.bool_]:
    basis, triangle, _ = qr(part.T, mode="economic", pivoting=True)
    rank = int((np.abs(np.diag(triangle)) > TOLERANCE).sum())
    is_told: NDArray[np.bool_] = (basis[:, :rank] ** 2).sum(axis=1) > 1 - TOLERANCE
    return is_told
