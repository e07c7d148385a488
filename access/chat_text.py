"""The words to send into a chat group: who comes when, and whom to ring; never the illness."""

from __future__ import annotations

from django.utils.translation import gettext as _

from access.selectors.annotated import PageCase
from access.selectors.case_parts import CaseParts
from access.states import RequestStatus, StopReason
from core import names
from core.clock import CHINA
from core.vocabulary import hhmm


def chat_text(request: PageCase, parts: CaseParts, *, hotline: str = "") -> str:
    """Write what a family may read in a group: times, car, hospital gate and the hotline.

    Nothing for the family of somebody who died, or is in hospital or elsewhere (E28).
    """
    resident = request.resident
    if request.is_away or request.cancel_reason == StopReason.DIED or request.status == RequestStatus.CLOSED:
        return ""
    who = names.with_title(request.name, resident.sex, None) if resident else request.name
    lines = [_("【一来一回】%(who)s的就医出行。") % {"who": who}]
    if request.status == RequestStatus.CANCELLED:
        return "\n".join([*lines, _("这一趟取消了，车不来了。"), _whom_to_ring(hotline)])
    there, back = parts.outbound, parts.inbound
    if there and there.run and there.pickup_planned_at:
        day = there.pickup_planned_at.astimezone(CHINA)
        words = _("%(m)s月%(d)s日 %(at)s 车到楼下：%(car)s %(driver)s。")
        lines.append(
            words
            % {
                "m": day.month,
                "d": day.day,
                "at": hhmm(there.pickup_planned_at),
                "car": there.run.vehicle.plate,
                "driver": there.run.driver.name,
            }
        )
    elif request.needs_vehicle:
        lines.append(_("车还在安排。"))
    if back and (planned := back.pickup_planned_at or back.reserved_from):
        lines.append(_("返程约 %(at)s，医院看完车就去接，不用再申请。") % {"at": hhmm(planned)})
    if parts.gate_pass:
        lines.append(_("出门给门岗看通行证，证号 %(number)s。") % {"number": parts.gate_pass.number})
    lines.append(_whom_to_ring(hotline))
    return "\n".join(lines)


def _whom_to_ring(hotline: str) -> str:
    if not hotline:
        return _("人不舒服直接打 120。")
    return _("有事打 %(hotline)s；人不舒服直接打 120。") % {"hotline": hotline}
