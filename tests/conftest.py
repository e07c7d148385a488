"""What every test stands on."""

from __future__ import annotations

from pathlib import Path

import pytest
import pytest_django
from django.conf import settings


@pytest.fixture(scope="session", autouse=True)
def static_root() -> None:
    """Make the folder of collected files: the server of static files warns without it, and warnings are errors."""
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker) -> None:
    """Give the role of the tests the product's time-outs in their database (grant_app_role is not run there)."""
    from django.db import connection  # noqa: PLC0415 - not before Django is set up

    from core import limits  # noqa: PLC0415

    with django_db_blocker.unblock():
        with connection.cursor() as cursor:
            for statement in limits.statements(str(connection.settings_dict["NAME"]), limits.own_role()):
                cursor.execute(statement)
        connection.close()  # the next one has them


@pytest.fixture(autouse=True)
def _no_kept_rows() -> None:
    """Forget what the process keeps of the rows of another test.

    There, the same numbers named another state; and its clock would go on here for five seconds, then jump: a page
    that still polled had read it again after that test forgot it.
    """
    from communities.services import rulebook  # noqa: PLC0415 - not before Django is set up
    from core import clock, kept  # noqa: PLC0415

    clock.forget()
    kept.forget()
    rulebook.forget()


@pytest.fixture(autouse=True)
def _first_language() -> None:
    """Begin in the first language: a page asked for in English leaves its language with the thread."""
    from django.utils import translation  # noqa: PLC0415 - not before Django is set up

    translation.deactivate()
