"""Template tags of the design's components; a builtin, so pages need no {% load %}.

See docs/reference/components.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from structlog import get_logger

from core import phones, stored
from core.phrases import odd
from core.status_words import STATUS_WORDS, STOP_STATES, STOPS, ZONE_MARKS, status_of
from core.vocabulary import hhmm

register = template.Library()
log = get_logger(__name__)
CURRENT = {"now", "risk", "fail"}  # the states of the stop where a journey stands


# --- marks -------------------------------------------------------------------------------------------------------


@register.simple_tag(name="icon")
def draw_icon(name: str, label: str = "", css: str = "") -> SafeString:
    """Draw an icon of the sprite; with a label it is read out, without it is decoration."""
    return _icon(str(name), str(label), css)


@lru_cache(1024)
def _icon(name: str, label: str, css: str) -> SafeString:
    classes = f"icon {css}".strip()
    if label:
        return format_html('<svg class="{}" role="img" aria-label="{}"><use href="#i-{}"/></svg>', classes, label, name)
    return format_html('<svg class="{}" aria-hidden="true"><use href="#i-{}"/></svg>', classes, name)


@register.filter
def dial(phone: str) -> str:
    """Return what a device dials of a stored telephone: the first number, its extension after a pause."""
    return phones.to_dial(phone or "")


@register.simple_tag
def tag(text: Any, family: str = "quiet", icon: str = "ring") -> SafeString:
    """Draw a status tag with words of its own: colour, icon and word, always all three."""
    css = "tag" if family == "quiet" else f"tag tag-{family}"
    return format_html('<span class="{}">{}{}</span>', css, _icon(icon, "", ""), text)


@register.simple_tag
def status_word(state: str, over: bool | str = False, text: Any = "") -> SafeString:
    """Draw a state of the vocabulary; `over` is True past the limit, "late" past the second.

    `text` replaces the word.
    """
    level = "late" if over == "late" else "over" if over else ""
    try:
        found, family = status_of(str(state), level)
    except KeyError:
        log.error("status_word.unknown", state=str(state))
        return tag(text or state)
    return tag(text or found.word, family, found.icon)


@register.simple_tag
def zone_mark(zone_class: str, word: bool = False) -> SafeString:
    """Draw 封, 管 or 防 in ink; with `word` the whole name stands beside it.

    No zone draws nothing, one that is none its word.
    """
    return _zone_mark(str(zone_class or ""), word, get_language())


@lru_cache(64)
def _zone_mark(zone_class: str, word: bool, _language: str | None) -> SafeString:
    found = ZONE_MARKS.get(zone_class)
    if found is None:
        return format_html("<span>{}</span>", odd(zone_class)) if zone_class else SafeString("")
    drawn = format_html(
        '<span class="zone" data-zone="{}" title="{}"><span aria-hidden="true">{}</span>'
        '<span class="sr-only">{}</span></span>',
        found.style,
        found.word,
        found.mark,
        "" if word else found.word,
    )
    return format_html("{} {}", drawn, found.word) if word else drawn


@register.inclusion_tag("components/answer.html")
def gate_answer(state: str, reason: Any = "", word: Any = "") -> dict[str, Any]:
    """Fill the screen with the gate's answer: let_out, check_first or not_valid."""
    found = STATUS_WORDS[state]
    return {
        "a": {"ok": "ok", "wait": "wait", "danger": "no"}[found.family],
        "icon_name": found.icon,
        "word": word or found.word,
        "reason": reason,
    }


# --- journey and time ----------------------------------------------------------------------------------------------


@register.inclusion_tag("components/journey.html")
def journey_line(line: Any, size: str = "large", label: str = "") -> dict[str, Any]:
    """Draw the six stops: "large", "vertical" or "mini" (segments only; `label` says in words how things stand)."""
    stops = [_stop(each) for each in (_get(line, "stops") or line)]
    done = all(stop["state"] == "done" for stop in stops)
    if size == "mini" and done:
        stops = [{**stop, "state": "past"} for stop in stops]
    return {"stops": stops, "size": size, "label": label or _get(line, "summary") or _spoken(stops)}


def _stop(given: Any) -> dict[str, Any]:
    key = str(_get(given, "key") or "")
    word, drawn = STOPS.get(key, ("", "ring"))
    state = str(_get(given, "state") or "todo")
    return {
        "key": key,
        "label": _get(given, "label") or word,
        "time": clock_time(_get(given, "time")),
        "lines": _get(given, "lines") or [],
        "state": "" if state == "todo" else state,
        "spoken": STOP_STATES.get(state, ""),
        "is_current": state in CURRENT,
        "icon": _get(given, "icon") or drawn,
    }


def _spoken(stops: Iterable[Mapping[str, Any]]) -> str:
    """Say where the line stands, for readers who cannot see the segments."""
    for stop in stops:
        if stop["is_current"]:
            return _("现在：%(stop)s") % {"stop": stop["label"]}
    return _("走完了") if all(stop["state"] in {"done", "past"} for stop in stops) else _("还没出发")


def _get(thing: Any, name: str) -> Any:
    return thing.get(name) if isinstance(thing, Mapping) else getattr(thing, name, None)


@register.filter
def said(words: str) -> str:
    """Say a sentence that a row holds in the reader's language."""
    return stored.said(words)


@register.filter
def clock_time(value: Any) -> str:
    """Say a time as 12:42 in local time; words pass through, nothing becomes nothing."""
    if isinstance(value, datetime):
        return hhmm(value)
    return str(value) if value is not None else ""


@register.inclusion_tag("components/clock.html", takes_context=True)
def clock(  # noqa: PLR0913 - a page names what it wants
    context: Context,
    until: datetime | None = None,
    total: int = 900,
    warn: int = 300,
    words: str = "",
    now: datetime | None = None,
    big: bool = False,
) -> dict[str, Any]:
    """Count down to `until` out of `total` seconds: blue, amber under `warn` seconds, red when past.

    The browser ticks on.
    """
    at = now or context["page"].now
    left = int((until - at).total_seconds()) if until else total
    level = "late" if left <= 0 else "warn" if left < warn else ""
    return {
        "until": until.isoformat() if until else "",
        "now": at.isoformat(),
        "total": total,
        "warn": warn,
        "fraction": f"{min(max(left / total, 0), 1):.3f}" if left > 0 else "1",
        "digits": f"{'+' if left < 0 else ''}{abs(left) // 60}:{abs(left) % 60:02d}",
        "minutes": abs(left) // 60,
        "seconds": abs(left) % 60,
        "late": left <= 0,
        "level": level,
        "words": words or _("共 %(n)s 分") % {"n": total // 60},
        "big": big,
    }


@register.simple_tag(takes_context=True)
def waited(context: Context, since: datetime, now: datetime | None = None) -> SafeString:
    """Say how long somebody has waited (12 分, 1 小时 52 分); the browser keeps it right."""
    at = now or context["page"].now
    minutes = max(int((at - since).total_seconds() // 60), 0)
    return format_html(
        '<span class="num" data-since="{}" data-now="{}">{}</span>',
        since.isoformat(),
        at.isoformat(),
        duration(minutes),
    )


@register.filter
def duration(minutes: Any) -> str:
    """Say a length of time in minutes as 12 分 or 1 小时 52 分."""
    hours, rest = divmod(int(minutes or 0), 60)
    if hours:
        return _("%(h)s 小时 %(m)s 分") % {"h": hours, "m": rest}
    return ngettext("%(m)s 分", "%(m)s 分", rest) % {"m": rest}


# --- people, reasons, news --------------------------------------------------------------------------------------------


@register.inclusion_tag("components/person.html")
def person_card(person: Any, level: str = "desk", heading: str = "h2", status: Any = "") -> dict[str, Any]:
    """Show a person at a privacy level (gate, driver, desk, full); the server never sends what the level hides."""
    if level not in {"gate", "driver", "desk", "full"}:
        raise template.TemplateSyntaxError(f"Unknown privacy level {level}")
    name = str(_get(person, "name") or "")
    return {"p": person, "level": level, "heading": heading, "face": _get(person, "face") or name[:1], "status": status}


@register.inclusion_tag("components/why.html")
def why_list(reasons: Iterable[Any]) -> dict[str, Any]:
    """List reasons {kind: yes|but|info|no, text, source}; the rule's source stands in small text."""
    icons = {"yes": "okcircle", "but": "info", "info": "info", "no": "dash"}
    items = [{"kind": k, "icon": icons[k], "r": each} for each in reasons for k in [str(_get(each, "kind") or "yes")]]
    return {"items": items}


@register.inclusion_tag("components/strip.html")
def strip(text: Any, family: str = "quiet", icon: str = "info", lead: Any = "") -> dict[str, Any]:
    """Show one line of news; `lead` is its bold beginning. Amber and red ones are announced."""
    return {"text": text, "family": family, "icon_name": icon, "lead": lead}


@register.inclusion_tag("components/empty.html")
def empty_state(title: Any, text: Any = "", icon: str = "okcircle", url: str = "", label: Any = "") -> dict[str, Any]:
    """Say that there is nothing, and offer the one thing to do about it."""
    return {"title": title, "text": text, "icon_name": icon, "url": url, "label": label}


@register.inclusion_tag("components/meter.html")
def meter(label: Any, value: float, maximum: float, wait: bool = False, unit: str = "") -> dict[str, Any]:
    """Show `value` of `maximum` as words and a bar; `wait` draws it amber."""
    share = min(max(value / maximum, 0), 1) if maximum else 0
    return {"label": label, "value": value, "max": maximum, "share": f"{share:.2f}", "wait": wait, "unit": unit}
