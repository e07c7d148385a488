"""Addresses of the board, the fleet, the hospitals and the engine."""

from django.urls import path

from core.verbs import by_method
from dispatch.views import board, engine, overview

app_name = "dispatch"
urlpatterns = [
    path("dispatch/", by_method(GET=board.show), name="board"),
    path("dispatch/requests/<uuid:request_id>/place/", by_method(POST=board.place), name="place"),
    path("dispatch/requests/<uuid:request_id>/withdraw/", by_method(POST=board.withdraw), name="withdraw"),
    path("dispatch/requests/<uuid:request_id>/move/", by_method(POST=board.move), name="move"),
    path("dispatch/requests/<uuid:request_id>/return/move/", by_method(POST=board.move_return), name="move_return"),
    path("dispatch/requests/<uuid:request_id>/return/", by_method(POST=board.place_return), name="place_return"),
    path("dispatch/requests/<uuid:request_id>/return/undo/", by_method(POST=board.undo_return), name="undo_return"),
    path("dispatch/requests/<uuid:request_id>/transfer/", by_method(POST=board.place_transfer), name="place_transfer"),
    path(
        "dispatch/requests/<uuid:request_id>/transfer/undo/", by_method(POST=board.undo_transfer), name="undo_transfer"
    ),
    path("dispatch/requests/<uuid:request_id>/stranded/", by_method(POST=board.place_stranded), name="place_stranded"),
    path(
        "dispatch/requests/<uuid:request_id>/stranded/undo/", by_method(POST=board.undo_stranded), name="undo_stranded"
    ),
    path("dispatch/requests/<uuid:request_id>/hand-up/", by_method(POST=board.hand_up), name="hand_up"),
    path("dispatch/runs/<uuid:run_id>/replace/", by_method(POST=board.replace_car), name="replace_car"),
    path("dispatch/vehicles/", by_method(GET=overview.vehicles), name="vehicles"),
    path("dispatch/vehicles/<str:code>/", by_method(GET=overview.vehicle), name="vehicle"),
    path("dispatch/vehicles/<str:code>/on/", by_method(POST=overview.put_on), name="vehicle_on"),
    path("dispatch/vehicles/<str:code>/off/", by_method(POST=overview.take_off), name="vehicle_off"),
    path("dispatch/engine/", by_method(GET=engine.show, POST=engine.switch), name="engine"),
    path("dispatch/engine/<uuid:run_id>/take/", by_method(POST=engine.take), name="engine_take"),
    path("dispatch/facilities/", by_method(GET=overview.facilities), name="facilities"),
]
