"""The worker's and the beat's way in: `celery -A srm worker`, `celery -A srm beat`."""

import os
from typing import Any

from celery import Celery
from celery.signals import beat_init, worker_init, worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "srm.settings")
os.environ.setdefault("CELERY_SKIP_CHECKS", "1")  # Celery's own run of them ends nothing; ours below does

app = Celery("srm")
app.config_from_object("srm.celery_settings")
app.autodiscover_tasks(["districts.pipeline"])


@worker_init.connect
@beat_init.connect
def refuse_an_unsafe_start(**_: Any) -> None:
    """Check settings and isolation before any work is taken."""
    from django.core.checks import Tags

    from srm.startup import refuse_unsafe_start

    refuse_unsafe_start(tags=[Tags.database, Tags.models])


@worker_init.connect
def load_the_pipeline(**_: Any) -> None:
    """Load every calculation before processes are forked: each would take seconds to do it anew."""
    from districts.pipeline.spec import get_pipeline

    get_pipeline()


@worker_ready.connect
def recompute_what_is_of_an_older_version(**_: Any) -> None:
    """Ask for it as work, so that a start is as quick as ever."""
    app.send_task("new_day", expires=600)
