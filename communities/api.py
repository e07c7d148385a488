"""The gate over HTTP for devices: upload events, sync what a gate must know, public keys. One class per verb."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from communities import selectors, tokens
from communities.models import Gate, GatePass
from communities.policies import GATE_ROLES
from communities.services import gates
from communities.services.checks import look_at_code
from communities.services.gates import ScanEvent
from communities.services.passes import key_ring
from communities.states import Decision, Direction
from core import clock
from core.actors import Actor

MAX_EVENTS = 200


class AtGate(BasePermission):
    """Signed in, on a post that may scan."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Let the roles of the authorisation table's row scan,create in."""
        post = getattr(request, "post_held", None) if request.user else None
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
        return self.context["passages"].get(row.case_ref, selectors.Passage()).used


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
        actor = request.post_held.actor()  # type: ignore[attr-defined]
        gate = selectors.gate_of(actor)
        return Response({"results": [_take(each, gate, actor) for each in batch.validated_data["events"]]})


class Sync(APIView):
    """GET /api/gate/sync."""

    permission_classes = [AtGate]

    @extend_schema(responses=SyncOut)
    def get(self, request: Request) -> Response:
        """Return keys, revocations and today's passes of the own compound."""
        actor, at = request.post_held.actor(), clock.now()  # type: ignore[attr-defined]
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
