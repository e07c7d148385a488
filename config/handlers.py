"""Who hears which fact: the class of the fact, and the services above that act on it, in order.

The relay hands a fact over by this table alone. A fact that nobody acts on stands in `FOR_THE_RECORD` with its reason;
any other fact without a handler fails, and `check_invariants` names it (INV-36).
"""

from __future__ import annotations

from access import events as register
from access.services import heard as register_hears
from communities import events as gates
from core.events import Event
from core.outbox import Handlers
from dispatch.facts import heard as dispatch_hears
from hospitals import events as hospital
from transport import events as transport

FOR_THE_RECORD: dict[type[Event], str] = {}  # class of a fact that is only kept → why nobody need act on it

HANDLERS: Handlers = {
    gates.LeftGate: (register_hears.left_gate,),
    gates.EnteredGate: (register_hears.entered_gate,),
    gates.EmergencyReleased: (register_hears.emergency_released,),
    gates.EmergencyDetailed: (register_hears.emergency_detailed, dispatch_hears.emergency_detailed),
    gates.ZoneChanged: (dispatch_hears.zone_changed,),
    hospital.WalkedIn: (register_hears.walked_in,),
    hospital.IntakeArrived: (dispatch_hears.arrived,),
    hospital.IntakeReleased: (dispatch_hears.released,),
    hospital.IntakeEnded: (dispatch_hears.ended,),
    hospital.IntakeSampled: (register_hears.sampled,),
    hospital.IntakeUndone: (dispatch_hears.undone,),
    hospital.TransferAccepted: (dispatch_hears.transfer_accepted,),
    hospital.TransferDropped: (dispatch_hears.transfer_dropped,),
    hospital.ServiceChanged: (dispatch_hears.service_changed,),
    transport.Boarded: (dispatch_hears.boarded,),
    transport.TripCompleted: (register_hears.trip_completed,),
    transport.AtFacilityDoor: (dispatch_hears.at_facility_door,),
    transport.DoorUndone: (dispatch_hears.door_undone,),
    transport.TripFailed: (dispatch_hears.trip_failed,),
    transport.RunGivenUp: (dispatch_hears.run_given_up,),
    transport.RunLate: (dispatch_hears.run_late,),
    transport.RiderUnwell: (dispatch_hears.rider_unwell,),
    register.RequestApproved: (dispatch_hears.request_approved, register_hears.request_approved),
    register.RequestIdentified: (dispatch_hears.request_identified,),
    register.StrangerPlaced: (dispatch_hears.stranger_placed,),
    register.InfectionChanged: (dispatch_hears.infection_changed,),
    register.AbilityChanged: (dispatch_hears.ability_changed,),
    register.HomeMarked: (register_hears.home_marked,),
    **dict.fromkeys(FOR_THE_RECORD, ()),
}
