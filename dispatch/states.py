"""The planning run's states."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.states import Machine


class PlanningStatus(models.TextChoices):
    """From the doorbell to the applied plan."""

    QUEUED = "queued", _("等着算")
    SOLVING = "solving", _("正在算")
    SOLVED = "solved", _("算好了")
    APPLIED = "applied", _("已生效")
    FAILED = "failed", _("没算成")
    SUPERSEDED = "superseded", _("被新的代替")


P = PlanningStatus
PLANNING = Machine(
    name="planning",
    statuses=PlanningStatus,
    start=(P.QUEUED, P.SOLVING),
    table={
        P.QUEUED: (P.SOLVING, P.SUPERSEDED),
        P.SOLVING: (P.SOLVED, P.FAILED, P.SUPERSEDED),
        P.SOLVED: (P.APPLIED, P.SUPERSEDED),
    },
)


class PlanningKind(models.TextChoices):
    """Why a plan was made."""

    EVENING = "evening", _("晚上排明天")
    ROLLING = "rolling", _("滚动补排")
    URGENT = "urgent", _("急")
    PREVIEW = "preview", _("重排预览")
