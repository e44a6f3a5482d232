"""The whole: settings, URLs, pipeline, servers. Imports everything, imported by nothing."""

import os

# Before numpy is imported: many small matrices take ten times as long when every core waits for each of them.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from srm.celery import app as celery_app

__all__ = ["celery_app"]
