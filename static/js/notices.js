// News at the foot of the screen; with 撤回 for ten seconds when the act can be taken back.
// A view may answer htmx with HX-Trigger: {"notice": {"text": "…", "undo": "/address/", "level": "info"}}.

import { newKey } from "./forms.js";
import { word } from "./words.js";

const STAYS_MS = 10000;
const holders = new Set(["warning", "error"]); // these stay until closed

function watch(element) {
  if (holders.has(element.dataset.level)) return;
  let timer = 0;
  const begin = () => { timer = setTimeout(() => element.remove(), STAYS_MS); };
  const pause = () => clearTimeout(timer);
  for (const name of ["pointerenter", "focusin"]) element.addEventListener(name, pause);
  for (const name of ["pointerleave", "focusout"]) element.addEventListener(name, begin);
  begin();
}

export function notice(text, { undo = "", level = "info" } = {}) {
  const region = document.getElementById("notices");
  const template = document.getElementById("notice-template");
  if (!region || !template || !text) return;
  const element = template.content.firstElementChild.cloneNode(true);
  element.dataset.level = level;
  element.querySelector("[data-words]").textContent = text;
  const form = element.querySelector("form");
  if (undo.startsWith("/")) {
    form.action = undo;
    form.elements.idempotency_key.value = newKey();
    form.hidden = false;
  } else {
    form.remove();
  }
  region.append(element);
  watch(element);
}

// The last act that can be taken back; U presses it.
export function undoLast() {
  const buttons = document.querySelectorAll("#notices [data-undo]");
  buttons[buttons.length - 1]?.click();
  return buttons.length > 0;
}

function onError(event) {
  const isReading = event.detail?.requestConfig?.verb === "get";
  notice(word(isReading ? "notOpened" : "notHeardPress"), { level: "error" }); // it may be stored
  event.target.closest?.("form")?.removeAttribute("data-submitting");
}

// An error for an act goes to the error region instead of replacing what the person was working on.
function onBeforeSwap(event) {
  const { xhr } = event.detail;
  if (xhr.status < 400) {
    const errors = document.getElementById("errors");
    if (errors) errors.textContent = "";
    if (/^\s*<!doctype/i.test(xhr.responseText)) { // a whole page came for a fragment: go there
      event.detail.shouldSwap = false;
      window.location.assign(xhr.responseURL);
    }
    return;
  }
  if (xhr.responseText.includes("data-error-fragment")) {
    event.detail.target = document.getElementById("errors") ?? event.detail.target;
    event.detail.swapOverride = "innerHTML";
    event.detail.shouldSwap = true;
  } else if (xhr.status !== 422) {
    event.detail.shouldSwap = false;
    notice(word("notSaved"), { level: "error" });
  }
}

export function start() {
  document.querySelectorAll("#notices [data-notice]").forEach(watch);
  document.addEventListener("click", (event) => event.target.closest("[data-close]")?.closest("[data-notice]")?.remove());
  document.addEventListener("notice", (event) => notice(event.detail?.text ?? "", event.detail ?? {}));
  document.addEventListener("htmx:beforeSwap", onBeforeSwap);
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target?.id === "errors") event.detail.target.querySelector("[data-error-summary]")?.focus();
  });
  for (const name of ["htmx:sendError", "htmx:timeout"]) document.addEventListener(name, onError);
}
