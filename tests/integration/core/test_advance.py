"""The one writer of status fields: who acts on what they read a moment ago is told when it is no longer so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from communities.models import GatePass
from communities.services import passes
from communities.states import PassStatus
from core.advance import advance
from core.errors import Conflict
from core.models import AuditEvent
from tests.factories import communities as make

pytestmark = pytest.mark.django_db
NOW = datetime(2022, 6, 28, 4, 20, tzinfo=UTC)


def _void(row: GatePass) -> None:
    advance(row, PassStatus.VOID, by=make.BY, at=NOW, verb="pass.revoke")


def test_who_read_it_before_somebody_else_wrote_it_is_told_and_nothing_is_written():
    """Guard: the version is compared. The status is the same, the window is not; the guard reads it on the paper."""
    row = make.gate_pass(NOW)
    stale = GatePass.objects.get(pk=row.pk)
    later = passes.PassWindow(NOW + timedelta(hours=1), NOW + timedelta(hours=9))
    passes.move_window(row.case_ref, window=later, by=make.BY, at=NOW)

    with pytest.raises(Conflict) as refused:
        _void(stale)

    assert (refused.value.code, refused.value.http_status) == ("state.lost_race", 409)
    stands = GatePass.objects.get(pk=row.pk)
    assert (stands.status, stands.version, stands.exit_from) == (PassStatus.ISSUED, 2, later.exit_from)
    assert not AuditEvent.objects.filter(verb="pass.revoke").exists()


def test_who_read_it_before_it_was_moved_on_is_told():
    """Guard: the status is compared too, whatever the version says."""
    row = make.gate_pass(NOW)
    stale = GatePass.objects.get(pk=row.pk)
    _void(row)
    stale.version = row.version

    with pytest.raises(Conflict):
        _void(stale)

    assert AuditEvent.objects.filter(verb="pass.revoke").count() == 1
