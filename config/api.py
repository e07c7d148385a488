"""The addresses under /api/: gate, desk, driver, journey, and the schema of just these."""

from typing import Any

from django.conf import settings
from django.urls import path
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.exceptions import ParseError
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from communities import api as gate
from hospitals import api as desk
from transport import api as driver


class Schema(SpectacularAPIView):
    """The schema; a language we do not speak is refused before it is looked for among the files of words."""

    permission_classes = [IsAuthenticated]

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Write the schema."""
        if request.GET.get("lang", settings.LANGUAGE_CODE) not in dict(settings.LANGUAGES):
            raise ParseError
        schema: Response = super().get(request, *args, **kwargs)  # type: ignore[no-untyped-call]
        return schema


urlpatterns = [
    path("schema/", Schema.as_view(), name="api_schema"),
    path("gate/scan", gate.ScanUpload.as_view(), name="api_gate_scan"),
    path("gate/emergency", gate.Emergency.as_view(), name="api_gate_emergency"),
    path("gate/sync", gate.Sync.as_view(), name="api_gate_sync"),
    path("pass-keys", gate.PassKeys.as_view(), name="api_pass_keys"),
    path("intake/walk-in", desk.WalkIn.as_view(), name="api_walk_in"),
    path("intake/<uuid:intake_id>/step", desk.ArrivalStep.as_view(), name="api_intake_step"),
    path("drive/stop/<int:stop_id>/<slug:step>", driver.StopStep.as_view(), name="api_drive_stop"),
]
