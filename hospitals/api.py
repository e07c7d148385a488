"""The desk's steps for other programs: one class per address, sign-in by session, a key per write."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.requests import actor_of_call, post_of_call
from core import clock
from core.actors import Actor
from core.errors import Invalid, NotAllowed
from core.idempotency import idempotent
from hospitals import selectors
from hospitals.models import Intake
from hospitals.policies import INTAKE_ROLES
from hospitals.services import intake, transfers, undo
from hospitals.services.transfers import TransferWish
from hospitals.states import TransferReason

_STAMPS = {"hand_over": intake.hand_over, "start_treatment": intake.start_treatment, "left": intake.note_left}
_ENDS = {"admit": intake.admit, "record_death": intake.record_death}


class OnDesk(BasePermission):
    """A post at an intake desk."""

    def has_permission(self, request: Request, _view: APIView) -> bool:
        """Let a desk in; raises NotAllowed for another post."""
        post = post_of_call(request)
        if not post or post.role not in INTAKE_ROLES:
            raise NotAllowed("post.role", _("这一页归别的岗位管。要看请找街道值班。"))
        return True


class StepSerializer(serializers.Serializer[Any]):
    """A step of an arrival; nothing else is asked."""

    step = serializers.ChoiceField(choices=[*_STAMPS, *_ENDS, "release", "transfer", "undo"], help_text="What was done")
    ready_at = serializers.DateTimeField(required=False, help_text="release: when the patient can be picked up")
    note = serializers.CharField(required=False, max_length=300, allow_blank=True, default="")
    to = serializers.CharField(required=False, max_length=20, default="", help_text="transfer: code of who is asked")
    reason = serializers.ChoiceField(TransferReason.choices, required=False, default=TransferReason.OTHER)
    accepted_name = serializers.CharField(
        required=False, max_length=30, default="", help_text="transfer: who there said yes on the telephone"
    )


class WalkInSerializer(serializers.Serializer[Any]):
    """Somebody nobody announced; every field may be missing."""

    label = serializers.CharField(required=False, max_length=60, allow_blank=True, default="")  # type: ignore[assignment]
    need_kind = serializers.CharField(required=False, max_length=30, allow_blank=True, default="")
    is_critical = serializers.BooleanField(required=False, default=True)
    note = serializers.CharField(required=False, max_length=300, allow_blank=True, default="")


class IntakeSerializer(serializers.ModelSerializer[Intake]):
    """Where an arrival stands."""

    class Meta:
        model = Intake
        fields = ["id", "case_ref", "status", "label", "arrived_at", "handed_over_at", "ready_at", "hand_over_due_at"]


@method_decorator(idempotent, name="post")
class WalkIn(APIView):
    """Receive somebody nobody announced."""

    permission_classes = [IsAuthenticated, OnDesk]

    @extend_schema(request=WalkInSerializer, responses={201: IntakeSerializer})
    def post(self, request: Request) -> Response:
        """Record the arrival and start the clock."""
        words = WalkInSerializer(data=request.data)
        words.is_valid(raise_exception=True)
        actor = actor_of_call(request)
        row = intake.walk_in(selectors.facility_for(actor), **words.validated_data, by=actor, at=clock.now())
        return Response(IntakeSerializer(row).data, status=201)


@method_decorator(idempotent, name="post")
class ArrivalStep(APIView):
    """Do one step of an arrival."""

    permission_classes = [IsAuthenticated, OnDesk]

    @extend_schema(request=StepSerializer, responses=IntakeSerializer)
    def post(self, request: Request, intake_id: UUID) -> Response:
        """Do the step; 409 when the arrival has moved on."""
        actor = actor_of_call(request)
        row = selectors.intake_for(actor, intake_id)
        words = StepSerializer(data=request.data)
        words.is_valid(raise_exception=True)
        _do(row, words.validated_data, by=actor, at=clock.now())
        return Response(IntakeSerializer(row).data)


def _do(row: Intake, words: dict[str, Any], *, by: Actor, at: datetime) -> None:
    step = words["step"]
    if step in _STAMPS:
        _STAMPS[step](row, by=by, at=at)
    elif step in _ENDS:
        _ENDS[step](row, note=words["note"], by=by, at=at)
    elif step == "release":
        intake.release(row, ready_at=words.get("ready_at"), by=by, at=at)
    elif step == "undo":
        undo.undo_last(row, by=by, at=at)
    else:
        other = selectors.houses_for(row).filter(pk=words["to"]).first()
        if other is None:
            raise Invalid("transfer.to", _("要写转到哪家医院。"), field="to")
        wish = TransferWish(other, words["reason"], words["note"], words["accepted_name"])
        transfers.ask(row, wish, by=by, at=at)
