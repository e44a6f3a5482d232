"""Django's entry to the app."""

from django.apps import AppConfig


class DistrictsConfig(AppConfig):
    """See the folder's models for what the app holds."""

    name = "districts"

    def ready(self) -> None:
        """Register the system checks, and what the sign-in library tells of accounts."""
        from districts import checks  # noqa: F401
        from districts.access import account_signals

        account_signals.connect()
