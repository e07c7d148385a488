"""What every row with a machine has, for whoever moves any of them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from core.states import Machine


class Stateful(models.Model):
    """A row whose status moves by its machine's table alone, and by `core.advance.advance` alone.

    Each model makes the fields itself: how long the longest word of its statuses is, and with which one a row begins.
    """

    MACHINE: ClassVar[Machine]
    status: models.CharField[Any, str]
    version: models.PositiveIntegerField[Any, int]

    class Meta:
        abstract = True
