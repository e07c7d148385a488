"""One key, one effect: every write of a page or of the API carries a key made by the client."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.db import OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import Conflict, Invalid
from core.models import IdempotencyKey
from core.view_marks import marked

V = TypeVar("V", bound=Callable[..., HttpResponse])
FIELD = "idempotency_key"
HEADER = "Idempotency-Key"
_KEY = re.compile(r"^[0-9a-zA-Z_-]{8,64}$")
# when it was pressed is told only by a press that got no answer and is sent again: it makes no other content
_IGNORED = {FIELD, "csrfmiddlewaretoken", "happened_at"}
_CLAIM = """
INSERT INTO core_idempotencykey (scope, key, fingerprint, status, location, created_at)
VALUES (%s, %s, %s, 0, '', %s) ON CONFLICT (scope, key) DO NOTHING RETURNING id
"""


def idempotent(view: V) -> V:
    """Run a writing view in one transaction with its key; repeat the first answer for a repeated key.

    A view that answers 4xx (a form to mend) or raises leaves no key, so the mended form may use it again.
    Raises Invalid without a key, Conflict when the key was used for other content or is still at work.
    """

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        key, scope = _key_of(request), _scope_of(request)
        with transaction.atomic():
            row, is_first = _claim(scope, key, _fingerprint(request))
            if not is_first:
                return _repeat(request, row)
            response = view(request, *args, **kwargs)
            if response.status_code >= 400:
                transaction.set_rollback(True)
                return response
            row.status = response.status_code
            row.location = response.headers.get("Location", response.headers.get("HX-Redirect", ""))[:300]
            row.save(update_fields=["status", "location"])
        return response

    return marked(cast("V", wrapper), is_idempotent=True)


def _key_of(request: HttpRequest) -> str:
    key = request.headers.get(HEADER) or request.POST.get(FIELD, "")
    if not _KEY.match(key):
        raise Invalid("idempotency.key", _("这一页太旧了，请刷新后再交一次。填的内容还在。"))
    return key


def _scope_of(request: HttpRequest) -> str:
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        return f"user:{user.pk}"
    return f"anon:{request.META.get('REMOTE_ADDR', '')}"


def _fingerprint(request: HttpRequest) -> str:
    digest = hashlib.sha256(request.path.encode())
    if request.content_type == "application/json":
        digest.update(request.body)
    else:
        for name in sorted(set(request.POST) - _IGNORED):
            digest.update(repr((name, request.POST.getlist(name))).encode(errors="backslashreplace"))
    return digest.hexdigest()


def _claim(scope: str, key: str, fingerprint: str) -> tuple[IdempotencyKey, bool]:
    """Insert the key, or return the row of its first use; waits for a first use still at work (lock_timeout).

    One statement of its own: every write of every page begins with it.
    """
    row = IdempotencyKey(scope=scope, key=key, fingerprint=fingerprint)
    try:
        with connection.cursor() as cursor:
            cursor.execute(_CLAIM, [scope, key, fingerprint, timezone.now()])
            won = cursor.fetchone()
    except OperationalError as error:
        if "lock timeout" not in str(error):
            raise
        raise Conflict("idempotency.in_flight", _("正在存，请等两秒再看。")) from error
    if won is not None:
        row.pk, row._state.adding = won[0], False
        return row, True
    row = IdempotencyKey.objects.get(scope=scope, key=key)
    if row.fingerprint != fingerprint:
        raise Conflict("idempotency.reused", _("这一张表已经交过，内容不一样。请刷新后再填。"))
    return row, False


def _repeat(request: HttpRequest, row: IdempotencyKey) -> HttpResponse:
    """Answer as the first time, without doing it again."""
    if getattr(request, "htmx", False):
        return HttpResponse(
            status=204, headers={"HX-Redirect": row.location} if row.location else {"HX-Refresh": "true"}
        )
    if row.location:
        return HttpResponseRedirect(row.location)
    return HttpResponse(status=row.status or 204, headers={"Idempotent-Replayed": "true"})
