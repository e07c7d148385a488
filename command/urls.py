"""Addresses of command's overview and of the zones."""

from django.urls import path

from command.views import overview, zones
from core.verbs import by_method

app_name = "command"
urlpatterns = [
    path("command/", by_method(GET=overview.show), name="overview"),
    path("command/zones/", by_method(GET=zones.show), name="zones"),
    path("command/zones/<str:code>/", by_method(GET=zones.one, POST=zones.change), name="zone"),
    path("command/zones/<str:code>/lift/", by_method(POST=zones.lift), name="zone_lift"),
]
