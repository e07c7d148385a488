"""The gate's words: why it answers so, and the text that goes with a pass."""

from __future__ import annotations

from datetime import datetime

from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from communities.models import GatePass, Scan
from communities.releases import ReleaseState
from communities.services.checks import Look
from communities.states import Direction
from core.stored import said
from core.vocabulary import hhmm


def reason(look: Look, *, at: datetime) -> str:
    """Say in one line why the answer is as it is, with the time that matters."""
    row = look.gate_pass
    code = look.verdict.reason
    if row is not None and not code:
        return _("%(at)s 核验 · 证 %(number)s") % {"at": hhmm(at), "number": row.number}
    if look.candidates:
        return _("有 %(n)s 张证的后四位一样，选一张。") % {"n": len(look.candidates)}
    if row is not None and code == "early":
        return _("还没到出门时间：%(at)s 起有效") % {"at": hhmm(row.exit_from)}
    if row is not None and code == "late":
        return _("过了出门时间：%(at)s 止") % {"at": hhmm(row.exit_until)}
    if code in {"used_out", "used_back"} and look.passage.out_at:
        seen = hhmm(look.passage.out_at)
        if code == "used_out":
            return _("%(at)s 已经出过门，还没回来") % {"at": seen}
        return _("%(at)s 已经出过门，回来过了；按下面放行，社区就能看到") % {"at": seen}
    if row is not None and code == "other_community":
        return _("这是%(community)s的证") % {"community": row.community.name}
    return str(_REASONS.get(code, ""))


def pass_text(row: GatePass) -> str:
    """Return the words to send into a chat group: nothing about illness, hospital or full name."""
    start, end = localtime(row.exit_from), localtime(row.exit_until)
    lines = [
        _("【就医通行证】%(holder)s，%(n)s 人") % {"holder": row.holder, "n": row.party_size},
        _("%(month)s月%(day)s日 %(start)s–%(end)s 从%(community)s出门，回来不限时间。")
        % {
            "month": start.month,
            "day": start.day,
            "start": hhmm(start),
            "end": hhmm(end),
            "community": row.community.name,
        },
        _("证号 %(number)s。扫不出码，报后四位就行。") % {"number": row.number},
    ]
    if row.plate:
        lines.append(_("车：%(plate)s。") % {"plate": row.plate})
    lines.append(_("人不舒服，先出门，后补单。"))
    return "\n".join(lines)


def done_line(row: Scan) -> str:
    """Say what was just recorded."""
    who = row.gate_pass.holder if row.gate_pass else _("没有证的人")
    words = {"turned": _("没放行"), "asked": _("已问社区")}.get(row.decision)
    words = words or (_("已出门") if row.direction == Direction.EXIT else _("已进门"))
    return _("%(at)s %(who)s %(words)s") % {"at": hhmm(row.happened_at), "who": who, "words": words}


def release_line(row: Scan, state: ReleaseState) -> str:
    """Say to the guard who let somebody out whether anybody has taken it up."""
    if state.ended_at is not None:
        known = {"who": state.ended_by, "at": hhmm(state.ended_at), "words": said(state.ended_words)}
        return _("%(at)s %(who)s：%(words)s") % known
    if state.taken_up_at is not None:
        return _("%(who)s %(at)s 接手") % {"who": state.taken_up_by, "at": hhmm(state.taken_up_at)}
    return _("已记下 %(at)s · 还没有人接手") % {"at": hhmm(row.happened_at)}


_REASONS = {
    "ask_direction": lazy("看不懂这个码：先问是出还是回"),
    "bad_signature": lazy("签名不对，不是我们发的证"),
    "unknown_key": lazy("这张证的密钥没见过，问一下社区"),
    "unknown_version": lazy("这张证的格式没见过，问一下社区"),
    "unreadable": lazy("码读不出来，输证号后四位"),
    "none": lazy("没找到这张证，再看看号，或按名字找"),
    "revoked": lazy("这张证已作废，问一下社区有没有新证"),
    "key_retired": lazy("这张证是旧密钥签的，问一下社区"),
    "bad_code_home": lazy("码认不出来，先让人进来，看一眼证件；按下面记下，社区就能看到"),
    "admit_by_hand": lazy("先让人进来，看一眼证件，记下来"),
    "other_community": lazy("这是别的小区的证"),
    "revoked_return": lazy("证已作废，但人照样回家；按下面记下，社区就能看到"),
}


# of a passage that is over: what it was, not what to do
_WHY = {
    "early": lazy("没到出门时间"),
    "late": lazy("过了出门时间"),
    "used_out": lazy("出过门，没有回来的记录"),
    "used_back": lazy("出过门，回来过了"),
    "other_community": lazy("别的小区的证"),
    "ask_direction": lazy("码认不出来"),
    "bad_signature": lazy("签名不对"),
    "unknown_key": lazy("密钥没见过"),
    "unknown_version": lazy("格式没见过"),
    "unreadable": lazy("码读不出来"),
    "none": lazy("没有证"),
    "revoked": lazy("证已作废"),
    "revoked_return": lazy("证已作废，人回家了"),
    "key_retired": lazy("旧密钥签的证"),
    "bad_code_home": lazy("码认不出来，人回家了"),
    "admit_by_hand": lazy("看过证件，人回家了"),
    "emergency": "",
}


def why(reason: str) -> str:
    """Say why the gate answered as it did, of a passage that is over; other words stay as they were written."""
    return str(_WHY.get(reason, reason))


def lost_pass() -> str:
    """Say that a form named a pass which is not of this compound."""
    return _("没找到这张证，请再扫一次。")
