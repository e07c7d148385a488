"""Rehearsal: a city read from a folder, and a day of it played through the real services. Nothing imports it."""

from django.apps import AppConfig


class DrillConfig(AppConfig):
    name = "drill"
    verbose_name = "drill"
