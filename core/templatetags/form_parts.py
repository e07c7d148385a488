"""Template tags of forms and acts; a builtin like components. See docs/reference/components.md."""

from __future__ import annotations

import uuid
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BaseForm, BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect, Textarea
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.fields import TiledForm

register = template.Library()

KINDS = {
    "plain": "btn",
    "primary": "btn btn-primary",
    "alarm": "btn btn-alarm",
    "danger": "btn btn-danger",
    "ghost": "btn btn-ghost",
}
SIZES = {"": "", "sm": " btn-sm", "lg": " btn-lg", "act": " btn-lg btn-act"}


@register.simple_tag
def button_class(kind: str = "plain", size: str = "", block: bool = False) -> str:
    """Return the classes of a button of a kind and size."""
    return KINDS[kind] + SIZES[size] + (" btn-block" if block else "")


@register.simple_tag(takes_context=True)
def idempotency_key(context: Context, key: str = "") -> SafeString:
    """Write the hidden key that makes a double press one event; every writing form carries one."""
    value = key or context.get("new_key") or uuid.uuid4().hex
    return format_html('<input type="hidden" name="idempotency_key" value="{}">', value)


@register.inclusion_tag("components/post_button.html", takes_context=True)
def post_button(  # noqa: PLR0913 - a page names what it wants
    context: Context,
    label: Any,
    url: str,
    kind: str = "plain",
    size: str = "",
    icon: str = "",
    key: str = "",
    shortcut: str = "",
    target: str = "",
    block: bool = False,
    main: bool = False,
    **hidden: Any,
) -> dict[str, Any]:
    """Make a one-button POST form: CSRF, idempotency key, hidden fields from the other keywords.

    `target` (a CSS selector) lets htmx send it and swap the answer there; without it the page reloads.
    `main` marks the button that Enter presses in its row; `shortcut` is its key.
    """
    return {
        "csrf_token": context.get("csrf_token"),
        "label": label,
        "url": url,
        "css": button_class(kind, size, block),
        "icon_name": icon,
        "key": key or context.get("new_key") or uuid.uuid4().hex,
        "shortcut": shortcut,
        "target": target,
        "block": block,
        "main": main,
        "hidden": hidden,
    }


@register.filter
def key_name(shortcut: str) -> str:
    """Say a shortcut as its key cap shows it: ctrl+enter becomes Ctrl ↵."""
    caps = {"enter": "↵", "ctrl": "Ctrl", "shift": "Shift", "esc": "Esc", "arrowup": "↑", "arrowdown": "↓"}
    return " ".join(caps.get(part.lower(), part.upper()) for part in str(shortcut).split("+") if part)


@register.inclusion_tag("components/error_summary.html")
def error_summary(form: BaseForm) -> dict[str, Any]:
    """List what is wrong on top of a form; each line leads to its field, and focus moves here."""
    fields = [field for field in form if field.errors] if form.is_bound else []
    shown = [field for field in fields if not field.is_hidden]
    general = (
        [*form.non_field_errors(), *(e for field in fields if field.is_hidden for e in field.errors)]
        if form.is_bound
        else []
    )
    return {"fields": shown, "general": general, "count": len(shown) + len(general)}


@register.inclusion_tag("components/field.html")
def field(bound: BoundField, check_url: str = "", css: str = "", rows: int = 0) -> dict[str, Any]:
    """Show a field: label above, help under it, control, error below; radio and checkbox groups become tiles.

    With `check_url` the browser asks that address when the field is left, and shows the answer under the control.
    """
    widget = bound.field.widget
    if isinstance(widget, RadioSelect | CheckboxSelectMultiple):
        return {**tiles(bound), "is_tiles": True}
    ident = bound.auto_id
    notes = [f"{ident}_help"] if bound.help_text else []
    notes += [f"{ident}_error"] if bound.errors else []
    notes += [f"{ident}_check"] if check_url else []
    attrs: dict[str, Any] = {"class": "input" if not isinstance(widget, CheckboxInput) else "tick"}
    if notes:
        attrs["aria-describedby"] = " ".join(notes)
    if check_url:
        attrs |= {"hx-post": check_url, "hx-trigger": "change", "hx-target": f"#{ident}_check", "hx-swap": "innerHTML"}
    if rows and isinstance(widget, Textarea):
        attrs["rows"] = rows
    return {
        "field": bound,
        "control": bound.as_widget(attrs=attrs),
        "is_check": isinstance(widget, CheckboxInput),
        "check": bool(check_url),
        "css": css,
    }


@register.inclusion_tag("components/tiles.html")
def tiles(bound: BoundField, number: int = 0, hint: Any = "", columns: int = 3, legend: Any = "") -> dict[str, Any]:
    """Show a choice as tiles as big as a thumb; a `TiledForm` says their signs and small words."""
    extra = bound.form.tiles.get(bound.name, {}) if isinstance(bound.form, TiledForm) else {}
    options = []
    for option in bound.subwidgets:
        data = option.data
        more = extra.get(data["value"]) or extra.get(str(data["value"])) or {}
        options.append(
            {
                "id": option.id_for_label,
                "name": data["name"],
                "value": data["value"],
                "type": data["type"],
                "label": data["label"],
                "selected": data["selected"],
                "icon": more.get("icon", ""),
                "small": more.get("small", ""),
            }
        )
    return {"field": bound, "options": options, "number": number, "hint": hint, "columns": columns, "legend": legend}


@register.inclusion_tag("components/pager.html", takes_context=True)
def pager(context: Context, pages: Page[Any]) -> dict[str, Any]:
    """Lead to the page before and after, keeping the filters in the address."""
    query = context["request"].GET.copy()

    def url(number: int) -> str:
        query["page"] = str(number)
        return f"?{query.urlencode()}"

    return {
        "pages": pages,
        "before": url(pages.previous_page_number()) if pages.has_previous() else "",
        "after": url(pages.next_page_number()) if pages.has_next() else "",
    }


@register.inclusion_tag("components/copy_text.html")
def copy_text(text: Any, label: Any = "", rows: int = 4) -> dict[str, Any]:
    """Offer a text to copy (a message for a family); without scripts it can be selected by hand."""
    return {"text": text, "label": label or _("复制文字"), "rows": rows, "ident": f"copy-{uuid.uuid4().hex[:8]}"}


@register.filter
def undo_url(tags: str) -> str:
    """Return the address of 撤回 that a message carries in its extra tags as "undo:/address/"."""
    return next((part.removeprefix("undo:") for part in str(tags or "").split() if part.startswith("undo:/")), "")
