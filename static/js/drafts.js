// What somebody typed is never lost: forms marked data-draft="key" are kept for this tab, come back after a
// fault, a language switch or a new sign-in, and are forgotten when the page after the submit is another one.
// Signing out forgets all.

import { setValue } from "./forms.js";
import { notice } from "./notices.js";
import { word } from "./words.js";

const DRAFT = "draft:";
const SENT = "draft-sent:";
const SKIP = new Set(["csrfmiddlewaretoken", "idempotency_key", "next"]);

function read(form) {
  const values = {};
  for (const control of form.elements) {
    if (!control.name || SKIP.has(control.name) || ["password", "file", "hidden", "submit", "button"].includes(control.type)) continue;
    if (control.type === "radio") {
      if (control.checked) values[control.name] = control.value;
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

function keep(form) {
  sessionStorage.setItem(DRAFT + form.dataset.draft, JSON.stringify(read(form)));
}

function bringBack(form) {
  const key = form.dataset.draft;
  const kept = sessionStorage.getItem(DRAFT + key);
  sessionStorage.removeItem(SENT + key);
  if (!kept || "bound" in form.dataset || kept === JSON.stringify(read(form))) return;
  for (const [name, value] of Object.entries(JSON.parse(kept))) setValue(form, name, value);
  notice(word("restored"));
}

// A draft that was sent, and whose form is not on the page that came back, arrived. Sign-in pages do not count:
// there the session ended before the server could read it.
function forgetArrived() {
  const isSignIn = document.querySelector("input[type=password]");
  for (const key of Object.keys(sessionStorage)) {
    if (!key.startsWith(SENT) || isSignIn) continue;
    const name = key.slice(SENT.length);
    if (document.querySelector(`form[data-draft="${CSS.escape(name)}"]`) || document.body.dataset.failed) continue;
    sessionStorage.removeItem(key);
    sessionStorage.removeItem(DRAFT + name);
  }
}

export function forget(name) {
  sessionStorage.removeItem(SENT + name);
  sessionStorage.removeItem(DRAFT + name);
}

function forgetAll() {
  Object.keys(sessionStorage).filter((key) => key.startsWith("draft")).forEach((key) => sessionStorage.removeItem(key));
}

export function start() {
  let waiting = 0;
  forgetArrived();
  document.querySelectorAll("form[data-draft]").forEach(bringBack);
  document.addEventListener("input", (event) => {
    const form = event.target.closest?.("form[data-draft]") ?? (event.target.matches?.("form[data-draft]") ? event.target : null);
    if (!form) return;
    clearTimeout(waiting);
    waiting = setTimeout(() => keep(form), 300);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.draft) {
      clearTimeout(waiting);
      keep(form);
      sessionStorage.setItem(SENT + form.dataset.draft, "1");
    }
    if ("clearsDrafts" in form.dataset) forgetAll();
    if ("keepDraft" in form.dataset) document.querySelectorAll("form[data-draft]").forEach(keep);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const sender = event.detail.elt; // the form itself, not a field that was only checked
    if (sender?.matches?.("form[data-draft]") && event.detail.successful) forget(sender.dataset.draft);
  });
}
