"""One address, one view per method."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from core.view_marks import marked

View = Callable[..., HttpResponse]


def by_method(**views: View) -> View:
    """Join views of one address by method (GET=…, POST=…); HEAD follows GET, others answer 405."""

    def dispatch(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        method = "GET" if request.method == "HEAD" else request.method or ""
        if view := views.get(method):
            return view(request, *args, **kwargs)
        return HttpResponseNotAllowed(list(views))

    return marked(dispatch, views=views)
