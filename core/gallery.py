"""The living page of components: every component in each state, with invented people. For development and tests."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from core import clock
from core.fields import DayField, IdNoField, NameField, NoteField, TiledForm
from core.status_words import STATUS_WORDS, ZONE_MARKS


class GalleryForm(TiledForm):
    """One field of each kind, tiles included."""

    purpose = forms.ChoiceField(
        label=_("做什么？"),
        widget=forms.RadioSelect,
        choices=[
            ("dialysis", _("血液透析")),
            ("chemo", _("放疗、化疗")),
            ("birth", _("产检、生产")),
            ("other", _("其他")),
        ],
    )
    name = NameField(label=_("姓名"), max_length=20)
    id_number = IdNoField(label=_("身份证"), help_text=_("没有就先空着，改天补"), required=False)
    next_on = DayField(label=_("下次治疗"))
    compound = forms.ChoiceField(label=_("小区"), choices=[("", _("请选")), ("a", "锦江花园"), ("b", "青年家园")])
    note = NoteField(label=_("备注"), widget=forms.Textarea, required=False)
    escort = forms.BooleanField(label=_("一人陪同"), required=False, help_text=_("上车时出示证件"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tiles["purpose"] = {
            "dialysis": {"icon": "drop", "small": _("花名册里登记的")},
            "chemo": {"icon": "drip"},
            "birth": {"icon": "baby"},
            "other": {"icon": "more", "small": _("写一句话说明")},
        }


def _stop(key: str, time: str, lines: list[str], state: str) -> dict[str, Any]:
    return {"key": key, "time": time, "lines": lines, "state": state}


def sample_line(third: str = "now") -> list[dict[str, Any]]:
    """Return the design's journey: out of the gate, in the car, arriving; the third stop in a state of choice."""
    return [
        _stop("gate", "12:21", ["南门扫码放行", "比约定晚 1 分"], "done"),
        _stop("board", "12:24", ["辽F·3K27 李师傅", "轮椅已固定"], "done"),
        _stop("door", "12:42", ["还有 6 分钟到", "市中心医院 2 号门"], third),
        _stop("treatment", "13:00", ["透析室 14 号机位", "约 4 小时"], "todo"),
        _stop("return", "17:10", ["已预留同一辆车", "医院点结束就出发"], "todo"),
        _stop("home", "17:35", ["送到 5 号楼门口", "女儿签收"], "todo"),
    ]


PEOPLE = {
    "gate": {"name": "王＊＊", "place": "5 号楼", "party_size": 2},
    "driver": {"name": "王阿姨", "mobility": "坐轮椅", "escort": "女儿陪同", "place": "锦江花园 5 号楼"},
    "desk": {
        "name": "王秀兰",
        "about": "女 68 岁",
        "place": "锦江花园 5 号楼 1 单元 302",
        "zone": "controlled",
        "need": "血液透析",
        "mobility": "坐轮椅",
        "escort": "女儿陪同",
        "id_masked": "2106**********2428",
        "reveal_url": "#",
    },
}

REASONS = [
    {"kind": "yes", "text": "管控区居民由非黄码医院接诊", "source": "市防控通告 第一条，6月27日起"},
    {"kind": "yes", "text": "透析室今天照常开放，空 4 台"},
    {"kind": "but", "text": "48 小时核酸没有：到院补测，不影响接诊"},
    {"kind": "no", "text": "市第一医院：透析室消杀停诊，明早恢复"},
]


def gallery_context(now: datetime) -> dict[str, Any]:
    """Return what the page of components shows."""
    done = [{**stop, "state": "done"} for stop in sample_line()]
    return {
        "states": list(STATUS_WORDS),
        "zones": list(ZONE_MARKS),
        "families": ["info", "wait", "danger", "queue"],
        "line": sample_line(),
        "line_risk": sample_line("risk"),
        "line_fail": sample_line("fail"),
        "line_done": done,
        "until_far": now + timedelta(minutes=12, seconds=5),
        "until_near": now + timedelta(minutes=4, seconds=18),
        "until_past": now - timedelta(minutes=2, seconds=40),
        "since": now - timedelta(minutes=12),
        "since_long": now - timedelta(minutes=200),
        "at": now,
        "people": PEOPLE,
        "person": PEOPLE["desk"],
        "reasons": REASONS,
        "form": GalleryForm(initial={"purpose": "dialysis", "compound": "a"}, auto_id="ok_%s"),
        "bad_form": GalleryForm({"name": "王秀兰", "next_on": "昨天", "purpose": "x"}, auto_id="bad_%s"),
        "pages": Paginator(range(95), 20).page(2),
    }


def gallery(request: HttpRequest) -> HttpResponse:
    """Show every component in each state; wired only outside production."""
    return render(request, "components/_gallery.html", gallery_context(clock.now()))
