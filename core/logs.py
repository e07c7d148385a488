"""Structured logs: an allow-list of keys, ids only, and a net that blanks long runs of digits."""

from __future__ import annotations

import re
from typing import Any

import structlog

ALLOWED = {
    "event", "level", "timestamp", "logger", "request_id", "status", "method", "route", "ms", "user_id", "post",
    "case_ref", "kind", "message_id", "task", "attempt", "error", "count", "area", "name", "pid", "exc_info",
    "exception", "queries", "seconds", "code",
}  # fmt: skip
_DIGITS = re.compile(r"\d{11,18}[0-9Xx]?")


def keep_allowed(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """Drop every key outside the allow-list and blank identity and telephone numbers (trust.md E13)."""
    kept = {key: value for key, value in event.items() if key in ALLOWED or key.startswith("_")}
    return {key: _DIGITS.sub("＊", value) if isinstance(value, str) else value for key, value in kept.items()}


_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]

structlog.configure(
    processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=True,
)

LOG_CONFIG = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "lines": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": _SHARED,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                keep_allowed,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {"django.request": {"level": "ERROR"}, "django.security": {"level": "WARNING"}},
}
