"""Django's entry to the app."""

from django.apps import AppConfig


class DistrictsConfig(AppConfig):
    """See the folder's models for what the app holds."""

    name = "districts"
