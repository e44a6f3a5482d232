"""The worker's and the beat's way in: `celery -A srm worker`, `celery -A srm beat`.

Settings come from Django's, under the name CELERY_*. Tasks are found in each app's `tasks.py`.
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "srm.settings")

app = Celery("srm")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
