"""The gate pass's own states; not yet valid, valid, out, back and overdue are derived from times and scans."""

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.states import Machine


class PassStatus(models.TextChoices):
    """Issued until somebody voids it, which only a pass nobody left on can be."""

    ISSUED = "issued", _("已发")
    VOID = "void", _("作废")


GATE_PASS = Machine(
    name="gate_pass", statuses=PassStatus, start=(PassStatus.ISSUED,), table={PassStatus.ISSUED: (PassStatus.VOID,)}
)


class Direction(models.TextChoices):
    """Which way through the gate."""

    EXIT = "exit", _("出门")
    ENTRY = "entry", _("回来")


class Reading(StrEnum):
    """What became of a scanned text. Only a bad signature means that somebody made it up."""

    GOOD = "good"
    BAD_SIGNATURE = "bad_signature"
    UNKNOWN_KEY = "unknown_key"
    UNKNOWN_VERSION = "unknown_version"
    UNREADABLE = "unreadable"


class Answer(models.TextChoices):
    """What the gate's page answers; an entry is never red (INV-21)."""

    GREEN = "green", _("可以出门")
    AMBER = "amber", _("先核对一下")
    RED = "red", _("这张证不能用")


class Decision(models.TextChoices):
    """What the guard did."""

    LET_OUT = "let_out", _("已放行")
    LET_IN = "let_in", _("已进门")
    CHECKED = "checked", _("核对过，放行")
    EMERGENCY = "emergency", _("紧急放行")
    ASKED = "asked", _("问社区")
    TURNED = "turned", _("没放行，先核对")


class PassPhase(models.TextChoices):
    """Where a pass stands, derived from its status, its times and its scans; never stored."""

    UPCOMING = "upcoming", _("还没到时间")
    READY = "ready", _("可以出门")
    EXPIRED = "expired", _("没出门，过时了")
    OUT = "out", _("还在外面")
    OVERDUE = "overdue", _("该回来了")
    BACK = "back", _("已回来")
    VOID = "void", _("作废")
