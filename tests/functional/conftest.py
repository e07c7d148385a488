"""A browser for the functional tests: the Chromium that ./dev test found, in Chinese."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page

from tests.browser import all_answered, browser_type_launch_args, live_server  # noqa: F401 (fixtures)
from tests.functional.noon import noon  # noqa: F401 (fixture)


@pytest.fixture(scope="session")
def browser_context_args() -> dict[str, Any]:
    viewport = {"width": 1366, "height": 768}
    return {"locale": "zh-CN", "timezone_id": "Asia/Shanghai", "viewport": viewport, "reduced_motion": "reduce"}


@pytest.fixture
def complaints(context: BrowserContext) -> list[str]:
    """What the browser complained about: broken policy, failed scripts, missing files."""
    heard: list[str] = []

    def listen(page: Page) -> None:
        page.on("pageerror", lambda error: heard.append(str(error)))
        page.on("console", lambda message: heard.append(message.text) if _is_bad(message) else None)

    context.on("page", listen)
    return heard


def _is_bad(message: ConsoleMessage) -> bool:
    return message.type == "error"
