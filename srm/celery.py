"""The worker's and the beat's way in: `celery -A srm worker`, `celery -A srm beat`."""

import os
from typing import Any

from celery import Celery
from celery.signals import beat_init, worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "srm.settings")

app = Celery("srm")
app.config_from_object("srm.celery_settings")
app.autodiscover_tasks(["districts.pipeline"])


@worker_init.connect
@beat_init.connect
def refuse_an_unsafe_start(**_: Any) -> None:
    """Check settings and isolation before any work is taken."""
    from srm.startup import refuse_unsafe_start

    refuse_unsafe_start()
