"""Pages of the intake desk."""

from django.urls import path

from core.verbs import by_method
from hospitals.views import desk, patients, services, steps, transfers

app_name = "hospitals"
_INTAKE = "desk/intakes/<uuid:intake_id>/"
_TRANSFER = "desk/transfers/<uuid:transfer_id>/"
urlpatterns = [
    path("desk/", desk.desk, name="desk"),
    path("desk/inside/", desk.inside, name="inside"),
    path("desk/print/", desk.print_list, name="print_list"),
    path("desk/find/", desk.find, name="find"),
    path("desk/walk-in/", steps.walk_in, name="walk_in"),
    path("desk/overload/", by_method(GET=desk.overload_page, POST=steps.report_overload), name="overload"),
    path("desk/services/", services.services, name="services"),
    path("desk/services/confirm/", services.confirm, name="confirm_services"),
    path("desk/services/<int:service_id>/", services.set_status, name="set_status"),
    path("desk/slots/<int:slot_id>/", services.set_capacity, name="set_capacity"),
    path("desk/services/<int:service_id>/machines/", services.set_machines, name="set_machines"),
    path("desk/appointments/<uuid:appointment_id>/", patients.appointment, name="appointment"),
    path("desk/appointments/<uuid:appointment_id>/arrive/", steps.arrive, name="arrive"),
    path("desk/appointments/<uuid:appointment_id>/no-show/", steps.no_show, name="no_show"),
    path(_INTAKE, patients.intake, name="intake"),
    path(f"{_INTAKE}undo/", steps.undo_last, name="undo"),
    path(f"{_INTAKE}sample/", steps.sample, name="sample"),
    path(f"{_INTAKE}describe/", steps.describe, name="describe"),
    path(f"{_INTAKE}transfer/", transfers.ask, name="ask_transfer"),
    path("desk/transfers/", transfers.transfers, name="transfers"),
    path(_TRANSFER, transfers.transfer, name="transfer"),
    path(f"{_TRANSFER}accept/", transfers.accept, name="accept_transfer"),
    path(f"{_TRANSFER}pass-on/", transfers.pass_on, name="pass_on_transfer"),
    path(f"{_TRANSFER}withdraw/", transfers.withdraw, name="withdraw_transfer"),
    path(f"{_TRANSFER}receive/", transfers.receive, name="receive_transfer"),
    *[path(f"{_INTAKE}{step}/", steps.press, {"step": step}, name=step.replace("-", "_")) for step in steps.PRESSES],
    *[path(f"{_INTAKE}{step}/", steps.end_stay, {"step": step}, name=step) for step in steps.ENDS],
]
