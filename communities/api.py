"""The gate over HTTP for devices: upload events, sync what a gate must know, public keys. One class per verb."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.requests import actor_of_call, post_of_call
from communities import policies, releases, selectors, tokens, words
from communities.models import Gate, GatePass
from communities.policies import GATE_ROLES
from communities.services import device_marks, gates
from communities.services.checks import look_at_code
from communities.services.device_marks import DeviceMark
from communities.services.gates import ScanEvent
from communities.services.passes import key_ring
from communities.states import Decision, Direction
from core import clock
from core.actors import Actor
from core.api import Session

MAX_EVENTS = 200


class AtGate(BasePermission):
    """Signed in, on a post that may scan."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Let the roles of the authorisation table's row scan,create in."""
        post = post_of_call(request)
        return bool(post and post.role in GATE_ROLES)


class EventIn(serializers.Serializer[Any]):
    """One event as a device tells it."""

    event_id = serializers.UUIDField()
    direction = serializers.ChoiceField(choices=Direction.choices)
    decision = serializers.ChoiceField(choices=Decision.choices)
    pass_id = serializers.RegexField(r"^[0-9a-f]{24}$", required=False, help_text="Of the signed code, hex")
    code_text = serializers.CharField(required=False, allow_blank=True, max_length=400, default="")
    happened_at = serializers.DateTimeField()
    is_offline = serializers.BooleanField(default=False)
    building = serializers.CharField(required=False, allow_blank=True, max_length=40, default="")
    party_size = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=50, default=None)
    reason = serializers.CharField(required=False, allow_blank=True, max_length=40, default="")


class Upload(serializers.Serializer[Any]):
    """A batch. Each event is judged by itself, so one that is odd never holds up the others."""

    events = serializers.ListField(child=serializers.DictField(), min_length=1, max_length=MAX_EVENTS)


class EventOut(serializers.Serializer[Any]):
    """What became of one event; a device deletes only `stored` and `already`."""

    event_id = serializers.CharField()
    outcome = serializers.ChoiceField(choices=["stored", "already", "quarantined", "invalid"])
    scan_id = serializers.UUIDField(allow_null=True)
    answer = serializers.CharField(allow_blank=True)
    faults = serializers.DictField(required=False)


class UploadOut(serializers.Serializer[Any]):
    """The outcomes, in the order sent."""

    results = EventOut(many=True)


class PressIn(serializers.Serializer[Any]):
    """One press of 紧急放行, as the phone kept it."""

    event_id = serializers.UUIDField()
    pressed_at = serializers.DateTimeField()


class PressOut(serializers.Serializer[Any]):
    """What became of the press, and who took it up; `url` only for whoever is signed in at the gate."""

    event_id = serializers.UUIDField()
    outcome = serializers.ChoiceField(choices=["stored", "already", "quarantined"])
    line = serializers.CharField()
    is_taken_up = serializers.BooleanField()
    url = serializers.CharField(allow_blank=True)


class KeyOut(serializers.Serializer[Any]):
    """One public key (P-256, uncompressed point in hex)."""

    key_id = serializers.IntegerField()
    use = serializers.ChoiceField(choices=["issue", "next", "return_only"])
    point = serializers.CharField()


class KeysOut(serializers.Serializer[Any]):
    """The key list."""

    keys = KeyOut(many=True)


class PassOut(serializers.Serializer[Any]):
    """A pass as far as a gate may know it (decisions.md D22): masked, nothing about why."""

    pass_id = serializers.SerializerMethodField()
    number = serializers.CharField()
    code_tail = serializers.SerializerMethodField()
    holder = serializers.CharField()
    building = serializers.CharField()
    party_size = serializers.IntegerField()
    exit_from = serializers.DateTimeField()
    exit_until = serializers.DateTimeField()
    plate = serializers.CharField()
    used = serializers.SerializerMethodField(help_text="Empty, out or back")

    def get_pass_id(self, row: GatePass) -> str:
        """Return the id inside the signed code."""
        return bytes(row.pass_id).hex()

    def get_code_tail(self, row: GatePass) -> str:
        """Return the last four of the short code."""
        return row.short_code[-4:]

    def get_used(self, row: GatePass) -> str:
        """Say whether the party is out."""
        return str(self.context["passages"].get(row.case_ref, selectors.Passage()).used)


class SyncOut(serializers.Serializer[Any]):
    """Everything a gate's phone keeps for deciding without network."""

    server_time = serializers.DateTimeField()
    gate = serializers.CharField()
    community_mark = serializers.CharField()
    keys = KeyOut(many=True)
    revoked = serializers.ListField(child=serializers.CharField())
    passes = PassOut(many=True)


class ScanUpload(APIView):
    """POST /api/gate/scan."""

    permission_classes = [AtGate]

    @extend_schema(request=Upload, responses=UploadOut)
    def post(self, request: Request) -> Response:
        """Store events; the same event twice is one (INV-26), and none is refused for what it says (INV-28)."""
        batch = Upload(data=request.data)
        batch.is_valid(raise_exception=True)
        actor = actor_of_call(request)
        gate = selectors.gate_of(actor)
        return Response({"results": [_take(each, gate, actor) for each in batch.validated_data["events"]]})


class SessionWithoutToken(Session):
    """A session is taken without the CSRF token: the cookie with it may be lost, and the patient stands at the gate."""

    def enforce_csrf(self, request: Request) -> None:
        """Ask for nothing; see `Emergency` for why no other site's page can send this."""


class MayRelease(BasePermission):
    """Signed in at a gate, or a phone with the mark of one; nothing else opens, and no cookie is needed."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Let whoever stands at a gate press."""
        return _presser(request) is not None


class Emergency(APIView):
    """POST /api/gate/emergency: works with a session or with the mark of the phone.

    Without CSRF token: JSON and a header of its own cannot be sent by another site's page.
    """

    authentication_classes = [SessionWithoutToken]
    permission_classes = [MayRelease]

    @extend_schema(request=PressIn, responses=PressOut)
    def post(self, request: Request) -> Response:
        """Store the press once, and say each time how it stands (R-002-2b, INV-26)."""
        form = PressIn(data=request.data)
        form.is_valid(raise_exception=True)
        found, at = _presser(request), clock.now()
        assert found is not None  # MayRelease
        gate, actor, mark = found
        event_id = form.validated_data["event_id"]
        if mark and not releases.is_known_event(event_id) and device_marks.has_pressed_too_often(mark, at=at):
            body = {"code": "too_often", "message": _("这台手机按得太密，稍后自动再报。"), "context": {}}
            return Response(body, status=429, headers={"Retry-After": "60"})
        row, outcome = gates.kept_release(
            gate, event_id=event_id, pressed_at=form.validated_data["pressed_at"], by=actor, at=at
        )
        url = "" if mark else reverse("communities:gate_emergency_detail", args=[row.pk])
        state = releases.release_state(row)
        body = {"event_id": str(event_id), "outcome": outcome, "line": words.release_line(row, state), "url": url}
        return Response({**body, "is_taken_up": state.is_taken_up}, headers={"Cache-Control": "no-store"})


def _presser(request: Request) -> tuple[Gate, Actor, DeviceMark | None] | None:
    """Return gate and actor of whoever is signed in at a gate, else of the phone's mark.

    A press that was kept at one gate stays that gate's, whoever signs in at another meanwhile.
    """
    post = post_of_call(request)
    actor = post.actor() if post and post.role in GATE_ROLES else None
    mark = device_marks.read(request.headers.get("X-Gate-Mark", ""), at=clock.now())
    if actor and (mark is None or policies.stands_at(actor, mark.gate)):
        return mark.gate if mark else selectors.gate_of(actor), actor, None
    return (mark.gate, mark.actor, mark) if mark else None


class Sync(APIView):
    """GET /api/gate/sync."""

    permission_classes = [AtGate]

    @extend_schema(responses=SyncOut)
    def get(self, request: Request) -> Response:
        """Return keys, revocations and today's passes of the own compound."""
        actor, at = actor_of_call(request), clock.now()
        gate = selectors.gate_of(actor)
        rows = selectors.passes_at_gate(gate, at=at)
        context = {"passages": selectors.passages(row.case_ref for row in rows)}
        body = {
            "server_time": at.isoformat(),
            "gate": gate.code,
            "community_mark": tokens.community_mark(gate.community_id).hex(),
            "keys": key_ring().public_list(),
            "revoked": [value.hex() for value in selectors.revoked_still_valid(gate.community, at=at)],
            "passes": PassOut(rows, many=True, context=context).data,
        }
        return Response(body, headers={"Cache-Control": "no-store"})


class PassKeys(APIView):
    """GET /api/pass-keys, public: keys that verify cannot sign."""

    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]

    @extend_schema(responses=KeysOut, auth=[])
    def get(self, _request: Request) -> Response:
        """Return the public keys of passes."""
        return Response({"keys": key_ring().public_list()})


def _take(raw: dict[str, Any], gate: Gate, actor: Actor) -> dict[str, Any]:
    """Store one event of a batch, or say what is wrong with its form."""
    form = EventIn(data=raw)
    if not form.is_valid():
        ident = str(raw.get("event_id", ""))[:64]
        return {"event_id": ident, "outcome": "invalid", "scan_id": None, "answer": "", "faults": form.errors}
    data, at = dict(form.validated_data), clock.now()
    event_id: UUID = data["event_id"]
    if data["decision"] == Decision.EMERGENCY:
        facts = {key: data[key] for key in ("building", "party_size", "happened_at", "is_offline")}
        event = gates.emergency_event(event_id, **facts)
    else:
        event = _event(data, gate)
    row, outcome = gates.store(gate, event=event, by=actor, at=at)
    return {"event_id": str(event_id), "outcome": outcome, "scan_id": row.pk, "answer": row.answer}


def _event(data: dict[str, Any], gate: Gate) -> ScanEvent:
    """Find the pass by the signed id, else by the code that was typed or shown."""
    pass_id = data.pop("pass_id", "")
    row = selectors.pass_by_token_id(bytes.fromhex(pass_id)) if pass_id else None
    if row is None and data["code_text"]:
        row = look_at_code(gate, code=data["code_text"], at=data["happened_at"]).gate_pass
    return ScanEvent(gate_pass=row, **data)
