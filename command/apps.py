"""District command: who has nothing and whose move it is, and the zones. Its own pages stand above dispatch."""

from django.apps import AppConfig


class CommandConfig(AppConfig):
    name = "command"
    verbose_name = "command"
