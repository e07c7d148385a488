"""What every page shows around its own content."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject, cached_property
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from accounts.models import Post, User
from core import clock
from core.http import page_before
from core.vocabulary import Role

CALLS_SEEN_BY = set(Role) - {Role.AUDITOR, Role.SYSADMIN}

# role → (label, url name, icon); a tab whose page is not there yet is left out
TABS: dict[str, list[tuple[Any, str, str]]] = {
    Role.STAFF: [
        (_("今天"), "access:home", "home"),
        (_("居民"), "access:residents", "user"),
        (_("出行申请"), "access:requests", "car"),
        (_("通行证"), "communities:passes", "qr"),
    ],
    Role.DISPATCH: [
        (_("调度台"), "dispatch:board", "swap"),
        (_("没登记的人"), "access:strangers", "user"),
        (_("车辆"), "dispatch:vehicles", "car"),
        (_("医院状态"), "dispatch:facilities", "hosp"),
        (_("自动排车"), "dispatch:engine", "again"),
        (_("来电"), "access:caller_find", "phone"),
    ],
    Role.GUARD: [
        (_("扫码"), "communities:gate", "qr"),
        (_("今天的证"), "communities:gate_list", "list"),
    ],
    Role.DRIVER: [(_("现在这一趟"), "transport:sheet", "car"), (_("今天的趟"), "transport:today", "clock")],
    Role.INTAKE: [
        (_("接诊台"), "hospitals:desk", "hosp"),
        (_("在院"), "hospitals:inside", "bed"),
        (_("科室与床位"), "hospitals:services", "settings"),
    ],
    Role.COMMAND: [
        (_("全市"), "command:overview", "home"),
        (_("分区管控"), "command:zones", "shield"),
        (_("来电"), "access:caller_find", "phone"),
    ],
    Role.AUDITOR: [(_("操作记录"), "audit_log", "list")],
    Role.SYSADMIN: [(_("系统管理"), "administration", "settings")],
}
TABS[Role.LEAD] = TABS[Role.STAFF]
TABS[Role.HOSPADM] = TABS[Role.INTAKE][-1:]


@dataclass(frozen=True)
class Tab:
    """One tab: its word, where it leads, its sign, and whether it is the page that is shown."""

    label: str
    url: str
    icon: str
    current: bool


@dataclass(frozen=True)
class TopBar:
    """All that the bar on top shows but the clock and the address to come back to: drawn once for each value."""

    has_post: bool
    place: str
    role: str
    user_label: str
    tabs: tuple[Tab, ...]
    other_posts: tuple[tuple[int, str], ...]
    hotline: str
    theme: str
    large: bool


@dataclass
class Page:
    """The frame of a page: who, where, tabs, clock, preferences."""

    post: Post | None
    tabs: tuple[Tab, ...]
    user_label: str
    now: datetime
    here: str
    demo: bool
    large: bool
    theme: str
    single_keys: bool = True
    events_url: str = ""
    other_posts: list[Post] = field(default_factory=list)
    release: str = ""
    whose: str = ""  # this person on this post: what a browser keeps of their typing is theirs alone

    @cached_property
    def hotline(self) -> str:
        """Return the number this post rings; asked for by whole pages alone."""
        return hotline_of(self.post)

    @cached_property
    def bar(self) -> TopBar:
        """Return what the bar on top shows."""
        return TopBar(
            has_post=self.post is not None,
            place=self.post.place_label if self.post else "",
            role=self.post.get_role_display() if self.post else "",
            user_label=self.user_label,
            tabs=self.tabs,
            other_posts=tuple((each.pk, str(each)) for each in self.other_posts),
            hotline=self.hotline if self.user_label else "",
            theme=self.theme,
            large=self.large,
        )

    @property
    def sees_calls(self) -> bool:
        """Say whether calls for help stand on top of this post's pages."""
        return self.post is not None and self.post.role in CALLS_SEEN_BY


def page(request: HttpRequest) -> dict[str, Any]:
    """Offer `page` to every template; built only when a template asks for it."""
    return {"page": SimpleLazyObject(lambda: _page(request))}


def _here(request: HttpRequest) -> str:
    """Return the address to come back to: of the page a form was sent from,
    since what it was sent to may only be sent to.
    """
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    return page_before(request, "/")


def _page(request: HttpRequest) -> Page:
    found = getattr(request, "user", None)
    user = found if isinstance(found, User) else None
    post: Post | None = (getattr(request, "post_held", None) if user else None) or None
    now = clock.now()
    return Page(
        post=post,
        tabs=_tabs(request, post),
        user_label=user.name if user else "",
        now=now,
        here=_here(request),
        demo=settings.DEMO and abs(clock.offset().total_seconds()) > 1,
        large=user.large_text if user else request.COOKIES.get("large") == "1",
        theme=user.theme if user else request.COOKIES.get("theme", "auto"),
        single_keys=user.single_keys if user else True,
        events_url=settings.EVENTS_URL,
        release=str(settings.RELEASE),
        whose=f"{user.pk}.{post.pk if post else 0}" if user else "",
        other_posts=[each for each in getattr(request, "posts", []) if post and each.pk != post.pk],
    )


def hotline_of(post: Post | None) -> str:
    """Return the number that whoever holds a post rings; asked of the app that knows where its place lies."""
    return str(import_string(settings.HOTLINE_OF)(post, at=clock.now()))


def _tabs(request: HttpRequest, post: Post | None) -> tuple[Tab, ...]:
    found = [(str(label), _address(name), icon) for label, name, icon in (TABS.get(post.role, []) if post else [])]
    current = max((url for _label, url, _icon in found if url and request.path.startswith(url)), key=len, default=None)
    return tuple(Tab(label, url, icon, url == current) for label, url, icon in found if url)


def _address(name: str) -> str:
    """Return the address of a page, empty for one that is not there yet."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
