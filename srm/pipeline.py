"""What the machine does: every file kind, every job, every calculation and what it reads.

Listed explicitly, like urls.py. Order matters: a calculation comes after those it reads.
"""

from diagnostics.recompute.returns import VERSION as RETURN_VERSION
from diagnostics.recompute.returns import initiative_return
from diagnostics.recompute.trends import VERSION as TREND_VERSION
from diagnostics.recompute.trends import trend
from districts.pipeline.spec import Calculation, Pipeline
from investments.recompute import VERSION as COST_VERSION
from investments.recompute import ledger_cost

PIPELINE = Pipeline(
    file_kinds=(),
    jobs=(),
    calculations=(
        Calculation("ledger_cost", COST_VERSION, ("ledger", "coding_rules", "initiatives"), ledger_cost),
        Calculation("trend", TREND_VERSION, ("results", "schools"), trend),
        Calculation(
            "initiative_return",
            RETURN_VERSION,
            ("initiatives", "goals", "ledger_cost", "trend"),
            initiative_return,
        ),
    ),
)
