"""The driver's pages."""

from django.urls import path

from core.verbs import by_method
from transport.views import drive, steps

app_name = "transport"
urlpatterns = [
    path("drive/", drive.sheet, name="sheet"),
    path("drive/today/", drive.today, name="today"),
    path("drive/print/", drive.day_sheet, name="day_sheet"),
    path("drive/stop/<int:stop_id>/call/", drive.call, name="call"),
    path("drive/stop/<int:stop_id>/late/", steps.late, name="late"),
    path("drive/stop/<int:stop_id>/<slug:step>/", steps.stop_step, name="stop_step"),
    path("drive/run/<uuid:run_id>/unwell/", by_method(GET=drive.unwell, POST=steps.raise_unwell), name="unwell"),
    path("drive/run/<uuid:run_id>/roadside/", steps.raise_roadside, name="roadside"),
    path("drive/run/<uuid:run_id>/decline/", steps.decline, name="decline"),
    path("drive/run/<uuid:run_id>/abort/", steps.abort, name="abort"),
    path("drive/run/<uuid:run_id>/<slug:step>/", steps.run_step, name="run_step"),
]
