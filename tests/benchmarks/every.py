"""Every benchmark by name, in the order they run."""

from __future__ import annotations

from collections.abc import Callable

from tests.benchmarks.bed import Bed
from tests.benchmarks.bench_cost import bench_cost
from tests.benchmarks.bench_import import bench_import
from tests.benchmarks.bench_isolation import bench_isolation
from tests.benchmarks.bench_pages import bench_pages
from tests.benchmarks.bench_trends import bench_trends
from tests.benchmarks.bench_visible import bench_visible
from tests.benchmarks.table import Row

BENCHMARKS: dict[str, Callable[[Bed], list[Row]]] = {
    "import": bench_import,
    "visible": bench_visible,
    "cost": bench_cost,
    "trends": bench_trends,
    "pages": bench_pages,
    "isolation": bench_isolation,
}
