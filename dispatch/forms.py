"""What the board's forms carry."""

from __future__ import annotations

from datetime import UTC, datetime

from django import forms

from core.fields import TidyField
from dispatch.hand.placement import PlacementChoice


class ChoiceForm(forms.Form):
    """The chosen time, hospital and cars, from the address or from the button's form; unknown words are refused."""

    slot = forms.IntegerField(required=False, min_value=1, max_value=2**62)
    facility = TidyField(required=False, max_length=20)
    car = TidyField(required=False, max_length=20)
    back = TidyField(required=False, max_length=20)
    pickup = forms.IntegerField(required=False, min_value=1, max_value=4_000_000_000)

    @property
    def pickup_read(self) -> datetime | None:
        """Return the pick-up that the button was read with."""
        seconds = self.cleaned_data["pickup"]
        return datetime.fromtimestamp(seconds, UTC) if seconds else None

    def choice(self) -> PlacementChoice:
        """Return what `placement.place` takes."""
        data = self.cleaned_data
        return PlacementChoice(
            slot_id=data["slot"],
            facility_code=data["facility"],
            out_vehicle=data["car"],
            back_vehicle=data["back"],
            pickup_read=self.pickup_read,
        )
