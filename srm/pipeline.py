"""What the machine does: every file kind, every job, every calculation and what it reads.

Listed explicitly, like urls.py. Order matters: a calculation comes after those it reads.
"""

from diagnostics.imports.check_ins import CheckIns
from diagnostics.imports.results import Results
from diagnostics.recompute.effects import VERSION as EFFECT_VERSION
from diagnostics.recompute.effects import effect
from diagnostics.recompute.returns import VERSION as RETURN_VERSION
from diagnostics.recompute.returns import initiative_return
from diagnostics.recompute.trends import VERSION as TREND_VERSION
from diagnostics.recompute.trends import trend
from districts.landing import jobs
from districts.pipeline.spec import Calculation, Job, Pipeline
from investments.imports.code_list import CodeList
from investments.imports.generic_ledger import GenericLedger
from investments.imports.sacs_csv import SacsCsv
from investments.imports.sacs_dat import SacsDat
from investments.imports.school_budget import SchoolBudget, SchoolEarmark
from investments.recompute import VERSION as COST_VERSION
from investments.recompute import ledger_cost

PIPELINE = Pipeline(
    file_kinds=(
        SacsDat(),
        SacsCsv(),
        CodeList(),
        CheckIns(),
        Results(),
        SchoolBudget(),
        SchoolEarmark(),
        GenericLedger(),
    ),
    jobs=(
        Job(name=jobs.READ_JOB, run=jobs.read_upload, give_up=jobs.give_up),
        Job(name=jobs.IMPORT_JOB, run=jobs.import_upload, give_up=jobs.give_up),
    ),
    calculations=(
        Calculation("ledger_cost", COST_VERSION, ("ledger", "coding_rules", "initiatives"), ledger_cost),
        Calculation("trend", TREND_VERSION, ("results", "schools", "goals"), trend),
        Calculation(
            "effect",
            EFFECT_VERSION,
            ("results", "trend", "plans", "initiatives", "check_ins", "day"),
            effect,
        ),
        Calculation(
            "initiative_return",
            RETURN_VERSION,
            ("initiatives", "goals", "plans", "check_ins", "ledger_cost", "trend", "effect", "day"),
            initiative_return,
        ),
    ),
)
