"""Areas, compounds, gates, zone periods, the rulebook, gate passes and scans."""

from django.apps import AppConfig


class CommunitiesConfig(AppConfig):
    name = "communities"
    verbose_name = "communities"
