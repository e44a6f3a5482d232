"""Django's entry to the app."""

from django.apps import AppConfig


class InvestmentsConfig(AppConfig):
    """See the folder's models for what the app holds."""

    name = "investments"
