"""Where each app's pages live."""

from django.conf import settings
from django.urls import include, path
from django.views.generic import RedirectView

from config import views
from core.gallery import gallery

urlpatterns = [
    path("health/live", views.live, name="health_live"),
    path("health/ready", views.ready, name="health_ready"),
    path("favicon.ico", RedirectView.as_view(url="/static/favicon.svg"), name="favicon"),
    path("", include("accounts.urls")),
]
# one line per app
urlpatterns += [
    path(prefix, include(f"{app}.urls"))
    for app, prefix in {
        "calls": "calls/",
        "access": "",
        "communities": "",
        "transport": "",
        "hospitals": "",
        "dispatch": "",
        "command": "",
    }.items()
]
urlpatterns.append(path("api/", include("config.api")))
if not settings.PRODUCTION:
    urlpatterns.append(path("_gallery/", gallery, name="gallery"))

handler400 = "config.views.bad_request"
handler403 = "config.views.forbidden"
handler404 = "config.views.not_found"
handler500 = "config.views.broken"
