"""Residents, care needs, access requests, the journey."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "access"
    verbose_name = "access"

    def ready(self) -> None:
        """Say which boards show a case: whoever writes a fact of it lower down touches them too."""
        from access.selectors.boards import boards_of_case  # noqa: PLC0415 - not before the models are loaded
        from core import boards  # noqa: PLC0415

        boards.show_cases_on(boards_of_case)
