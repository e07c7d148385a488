"""Pages, fragments and errors over HTTP."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language

from core import boards, clock
from core.errors import DomainError

NOW = "X-Now"  # our time, for pages whose computer slept or goes wrong


def page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any] | None = None,
    *,
    part: str = "",
    status: int = 200,
    mark: str = "",
) -> HttpResponse:
    """Render a page, or only its partial `part` when htmx asks for a fragment (not for a restored history entry).

    A fragment carries the `mark` of what it was made from, for `unchanged`, and our time, for the page's clocks.
    """
    wants_part = part and is_fragment(request)
    response = render(request, f"{template}#{part}" if wants_part else template, context or {}, status=status)
    patch_vary_headers(response, ["HX-Request"])
    response.headers["Cache-Control"] = "no-store"
    if wants_part and request.method == "GET":
        return _unless_same(request, response, mark)
    return response


def mark_of(
    request: HttpRequest, *names: str, kinds: Sequence[str] = (), at: datetime, version: str | None = None
) -> str:
    """Return the mark of a fragment; "" for a whole page. `version` is that of the boards, when it is known already.

    It is another one after a change of the boards named (or of any board of `kinds`), a minute later, and for another
    question, so that an old fragment stands for a minute at most even where a change named no board. Each person's
    minutes begin at a second of their own: else every open page would be drawn anew in the same one.
    """
    if not is_fragment(request):
        return ""
    version = boards.version(*names, kinds=kinds) if version is None else version
    asked = (request.get_full_path(), request.headers.get("HX-Target", ""), get_language(), str(request.user.pk))
    own_minute = at + timedelta(seconds=zlib.crc32(str(request.user.pk).encode()) % 60)
    words = "|".join((version, f"{own_minute:%d%H%M}", *map(str, asked)))
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def unchanged(request: HttpRequest, mark: str) -> HttpResponse | None:
    """Answer 304 at once to a poll whose fragment was made from the same: nothing need be read or drawn."""
    seen = request.headers.get("If-None-Match", "")
    if mark and seen.strip('"').partition(".")[0] == mark:
        return HttpResponseNotModified(headers={"ETag": seen, NOW: clock.now().isoformat()})
    return None


def wants_fresh(request: HttpRequest) -> bool:
    """Say whether somebody pressed reload: then nothing kept is shown. A living part's poll says "no-cache" always."""
    asked = request.headers.get("Cache-Control", "")
    return not is_fragment(request) and ("no-cache" in asked or "max-age=0" in asked.replace(" ", ""))


def is_fragment(request: HttpRequest) -> bool:
    """Say whether htmx asks for a fragment."""
    htmx: Any = getattr(request, "htmx", None)
    return bool(htmx) and not htmx.history_restore_request and not htmx.boosted


def is_scripted(request: HttpRequest) -> bool:
    """Say whether a script sent a whole form, to mend the page it stands on (static/js/send.js)."""
    return request.headers.get("Sent-By") == "script"


def _unless_same(request: HttpRequest, response: HttpResponse, mark: str) -> HttpResponse:
    """Answer 304 to a poll whose fragment is, to the letter, the one the page already shows."""
    response.headers[NOW] = clock.now().isoformat()
    content = hashlib.sha256(response.content).hexdigest()[:32]
    tag = f'"{mark}.{content}"'
    if request.headers.get("If-None-Match", "").strip('"').rpartition(".")[2] == content:
        return HttpResponseNotModified(headers={"ETag": tag, NOW: response.headers[NOW]})
    response.headers["ETag"] = tag
    return response


def next_url(request: HttpRequest, default: str) -> str:
    """Return the `next` the form names if it leads to this site, else `default`."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return target
    return default


def page_before(request: HttpRequest, default: str) -> str:
    """Return the page of this site that a form was sent from, for a part that stands on many pages; else `default`."""
    came = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(
        came, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    where = urlsplit(came)._replace(scheme="", netloc="").geturl() if came and is_ours else default
    is_path = not where.startswith("//")  # which a browser takes for another site
    return where if is_path and _can_be_read(urlsplit(where).path) else default


def way_back(request: HttpRequest) -> str:
    """Return the page of this site somebody came from, else the nearest list above the address; "" for neither.

    For pages that say that something failed: never the address that just did, nothing is looked up, and no object is
    named that the browser did not come from, so that another's stays as absent as none.
    """
    try:
        before = page_before(request, "")
    except DisallowedHost:
        return ""
    if before and (request.method == "POST" or before != request.get_full_path()):
        return before
    path = request.path.rstrip("/").rpartition("/")[0] + "/"
    while path != "/" and not (_can_be_read(path) and _names_nobody(path)):
        path = path.rstrip("/").rpartition("/")[0] + "/"
    return "" if path == "/" else path


def _names_nobody(path: str) -> bool:
    return not resolve(path).kwargs


def _can_be_read(path: str) -> bool:
    """Say whether an address answers to GET: a form to mend was drawn by an address that may only be sent to."""
    try:
        view: Any = resolve(path).func
    except Resolver404:
        return False
    while view is not None:
        for cell in getattr(view, "__closure__", None) or ():
            methods = cell.cell_contents
            if isinstance(methods, list | tuple) and "POST" in methods and "GET" not in methods:
                return False
        view = getattr(view, "__wrapped__", None)
    return True


def error_page(request: HttpRequest, error: DomainError) -> HttpResponse:
    """Render a domain error: 403, 404, 409 or 422, as a page or as a fragment for the page that asked."""
    is_part = is_fragment(request) or is_scripted(request)
    template = "errors/fragment.html" if is_part else f"errors/{error.http_status}.html"
    context: dict[str, Any] = {"back": way_back(request)}
    if error.http_status != 404:
        context["error"] = error
    return render(request, template, context, status=error.http_status)
