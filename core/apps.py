"""The ground floor: machines, audit, idempotency, encryption, clock, outbox."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = "core"
