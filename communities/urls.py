"""The gate's pages and the community's passes."""

from django.urls import path

from communities.views import emergency, gate, passes
from core.verbs import by_method

app_name = "communities"

urlpatterns = [
    path("gate/", gate.scan_page, name="gate"),
    path("gate/list/", gate.todays_list, name="gate_list"),
    path("gate/check/", gate.check, name="gate_check"),
    path("gate/pass/<uuid:pass_id>/", gate.answer, name="gate_answer"),
    path("gate/back/<uuid:scan_id>/", gate.back, name="gate_back"),
    path("gate/scan/", gate.record, name="gate_scan"),
    path("gate/scan/<uuid:scan_id>/undo/", gate.undo, name="gate_undo"),
    path("gate/emergency/", emergency.release, name="gate_emergency"),
    path(
        "gate/emergency/<uuid:scan_id>/",
        by_method(GET=emergency.released, POST=emergency.add_detail),
        name="gate_emergency_detail",
    ),
    path("passes/", passes.passes, name="passes"),
    path("passes/lost-phone/", passes.call_in_phones, name="call_in_phones"),
    path("passes/<uuid:pass_id>/", passes.pass_page, name="pass"),
    path("passes/<uuid:pass_id>/print/", passes.pass_print, name="pass_print"),
]
