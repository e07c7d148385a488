"""What was changed of a resident and of their needs, by whom, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _T

from access.models import CareNeed, Resident
from core.models import AuditEvent
from core.phrases import label, listed
from core.vocabulary import NeedKind

SHOWN = 6
# what a person calls each field; columns that follow from another have no word of their own
FIELD_WORDS: dict[str, Any] = {
    "name": _T("姓名"), "sex": _T("性别"), "birth_date": _T("出生日期"), "id_kind": _T("证件"), "id_no": _T("证件号码"),
    "phone": _T("电话"), "phone_owner": _T("谁的电话"), "building": _T("几号楼"), "address": _T("单元和门牌"),
    "mobility": _T("怎么走"), "needs_oxygen": _T("要氧气瓶"), "has_stairs": _T("家里有台阶"),
    "machine_class": _T("透析分机"),
    "escort_required": _T("要人陪同"), "escort_reason": _T("为什么要陪同"), "note": _T("备注"), "kind": _T("需要什么"),
    "schedule_days": _T("多久一次"), "shift": _T("哪一班"), "next_date": _T("下次日期"),
    "facility_id": _T("常去的医院"),
    "session_hours": _T("一次几小时"), "due_date": _T("预产期"), "diagnosis_sealed": _T("诊断"),
}  # fmt: skip
_VERBS = ("resident.register", "resident.update", "need.add", "need.change")


@dataclass(frozen=True)
class Change:
    """One line: when, who, what."""

    at: datetime
    who: str
    words: str


def changes_of(resident: Resident, needs: list[CareNeed]) -> list[Change]:
    """Return the last changes of a record, newest first."""
    idents = [str(resident.pk), *(str(need.pk) for need in needs)]
    models = [Resident._meta.label_lower, CareNeed._meta.label_lower]
    rows = AuditEvent.objects.filter(model__in=models, object_id__in=idents, verb__in=_VERBS).order_by("-pk")
    lines = rows.values_list("at", "actor_label", "verb", "detail")[:SHOWN]
    return [Change(at, who, _words(verb, detail or {})) for at, who, verb, detail in lines]


def _words(verb: str, detail: dict[str, Any]) -> str:
    fields = listed(FIELD_WORDS[name] for name in detail.get("fields", ()) if name in FIELD_WORDS)
    kind = label(NeedKind, detail.get("kind", ""))
    if verb == "resident.register":
        return _("登记")
    if verb == "need.add":
        return _("添了%(need)s") % {"need": kind}
    if verb == "need.change":
        return _("改了%(need)s的%(fields)s") % {"need": kind, "fields": fields}
    return _("改了%(fields)s") % {"fields": fields}
