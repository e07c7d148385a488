// What somebody typed is not lost. A form marked data-draft="key" keeps what was changed in it, for this tab: a draft
// belongs to that form of that record (the key) and to that person on that post (data-whose of the page). It is offered
// when the form is opened again, never filled in unasked, and ends with the answer of the server that stored it, or
// with 不要了. A switch of the language carries it over at once. An identity number is never kept. Signing out forgets
// all, and so does somebody else's signing in.

import { freshTime } from "./connection.js";
import { setValue } from "./forms.js";
import { notice } from "./notices.js";
import { word } from "./words.js";

const DRAFT = "draft:";
const CARRY = "draft-carry";
const SKIP = new Set(["csrfmiddlewaretoken", "idempotency_key", "next", "version"]);
const QUIET = ["password", "file", "hidden", "submit", "button"];
const NUMBER = /\d{17}[\dXx]|(?:^|\D)\d{15}(?!\d)/; // an identity number, wherever it was typed
const shown = new WeakMap(); // form → what it was opened with
const offered = new WeakMap(); // form → an earlier draft that stands offered, as it is kept
let waiting = 0;

const nameOf = (form) => `${DRAFT}${document.body.dataset.whose ?? ""}:${form.dataset.draft ?? form.dataset.endsDraft}`;

// What stands in a form, by name.
export function read(form) {
  const values = {};
  for (const control of form.elements) {
    if (!control.name || SKIP.has(control.name) || QUIET.includes(control.type)) continue;
    if (control.type === "radio") {
      if (control.checked || !(control.name in values)) values[control.name] = control.checked ? control.value : "";
    } else if (control.type === "checkbox") {
      values[control.name] = [...(values[control.name] ?? []), ...(control.checked ? [control.value] : [])];
    } else if (control instanceof HTMLSelectElement && control.multiple) {
      values[control.name] = [...control.selectedOptions].map((option) => option.value);
    } else {
      values[control.name] = control.value;
    }
  }
  return values;
}

const isSame = (one, other) => JSON.stringify(one) === JSON.stringify(other);

// A text as one number: full-width digits as digits, no blanks, dots, strokes or marks that nobody sees in it.
const bare = (text) => text.normalize("NFKC").replace(/[\s.·'’‐-―_\p{Cf}-]/gu, "");

// What was typed into a form since it was opened; nothing that may not be kept.
function typed(form) {
  const before = shown.get(form) ?? {};
  const now = Object.entries(read(form)).filter(([name, value]) => !isSame(value, before[name]));
  return Object.fromEntries(now.filter(([name, value]) =>
    !NUMBER.test(bare([value].flat().join(" "))) && !form.querySelector(`[name="${CSS.escape(name)}"][data-private]`)));
}

export function keep(form) {
  const values = typed(form);
  if (Object.keys(values).length === 0) leaveOffered(form);
  else sessionStorage.setItem(nameOf(form), JSON.stringify({ at: freshTime(), values }));
}

// Nothing of this form is kept but what was offered and nobody has taken or dropped: it waits for the next time.
function leaveOffered(form) {
  if (offered.has(form)) sessionStorage.setItem(nameOf(form), offered.get(form));
  else sessionStorage.removeItem(nameOf(form));
}

// The server has stored what this form sent.
export function forget(form) {
  if (!(form.dataset.draft ?? form.dataset.endsDraft)) return;
  clearTimeout(waiting);
  leaveOffered(form);
}

function forgetAll() {
  Object.keys(sessionStorage).filter((key) => key.startsWith("draft")).forEach((key) => sessionStorage.removeItem(key));
}

// Somebody else has signed in on this tab: what the one before had typed is not theirs to find.
function forgetOthers() {
  const [person] = (document.body.dataset.whose ?? "").split(".");
  if (!person) return;
  Object.keys(sessionStorage).filter((key) => key.startsWith(DRAFT) && !key.startsWith(`${DRAFT}${person}.`))
    .forEach((key) => sessionStorage.removeItem(key));
}

function draftOf(form) {
  try {
    const draft = JSON.parse(sessionStorage.getItem(nameOf(form)));
    const now = read(form);
    const differs = Object.entries(draft?.values ?? {}).some(([name, value]) => name in now && !isSame(value, now[name]));
    return differs ? draft : null;
  } catch {
    return null;
  }
}

function fill(form, draft) {
  for (const [name, value] of Object.entries(draft.values)) setValue(form, name, value);
  form.dispatchEvent(new Event("input", { bubbles: true }));
}

function offer(form) {
  const draft = draftOf(form);
  if (!draft || "bound" in form.dataset) return;
  if (sessionStorage.getItem(CARRY) === nameOf(form)) {
    sessionStorage.removeItem(CARRY);
    fill(form, draft);
    notice(word("restored"));
    return;
  }
  const strip = document.getElementById("draft-template")?.content.firstElementChild.cloneNode(true);
  if (!strip) return;
  strip.querySelector("[data-words]").textContent = word("draftThere", { at: draft.at });
  offered.set(form, sessionStorage.getItem(nameOf(form)));
  strip.querySelector("[data-take]").addEventListener("click", () => { offered.delete(form); fill(form, draft); strip.remove(); form.querySelector("input:not([type=hidden]), select, textarea")?.focus(); });
  strip.querySelector("[data-drop]").addEventListener("click", () => { offered.delete(form); forget(form); strip.remove(); });
  // nobody finds words behind a closed lid; a choice alone opens none
  const isWritten = Object.keys(draft.values).some((name) => form.querySelector(`textarea[name="${CSS.escape(name)}"], input[name="${CSS.escape(name)}"]:not([type=radio]):not([type=checkbox])`));
  if (isWritten) form.closest("details")?.setAttribute("open", "");
  form.prepend(strip);
}

// Forms that came onto the page: remember how they were, and offer what was typed earlier.
export function meet(root = document) {
  for (const form of root.querySelectorAll("form[data-draft]")) {
    if (shown.has(form)) continue;
    shown.set(form, read(form));
    offer(form);
  }
}

// A form took the place of another one: what was typed is counted from what the first was opened with.
export function succeed(form, successor) {
  shown.set(successor, shown.get(form) ?? {});
  if (offered.has(form)) offered.set(successor, offered.get(form));
}

function carry() {
  for (const form of document.querySelectorAll("form[data-draft]")) {
    keep(form);
    if (sessionStorage.getItem(nameOf(form))) sessionStorage.setItem(CARRY, nameOf(form));
  }
}

export function start() {
  forgetOthers();
  meet();
  for (const name of ["htmx:load", "live:swapped"]) document.addEventListener(name, (event) => meet(event.target));
  document.addEventListener("input", (event) => {
    const form = event.target.closest?.("form[data-draft]");
    if (!form) return;
    clearTimeout(waiting);
    waiting = setTimeout(() => keep(form), 300);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.draft) {
      clearTimeout(waiting);
      keep(form);
    }
    if ("clearsDrafts" in form.dataset) forgetAll();
    if ("keepDraft" in form.dataset) carry();
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const sender = event.detail.elt; // the form itself, not a field that was only checked
    if (sender?.matches?.("form[data-draft]") && event.detail.successful) forget(sender);
  });
}
