"""Calls for help: who needs it, who owns it, who has taken it up."""

from django.apps import AppConfig


class CallsConfig(AppConfig):
    name = "calls"
    verbose_name = "calls"
