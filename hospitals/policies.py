"""Who may do what in a house (rows intake, slot and service_status of the authorisation table).

Patients are the desk's alone: hospital management reads and does nothing of theirs. How the services stand is said by
both. Each `check_…` raises NotAllowed when the act is another post's, NotFound when the house is a foreign one.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from core.actors import Actor
from core.divisions import division_prefix
from core.errors import NotAllowed, NotFound
from core.vocabulary import Role
from hospitals.models import Facility, Intake, Service, TransferRequest
from hospitals.models.transfer import RECORD_ROLES, in_charge

DESK_ROLES = (Role.INTAKE, Role.HOSPADM)  # how the services stand
INTAKE_ROLES = (Role.INTAKE,)  # patients: their names, their steps
TRANSFER_ROLES = (Role.INTAKE, *RECORD_ROLES)  # hand-overs: both desks, and who may write down what they said

# Parts of another act, which asked for the whole: `by` is whoever pressed there. Views never call them.
STEPS = {
    "announcing.announce": "a placement of a critical patient tells the desk; the placement has asked",
    "arriving.clock_facts": "the stamp of an arrival; receiving, booked or handed on, has asked",
    "arriving.call_late": "a step that takes over late, or the sweep of late hand-overs; each has asked",
    "arriving.stamp_hand_over": "part of every step that takes over; each has asked",
    "arriving.fulfil": "the end of a stay uses the booking; ending it has asked",
    "arriving.signature": "the words of a stamp, written by a step that has asked",
    "transfers.set_ride": "a placement of the car between, by a dispatcher asked, or a worker",
    "transfers.note_left": "our own worker notes what the driver pressed (dispatch leaving)",
    "transfers.let_go": "the end of a stay ends what was asked of other houses; ending it has asked",
    "transfers.take_back_arrival": "taking an arrival back (undo) has asked",
    "appointments.book": "a placement, by hand or by a plan, takes the place; the placement has asked",
    "appointments.withdraw": "cancelling, closing and moving a placement give the place back; each has asked",
    "appointments.set_ride": "a placement, or a car that failed, tells the desk; by a dispatcher asked, or a worker",
    "appointments.note_critical": "our own worker follows a driver's alarm (dispatch wake)",
    "appointments.note_class": "our own worker follows zone and register (dispatch reclass)",
    "appointments.take_back_no_show": "the arrival that takes it back has asked",
    "door.lift_door": "the driver's step has asked; our own worker tells the desk",
    "door.note_at_door": "the driver's step has asked; our own worker tells the desk",
    "identity.put_person": "saying who a stranger is, or mending a record (access card_writing), has asked",
}


def check_receive(by: Actor, facility_code: str) -> None:
    """Let the house's own desk take every step of a patient; our own workers note what follows from facts."""
    if by.is_service:
        return
    if by.role not in INTAKE_ROLES:
        raise NotAllowed("intake.step", _("病人的事由本院接诊台来做。"))
    _check_house(by, facility_code)


def check_publish(by: Actor, service: Service) -> None:
    """Let desk and management say how a service of their house stands, and command for the houses of its division."""
    if by.is_service:
        return
    if by.role == Role.COMMAND:
        if not service.facility.division_code.startswith(division_prefix(by.place_code)):
            raise NotFound("facility.other")
        return
    check_confirm(by, service.facility_id)


def check_publish_places(by: Actor, service: Service) -> None:
    """Let desk and management publish how many places their house has."""
    check_confirm(by, service.facility_id)


def check_confirm(by: Actor, facility_code: str) -> None:
    """Let desk and management confirm that everything shown of their house still stands."""
    if by.is_service:
        return
    if by.role not in DESK_ROLES:
        raise NotAllowed("service_status.change", _("开诊和名额由本院接诊台或医院管理来改。"))
    _check_house(by, facility_code)


def _check_house(by: Actor, facility_code: str) -> None:
    if by.place_code != facility_code:
        raise NotFound("facility.other")


def check_ask_transfer(by: Actor, intake: Intake) -> None:
    """Let the house that has the patient ask; dispatch and command of its district may write it down for it."""
    _check_hand_over(by, (intake.facility_id,), (intake.facility,))


def check_answer_transfer(by: Actor, transfer: TransferRequest) -> None:
    """Let the house that is asked answer; dispatch and command may write down what it said on the telephone."""
    _check_hand_over(by, (transfer.facility_id,), (transfer.facility, transfer.intake.facility))


def _check_hand_over(by: Actor, own: tuple[str, ...], houses: tuple[Facility, ...]) -> None:
    if by.is_service:
        return
    if by.role not in TRANSFER_ROLES:
        raise NotAllowed("intake.transfer", _("转院由两家接诊台来办，调度台和指挥可以代记。"))
    if by.role in INTAKE_ROLES and by.place_code in own:
        return
    if not any(may_record(by, house) for house in houses):
        raise NotFound("transfer.other")


def may_record(by: Actor, facility: Facility) -> bool:
    """Say whether a house lies in the area of this dispatcher, or in the division of this command post."""
    return by.role in RECORD_ROLES and Facility.objects.filter(in_charge(by), pk=facility.pk).exists()
