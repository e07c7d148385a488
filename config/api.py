"""The addresses under /api/: gate, desk, driver, journey, and the schema of just these."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.permissions import IsAuthenticated

from communities import api as gate
from hospitals import api as desk
from transport import api as driver

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(permission_classes=[IsAuthenticated]), name="api_schema"),
    path("gate/scan", gate.ScanUpload.as_view(), name="api_gate_scan"),
    path("gate/emergency", gate.Emergency.as_view(), name="api_gate_emergency"),
    path("gate/sync", gate.Sync.as_view(), name="api_gate_sync"),
    path("pass-keys", gate.PassKeys.as_view(), name="api_pass_keys"),
    path("intake/walk-in", desk.WalkIn.as_view(), name="api_walk_in"),
    path("intake/<uuid:intake_id>/step", desk.Step.as_view(), name="api_intake_step"),
    path("drive/stop/<int:stop_id>/<slug:step>", driver.StopStep.as_view(), name="api_drive_stop"),
]
