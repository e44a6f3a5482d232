"""Django's entry to the app."""

from django.apps import AppConfig


class StrategyConfig(AppConfig):
    name = "strategy"
