"""Django's entry to the app."""

from django.apps import AppConfig


class InvestmentsConfig(AppConfig):
    name = "investments"
