"""What the machine does: every file kind, every job, every calculation and what it reads.

Listed explicitly, like urls.py. Order matters: a calculation comes after those it reads.
"""

from districts.pipeline.spec import Pipeline

PIPELINE = Pipeline(
    file_kinds=(),
    jobs=(),
    calculations=(),
)
