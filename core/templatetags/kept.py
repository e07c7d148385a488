"""What the same values always draw is drawn once and kept, for whoever looks.

A builtin, so pages need no {% load %}.
"""

from __future__ import annotations

from collections.abc import Hashable
from functools import lru_cache
from secrets import token_hex
from typing import Any
from uuid import UUID, uuid4

from django import template
from django.conf import settings
from django.forms import BaseForm
from django.template import Context
from django.template.base import Parser, Token
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as parse_url
from django.template.loader import get_template
from django.urls import get_script_prefix, reverse
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()
KEPT = 4096  # a drawn row is some kilobytes, and every process keeps its own
# nobody outside this process can write them into a page
TOKEN, KEY, HERE = token_hex(16), token_hex(16), token_hex(16)
_PLAIN = (str, int, UUID)


@register.simple_tag(takes_context=True)
def drawn(context: Context, template_name: str, value: Hashable) -> SafeString:
    """Draw a template whose whole input is one frozen value, `it`; rows that did not change cost a look-up.

    A form may stand in it: what is new each time, its token, its key and the address to come back to, is written into
    the kept text.
    """
    draw = _draw if settings.DEBUG else _drawn
    text = draw(template_name, value, get_language())
    if TOKEN in text:
        text = text.replace(TOKEN, str(context.get("csrf_token", "")))
    if HERE in text:
        text = text.replace(HERE, conditional_escape(context["page"].here))
    while KEY in text:
        text = text.replace(KEY, uuid4().hex, 1)
    return SafeString(text)


def _draw(template_name: str, value: Hashable, _language: str | None) -> str:
    return get_template(template_name).render({"it": value, "csrf_token": TOKEN, "new_key": KEY, "here": HERE})


_drawn = lru_cache(KEPT)(_draw)


@register.simple_tag
def fields_once(template_name: str, form: BaseForm) -> SafeString:
    """Draw the fields of a form, `form`, that every page of a kind carries: an empty one is drawn once and kept.

    For forms whose empty fields are the same for everybody: no initial values, no choices read from rows.
    """
    if form.is_bound or form.initial or settings.DEBUG:
        return _fields(template_name, form)
    return _blank(template_name, type(form), get_language())  # type: ignore[arg-type]  # a class is hashable


def _fields(template_name: str, form: BaseForm) -> SafeString:
    return SafeString(get_template(template_name).render({"form": form}))


@lru_cache(KEPT)
def _blank(template_name: str, kind: type[BaseForm], _language: str | None) -> SafeString:
    return _fields(template_name, kind())


class KeptUrl(URLNode):
    """Django's own, but an address that was made before is not looked up in the table of addresses again."""

    def render(self, context: Context) -> SafeString:
        """Return the address, or set the variable of `as`."""
        args = tuple(arg.resolve(context) for arg in self.args)
        if self.kwargs or self.asvar or not all(isinstance(arg, _PLAIN) for arg in args):
            return SafeString(super().render(context))
        found = _address(self.view_name.resolve(context), args, get_script_prefix())
        return SafeString(conditional_escape(found) if context.autoescape else found)


@lru_cache(KEPT)
def _address(name: str, args: tuple[Any, ...], _prefix: str) -> str:
    return reverse(name, args=args)


@register.tag
def url(parser: Parser, token: Token) -> URLNode:
    """Read the tag as Django does."""
    node = parse_url(parser, token)
    return KeptUrl(node.view_name, node.args, node.kwargs, node.asvar)
