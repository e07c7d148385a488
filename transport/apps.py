"""Vehicles, drivers, shifts, trips, runs, stops."""

from django.apps import AppConfig


class TransportConfig(AppConfig):
    name = "transport"
    verbose_name = "transport"
