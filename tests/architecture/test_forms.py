"""Every form in which somebody types: sent by a script under its key, its draft one record's; a new form joins by itself."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from tests.architecture.test_layout import ROOT, tracked

TEMPLATES = ROOT / "templates"
TAG = re.compile(r"<form\b(?:\{%.*?%\}|\{\{.*?\}\}|[^>])*>", re.DOTALL)
TYPED = re.compile(
    r"""\{%\ (?:field|tiles|fields_once)\ |<textarea|<select|components/choices\.html
    |<input\b(?![^>]*type="(?:hidden|checkbox|radio|submit)")""",
    re.VERBOSE,
)
URL = re.compile(r'\{% url "([\w:]+)"((?: [\w.]+)*) %\}')
BY_HTMX = "htmx sends it, and the page stays with what was typed"
BY_PHONE = "static/js/driver.js keeps it on the phone until it is stored"
PASSWORD = "a password is kept nowhere, and nothing else is typed there"
# forms that are no drafts, each with its reason
NO_DRAFT = {
    "access:resident_reveal": BY_HTMX,
    "communities:gate_check": BY_HTMX,
    "transport:roadside": BY_PHONE,
    "transport:abort": BY_PHONE,
    "sign_in": PASSWORD,
    "choose_password": PASSWORD,
}
# what is typed there is of no record yet, or names it itself
OF_NO_RECORD = {"caller-phone", "overload", "gallery"}
NO_KEY = {"access:caller_find", "sign_in", "choose_password"}  # they write nothing


@dataclass(frozen=True)
class Written:
    """A form of a template: where, its tag, what stands in it."""

    where: str
    tag: str
    body: str

    @property
    def is_post(self) -> bool:
        """Say whether it writes."""
        return 'method="post"' in self.tag

    @property
    def is_typed(self) -> bool:
        """Say whether somebody types or chooses in it."""
        return bool(TYPED.search(self.body))

    @property
    def names(self) -> set[str]:
        """Return the addresses it is sent to, by name."""
        return {name for name, _args in URL.findall(self.tag)}

    def attribute(self, name: str) -> str:
        """Return what a data attribute says; nothing without it."""
        found = re.search(rf'data-{name}="((?:\{{%.*?%\}}|[^"])*)"', self.tag)
        return found[1] if found else ""


def forms_of(text: str, where: str = "") -> Iterator[Written]:
    """Yield the forms of a template's text."""
    for found in TAG.finditer(text):
        yield Written(where, found[0], text[found.end() : text.index("</form>", found.end())])


def every_form() -> list[Written]:
    """Return every form of the product's templates."""
    paths = sorted(TEMPLATES.rglob("*.html"))
    return [form for path in paths for form in forms_of(path.read_text(), str(path.relative_to(TEMPLATES)))]


def faults(form: Written) -> list[str]:
    """List what would lose, double or mix up what is typed into a form."""
    if not form.is_post or not form.is_typed or form.names & set(NO_DRAFT):
        return []
    draft, found = form.attribute("draft"), []
    if not draft:
        return [f"{form.where}: {form.tag}: what is typed is lost with the network; data-draft is missing"]
    if "hx-post" in form.tag:
        found.append(f"{form.where}: {draft}: sent by htmx, so its draft never ends")
    if "idempotency_key" not in form.body and not form.names & NO_KEY:
        found.append(f"{form.where}: {draft}: trying again would store it twice; its key is missing")
    if "{{" not in draft and draft not in OF_NO_RECORD:
        found.append(f"{form.where}: {draft}: offered in every record's form; the record's key is missing")
    for name, args in URL.findall(form.tag):
        if args and not any(arg in draft for arg in args.split()):
            found.append(f"{form.where}: {draft}: sent to {name} of {args}, but kept for something else")
    return found


def test_what_is_typed_is_sent_by_a_script_and_kept_for_its_record() -> None:
    """R-000: whoever loses the network, the session or the page loses nothing typed."""
    assert [fault for form in every_form() for fault in faults(form)] == []


def test_a_form_that_would_lose_something_is_noticed() -> None:
    field, key = '{% field form.note %}<input type="hidden" name="a">', "{% idempotency_key %}"
    to = 'method="post" action="{% url "access:note" row.pk %}"'
    cases = {
        f"<form {to}>{key}{field}</form>": "data-draft is missing",
        f'<form {to} data-draft="note-{{{{ row.pk }}}}">{field}</form>': "its key is missing",
        f'<form {to} data-draft="note">{key}{field}</form>': "the record's key is missing",
        f'<form {to} data-draft="note-{{{{ page.pk }}}}">{key}{field}</form>': "kept for something else",
        f'<form {to} hx-post="x" data-draft="note-{{{{ row.pk }}}}">{key}{field}</form>': "its draft never ends",
    }
    for text, said in cases.items():
        assert said in " ".join(faults(next(forms_of(text)))), text
    assert faults(next(forms_of(f'<form {to} data-draft="note-{{{{ row.pk }}}}">{key}{field}</form>'))) == []
    assert faults(next(forms_of(f'<form {to}>{key}<input type="hidden" name="a"><button>x</button></form>'))) == []


def test_a_draft_has_one_form() -> None:
    """Two forms under one name would each be offered what was typed into the other."""
    sent_to = defaultdict(set)
    for form in every_form():
        if draft := form.attribute("draft"):
            sent_to[re.split(r"-?\{", draft)[0]].add(tuple(sorted(form.names)) or form.where)
    assert {name: to for name, to in sent_to.items() if len(to) > 1} == {}


def test_the_last_word_ends_a_draft_that_there_is() -> None:
    forms = every_form()
    drafts = {form.attribute("draft") for form in forms}
    last = {re.sub(r"\bservice\.", "s.", form.attribute("ends-draft")) for form in forms} - {""}

    assert last
    assert last <= drafts


def test_every_reason_is_needed() -> None:
    typed = {name for form in every_form() if form.is_post and form.is_typed for name in form.names}

    assert set(NO_DRAFT) <= typed
    assert {form.attribute("draft") for form in every_form()} >= OF_NO_RECORD


def test_no_script_sends_a_form_past_the_one_that_keeps_it() -> None:
    """Only the driver's sheet shows a refusal on a page of its own, with the press under its key (driver.js)."""
    scripts = {path.name: path.read_text() for path in tracked("static/js/*.js")}

    assert {name for name, text in scripts.items() if ".submit()" in text} == {"driver.js"}
    assert {name for name, text in scripts.items() if re.search(r"createElement\([\"']form", text)} == set()
