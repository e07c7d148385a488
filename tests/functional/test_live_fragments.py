"""Living fragments: new facts arrive by polling, but nothing moves under a hand."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from core import clock

pytestmark = pytest.mark.django_db(transaction=True)


class Board:
    """A fragment's address, answered with the rows of the moment and an ETag as the server's pages do."""

    def __init__(self) -> None:
        self.rows = [("a", "甲", ""), ("b", "乙", ""), ("c", "丙", "")]
        self.answers: list[int] = []
        self.ahead = timedelta()  # how far our time went on while the page's computer slept

    def answer(self, route: Route) -> None:
        html = "".join(
            f'<li data-key="{key}" data-level="{level}" data-say="{word}还没有车"><a href="#{key}">{word}</a></li>'
            for key, word, level in self.rows
        )
        tag = f'"{hash(html)}"'
        status = 304 if route.request.headers.get("if-none-match") == tag else 200
        self.answers.append(status)
        body = f"<ol>{html}</ol>" if status == 200 else ""
        headers = {"ETag": tag, "X-Now": (timezone.now() + self.ahead).isoformat(), "Content-Type": "text/html"}
        route.fulfill(status=status, body=body, headers=headers)


@pytest.fixture
def board() -> Board:
    return Board()


@pytest.fixture
def page(context: BrowserContext, live_server: LiveServer, board: Board) -> Page:
    """A page whose region follows the board every half second."""
    made = context.new_page()
    made.route("**/_board/", board.answer)
    made.goto(f"{live_server.url}/_gallery/")
    made.wait_for_function("() => document.querySelector('.meter i').style.getPropertyValue('--v') !== ''")
    made.evaluate(
        "() => { const main = document.getElementById('main');"
        ' main.innerHTML = \'<section id="region" data-live="/_board/" data-live-every="0.5"></section>\';'
        " htmx.process(main); main.dispatchEvent(new CustomEvent('htmx:load', {bubbles: true})); }"
    )
    expect(made.locator("#region li")).to_have_count(3)
    return made


def test_unchanged_fragments_are_answered_304(page: Page, board: Board) -> None:
    with page.expect_response(lambda response: response.status == 304):
        pass
    expect(page.locator("#region li")).to_have_count(3)


def test_new_rows_arrive_when_no_hand_is_near(page: Page, board: Board) -> None:
    page.mouse.move(2, 2)
    board.rows.insert(0, ("z", "新", "wait"))
    expect(page.locator("#region li").first).to_have_text("新")
    expect(page.locator("#say")).to_have_text("新还没有车")


def test_the_row_under_the_pointer_never_moves(page: Page, board: Board) -> None:
    row = page.locator('[data-key="b"]')
    row.hover()
    before = row.bounding_box()
    board.rows = [("z", "新", ""), *board.rows[:2], ("c", "丙改了", "")]
    expect(page.locator(".live-note")).to_have_text("有 1 条更新，点这里看")
    expect(page.locator('[data-key="c"]')).to_have_text("丙改了")
    assert row.bounding_box() == before
    page.locator(".live-note").click()
    expect(page.locator("#region li").first).to_have_text("新")


def test_what_waited_is_shown_once_the_pointer_left(page: Page, board: Board) -> None:
    page.locator('[data-key="b"]').hover()
    board.rows.insert(0, ("z", "新", ""))
    expect(page.locator(".live-note")).to_be_visible()
    page.mouse.move(2, 2)
    expect(page.locator("#region li").first).to_have_text("新")


def test_red_comes_whatever_the_pointer_lies_on(page: Page, board: Board) -> None:
    """Guard: a new emergency never appeared while the mouse rested in the column."""
    page.locator('[data-key="b"]').hover()
    board.rows = [("a", "甲没车", "danger"), ("b", "乙改了", ""), ("x", "急", "danger"), ("c", "丙", "")]

    expect(page.locator('[data-key="x"]')).to_have_text("急", timeout=3000)
    expect(page.locator('[data-key="a"]')).to_have_text("甲没车")
    expect(page.locator('[data-key="b"]')).to_have_text("乙")  # the row under the pointer alone waits
    expect(page.locator("#say-now")).to_have_text("急还没有车")


def test_a_pointer_that_lies_still_is_no_hand(page: Page, board: Board) -> None:
    """Guard: a mouse left in the column froze it for hours."""
    page.locator('[data-key="b"]').hover()
    board.rows.insert(0, ("z", "新", ""))
    expect(page.locator(".live-note")).to_be_visible()

    expect(page.locator("#region li").first).to_have_text("新", timeout=14_000)
    expect(page.locator(".live-note")).to_have_count(0)


def test_what_waits_under_the_keyboard_says_how_old_the_column_is(page: Page, board: Board) -> None:
    page.mouse.move(2, 2)
    page.locator('[data-key="a"] a').focus()
    board.rows.insert(0, ("z", "新", ""))
    expect(page.locator(".live-note")).to_have_text("有 1 条更新，点这里看")
    page.evaluate("() => { const was = performance.now.bind(performance); performance.now = () => was() + 180000; }")
    expect(page.locator(".live-note")).to_contain_text("分钟没换了")


def test_a_row_with_focus_keeps_its_text(page: Page, board: Board) -> None:
    page.mouse.move(2, 2)
    page.locator('[data-key="a"] a').focus()
    board.rows[0] = ("a", "甲改了", "")
    expect(page.locator(".live-note")).to_be_visible()
    expect(page.locator('[data-key="a"]')).to_have_text("甲")


def test_what_was_typed_and_not_sent_stays_though_focus_is_elsewhere(page: Page, board: Board) -> None:
    """Half a sentence about a call for help was swept away by the next call, once its writer looked up a number."""
    page.mouse.move(2, 2)
    board.rows[0] = ("a", "甲 <input aria-label=t>", "")
    page.locator("#region input").fill("已叫 120")
    page.evaluate("document.activeElement.blur()")
    board.rows[0] = ("a", "甲改了 <input aria-label=t>", "")
    board.rows[2] = ("c", "丙改了", "")

    expect(page.locator('[data-key="c"]')).to_have_text("丙改了")
    page.wait_for_timeout(1700)  # longer than what waited is held back after a hand left
    expect(page.locator("#region input")).to_have_value("已叫 120")
    page.locator(".live-note").click()
    expect(page.locator('[data-key="a"]')).to_contain_text("甲改了")


BACK = "() => window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))"


def test_a_page_come_back_to_asks_at_once(page: Page, board: Board) -> None:
    """The browser shows a page as it was left, hours ago: what it says is asked for before anybody reads it."""
    page.evaluate(
        "() => { document.getElementById('main').insertAdjacentHTML('beforeend',"
        ' \'<section id="slow" data-live="/_slow/" data-live-every="600"></section>\');'
        " document.getElementById('main').dispatchEvent(new CustomEvent('htmx:load', {bubbles: true})); }"
    )
    page.route("**/_slow/", board.answer)

    with page.expect_request("**/_slow/", timeout=5000):
        page.evaluate(BACK)

    expect(page.locator("#slow li")).to_have_count(3)


ASLEEP_MS = 5 * 60 * 60 * 1000
SLEEP = f"() => {{ const was = Date.now; Date.now = () => was() + {ASLEEP_MS}; }}"


def test_a_page_whose_computer_slept_says_the_right_time(page: Page, board: Board) -> None:
    """The steady clock of most systems stands still in sleep; the server's time decides, whatever the wall clock does."""
    later = f"{(timezone.now() + timedelta(milliseconds=ASLEEP_MS)).astimezone(clock.CHINA):%H:}"
    words, asked = page.locator("#net .net__words"), len(board.answers)
    page.evaluate(SLEEP)  # set ahead by hand, or by a time server: nobody slept
    page.wait_for_timeout(2500)
    assert len(board.answers) > asked
    expect(words).not_to_contain_text(later)

    board.ahead = timedelta(milliseconds=ASLEEP_MS)
    page.evaluate(SLEEP)

    expect(words).to_contain_text(later)
