// A pressed button says 「正在提交…」, keeps its width and takes no second press. Pages also carry an idempotency
// key, so this is courtesy; the server is the guard.

import { word } from "./words.js";

const RELEASE_MS = 20000; // an answer later than this is a fault; the button must work again

export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function buttonOf(form, submitter) {
  return submitter ?? form.querySelector("button:not([type=button]), input[type=submit]");
}

// Send a form as if its button was pressed; requestSubmit came to Safari after the floor.
export function sendForm(form, submitter) {
  if ("requestSubmit" in form) form.requestSubmit?.(submitter);
  else buttonOf(form, submitter).click();
}

function hold(form, button) {
  form.dataset.submitting = "1";
  if (!button) return;
  button.style.minWidth = `${button.offsetWidth}px`;
  button.setAttribute("aria-disabled", "true");
  const label = button.querySelector("span:not(.sr-only)") ?? button;
  if (label.childElementCount === 0 || label !== button) {
    button.dataset.label = label.textContent;
    label.textContent = word("submitting");
  }
  setTimeout(() => release(form), RELEASE_MS);
}

export function release(form) {
  if (!form.dataset.submitting) return;
  delete form.dataset.submitting;
  for (const button of form.elements) { // also those at the foot of the page
    if (button.getAttribute("aria-disabled") !== "true") continue;
    button.removeAttribute("aria-disabled");
    button.style.minWidth = "";
    if (button.dataset.label) {
      (button.querySelector("span:not(.sr-only)") ?? button).textContent = button.dataset.label;
      delete button.dataset.label;
    }
  }
}

function onSubmit(event) {
  const form = event.target;
  if ((form.getAttribute("method") || "get").toLowerCase() !== "post" || form.dataset.prefer) return;
  if (form.dataset.submitting) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  hold(form, buttonOf(form, event.submitter));
}

// 「照上次填」: a button with data-fill='{"field": "value"}' fills the form it stands in; nothing is sent.
function onFill(event) {
  const button = event.target.closest("[data-fill]");
  const form = button?.form ?? button?.closest("form") ?? document.querySelector(button?.dataset.form ?? "form[data-draft]");
  if (!button || !form) return;
  for (const [name, value] of Object.entries(JSON.parse(button.dataset.fill))) setValue(form, name, value);
  form.dispatchEvent(new Event("input", { bubbles: true }));
}

export function setValue(form, name, value) {
  for (const control of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
    const wanted = [].concat(value).map(String);
    if (control.type === "radio" || control.type === "checkbox") {
      control.checked = control.type === "checkbox" && typeof value === "boolean" ? value : wanted.includes(control.value);
    } else if (control.type !== "file") {
      control.value = value ?? "";
    }
  }
}

export function start() {
  document.addEventListener("submit", onSubmit, true);
  document.addEventListener("click", onFill);
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target.closest?.("form");
    if (form) release(form);
  });
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-submitting]").forEach(release));
  const summary = document.querySelector("[data-error-summary]");
  summary?.focus();
}
