"""What every API class shares: sign-in by session, errors as {code, message, context}."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import APIException, ParseError
from rest_framework.exceptions import NotFound as NoSuchPage
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response

from core.errors import UNSTORABLE, DomainError, NotFound, is_away


class Json(JSONParser):
    """JSON; what is nested deeper than we can follow is as unreadable as what is no JSON."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        """Parse, or raise ParseError."""
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise ParseError from error


class Session(SessionAuthentication):
    """Session sign-in that answers 401, not 403, to a stranger."""

    def authenticate_header(self, request: Request) -> str:
        """Name the scheme, so that a missing sign-in is 401."""
        return "Session"


def on_error(error: Exception, _context: dict[str, Any]) -> Response | None:
    """Give every refusal the same shape."""
    if isinstance(error, NotFound | Http404 | NoSuchPage):
        # one body for all: which step of the look-up failed would tell a stranger that something is there
        return Response({"code": "not_found", "message": _("没找到"), "context": {}}, status=404)
    if isinstance(error, UNSTORABLE):
        return Response({"code": "unreadable", "message": _("看不懂这个请求"), "context": {}}, status=400)
    if isinstance(error, DomainError):
        body = {"code": error.code, "message": error.message, "context": _plain(error.context)}
        return Response(body, status=error.http_status)
    if is_away(error):
        body = {"code": "unavailable", "message": _("没存上，请再试一次。"), "context": {}}
        return Response(body, status=503, headers={"Retry-After": "5"})
    if isinstance(error, APIException):
        detail = error.detail
        message = str(detail) if not isinstance(detail, (dict, list)) else _("填的内容有误，请看每一项的说明。")
        context = {"fields": detail} if isinstance(detail, (dict, list)) else {}
        codes = error.get_codes()
        code = codes if isinstance(codes, str) else "invalid"
        return Response({"code": code, "message": message, "context": context}, status=error.status_code)
    return None


def _plain(context: dict[str, Any]) -> dict[str, Any]:
    return {
        key: value if isinstance(value, (str, int, float, bool, list)) else str(value) for key, value in context.items()
    }
