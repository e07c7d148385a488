"""Components: the vocabulary is complete, every icon exists, levels hide what they must, templates keep the policy."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.paginator import Paginator
from django.template import Context, Engine, engines
from django.test import RequestFactory

from communities.services import rulebook
from core.gallery import PEOPLE, GalleryForm, sample_line
from core.status_words import FAMILIES, STATUS_WORDS, STOPS, ZONE_MARKS, status_of

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
NOW = datetime(2022, 6, 28, 4, 36, 12, tzinfo=UTC)
SPRITE = set(re.findall(r'id="i-([a-z0-9]+)"', (ROOT / "templates/components/sprite.html").read_text()))


def draw(source: str, **context: Any) -> str:
    """Render a template source with the project's engine."""
    engine: Engine = engines["django"].engine  # type: ignore[attr-defined]
    page = SimpleNamespace(now=NOW)
    return engine.from_string(source).render(Context({"page": page, "csrf_token": "t", **context}))


@pytest.mark.parametrize("state", STATUS_WORDS)
def test_every_state_has_colour_icon_and_word(state: str) -> None:
    found = STATUS_WORDS[state]
    html = draw("{% status_word state %}", state=state)
    assert found.icon in SPRITE
    assert found.family in FAMILIES
    assert f"#i-{found.icon}" in html
    assert str(found.word) in html


def test_submitted_past_its_limit_says_no_car() -> None:
    assert status_of("submitted", "over") == (STATUS_WORDS["no_car"], "wait")
    assert "tag-wait" in draw('{% status_word "submitted" over=True %}')


@pytest.mark.parametrize("state", STATUS_WORDS)
def test_whatever_is_past_its_limit_turns_amber_then_red(state: str) -> None:
    """faults 3: a pick-up 44 minutes late stood there as a grey 已排好."""
    families = [status_of(state, level)[1] for level in ("", "over", "late")]
    calm = STATUS_WORDS[state].family
    assert families == ([calm, "danger", "danger"] if calm == "danger" else [calm, "wait", "danger"])


def test_an_unknown_state_shows_itself_and_does_not_break_the_page() -> None:
    assert "weird" in draw('{% status_word "weird" %}')


@pytest.mark.parametrize("zone", ZONE_MARKS)
def test_zone_marks_are_ink_and_read_out(zone: str) -> None:
    html = draw("{% zone_mark zone %}", zone=zone)
    assert "tag" not in html
    assert str(ZONE_MARKS[zone].word) in html


def test_no_zone_draws_nothing() -> None:
    assert draw("{% zone_mark zone %}", zone=None) == ""


def test_a_zone_that_is_none_is_shown_as_it_stands() -> None:
    assert "？ 高风险区" in draw("{% zone_mark zone %}", zone="高风险区")


def test_mini_line_has_six_segments_and_words() -> None:
    html = draw('{% journey_line line size="mini" %}', line=sample_line())
    assert html.count("<i ") == 6
    assert 'role="img" aria-label="现在：进医院门"' in html


def test_large_line_marks_the_current_step() -> None:
    html = draw("{% journey_line line %}", line=sample_line("risk"))
    assert html.count('aria-current="step"') == 1
    assert html.count('class="stop"') == 6


def test_line_takes_objects_with_stops() -> None:
    line = SimpleNamespace(stops=[SimpleNamespace(key="gate", state="done", time=NOW)], summary="出门了")
    assert "12:36" in draw("{% journey_line line %}", line=line)
    assert "出门了" in draw('{% journey_line line size="mini" %}', line=line)


@pytest.mark.parametrize(
    ("left_s", "level", "digits"), [(725, "", "12:05"), (258, "warn", "4:18"), (-160, "late", "+2:40")]
)
def test_clock_drains_turns_amber_and_red(left_s: int, level: str, digits: str) -> None:
    html = draw("{% clock until %}", until=NOW + timedelta(seconds=left_s))
    assert f'data-level="{level}"' in html
    assert f"<b>{digits}</b>" in html


def test_waited_says_hours_and_minutes() -> None:
    assert "3 小时 20 分" in draw("{% waited since %}", since=NOW - timedelta(minutes=200))


@pytest.mark.parametrize("level", ["gate", "driver"])
def test_low_privacy_levels_never_print_number_need_or_phone(level: str) -> None:
    person = {**PEOPLE["desk"], "phone": "13900003328", "id_full": "210601195403122428"}
    html = draw("{% person_card person level=level %}", person=person, level=level)
    assert not [secret for secret in ("2106", "2428", "透析", "139") if secret in html]


def test_desk_shows_the_masked_number_and_full_the_whole() -> None:
    person = {**PEOPLE["desk"], "id_full": "210601195403122428"}
    assert "210601195403122428" not in draw('{% person_card person level="desk" %}', person=person)
    assert "210601195403122428" in draw('{% person_card person level="full" %}', person=person)


def test_field_ties_help_and_error_to_its_control() -> None:
    form = GalleryForm({"id_number": "x", "name": ""})
    html = draw("{% field form.name %}", form=form)
    assert 'aria-describedby="id_name_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_id_number_help"' in draw("{% field form.id_number %}", form=form)


def test_error_summary_links_to_fields_and_tiles() -> None:
    html = draw("{% error_summary form %}", form=GalleryForm({"name": ""}))
    assert 'href="#id_name"' in html
    assert 'href="#id_purpose_0"' in html


def test_post_button_carries_csrf_key_and_hidden_fields() -> None:
    html = draw('{% post_button "交接完成" "/x/" kind="primary" shortcut="F2" step="done" %}')
    assert 'name="csrfmiddlewaretoken"' in html
    assert re.search(r'name="idempotency_key" value="[0-9a-f]{32}"', html)
    assert 'name="step" value="done"' in html


def test_pager_keeps_the_filters() -> None:
    form_page = draw(
        "{% pager pages %}",
        pages=Paginator(range(95), 20).page(2),
        request=RequestFactory().get("/r/", {"need": "dialysis", "page": "2"}),
    )
    assert "?need=dialysis&amp;page=3" in form_page


def test_undo_address_comes_from_the_tags_and_stays_on_this_site() -> None:
    assert draw('{{ "success undo:/requests/1/undo/"|undo_url }}') == "/requests/1/undo/"
    assert draw('{{ "undo:https://elsewhere/"|undo_url }}') == ""


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_templates_keep_the_content_policy(path: Path) -> None:
    source = path.read_text()
    assert not re.search(r'\sstyle="', source), "inline style"
    assert not re.search(r"\son[a-z]+=\"", source), "inline handler"
    assert not re.search(r"<script(?![^>]*\ssrc=)", source), "inline script"
    assert not re.search(r'(src|href)="https?://', source), "another host"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_icons_named_in_templates_exist(path: Path) -> None:
    assert set(re.findall(r"""\{% icon ["']([a-z0-9]+)["']""", path.read_text())) <= SPRITE


def test_icons_of_the_stops_exist() -> None:
    assert {icon for _word, icon in STOPS.values()} <= SPRITE


@pytest.mark.parametrize("code", [400, 403, 404, 409, 422, 500, 503])
def test_error_pages_render_without_request_database_or_context(code: int) -> None:
    page = engines["django"].get_template(f"errors/{code}.html")
    rulebook.forget()
    assert "tel:120" in page.render({})
    rulebook.kept("installation", lambda: "3791111")
    assert "tel:3791111" in page.render({})
    rulebook.forget()
