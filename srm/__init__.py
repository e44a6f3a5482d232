"""The whole: settings, URLs, pipeline, servers. Imports everything, imported by nothing."""

from srm.celery import app as celery_app

__all__ = ["celery_app"]
