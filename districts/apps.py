"""Django's entry to the app."""

from django.apps import AppConfig


class DistrictsConfig(AppConfig):
    name = "districts"
