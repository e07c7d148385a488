// A form with typed text (data-draft) is sent by fetch, so that a network that fails keeps the page and what was typed:
// it says so in place, and 再试一次 sends the same once more, under the same key. Faults that the server names are put
// in place. A press without typed text is sent as forms are, or refused in words while there is no network. Without
// scripts every form is sent as forms are.

import { forget, keep, read, succeed } from "./drafts.js";
import { release, sendForm, setValue } from "./forms.js";
import { notice } from "./notices.js";
import { word } from "./words.js";

const PATIENCE_MS = 20000;

function bodyOf(form, submitter) {
  const body = new URLSearchParams(new FormData(form));
  if (submitter?.name) body.append(submitter.name, submitter.value);
  return body;
}

// A sentence over the form, with one thing to do.
function say(form, text, { label, act }) {
  form.querySelector("[data-send-trouble]")?.remove();
  const strip = document.getElementById("trouble-template").content.firstElementChild.cloneNode(true);
  strip.querySelector("[data-words]").textContent = text;
  const button = strip.querySelector("button");
  button.querySelector("span").textContent = label;
  button.addEventListener("click", act);
  form.prepend(strip);
  strip.scrollIntoView({ block: "nearest" });
  button.focus();
}

function failed(form, submitter) {
  const again = () => { form.querySelector("[data-send-trouble]")?.remove(); sendForm(form, submitter?.isConnected ? submitter : undefined); };
  say(form, word("notSent"), { label: word("sendAgain"), act: again });
}

function signIn(form, target) {
  const address = new URL(target || "/", window.location.href);
  address.searchParams.set("next", window.location.pathname + window.location.search);
  say(form, word("sessionOver"), { label: word("signInAgain"), act: () => window.location.assign(address) });
}

function go(target) {
  const address = new URL(target, window.location.href);
  const isHere = address.pathname + address.search === window.location.pathname + window.location.search;
  if (isHere && address.hash) {
    window.location.hash = address.hash;
    window.location.reload();
  } else {
    window.location.assign(address);
  }
}

const isTwin = (one, other) => (one.id ? one.id === other.id : one.dataset.draft === other.dataset.draft);

// Put other children into an element; replaceChildren came to browsers after the floor.
function refill(element, children = []) {
  if (!element) return;
  element.textContent = "";
  element.append(...children);
}

// The page that came back names what is wrong: its words take the place of this page's, what was typed stays.
function mend(form, html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const answered = [...page.querySelectorAll("form[data-draft]")].find((each) => isTwin(form, each));
  if (!answered) return false;
  const typed = read(form);
  const main = document.getElementById("main");
  const isWhole = main.contains(form) && !form.closest("dialog") && page.getElementById("main")?.contains(answered);
  let mended = form;
  if (isWhole) {
    refill(main, page.getElementById("main").childNodes);
    mended = [...main.querySelectorAll("form[data-draft]")].find((each) => isTwin(form, each));
  } else {
    refill(form, answered.childNodes);
  }
  for (const [name, value] of Object.entries(typed)) setValue(mended, name, value);
  for (const field of form.querySelectorAll("input[type=password]")) setValue(mended, field.name, field.value);
  succeed(form, mended);
  const fresh = isWhole ? main : mended;
  window.htmx?.process(fresh);
  fresh.dispatchEvent(new CustomEvent("htmx:load", { bubbles: true })); // living parts and drafts of the new words
  keep(mended);
  mended.dispatchEvent(new CustomEvent("live:swapped", { bubbles: true }));
  mended.dispatchEvent(new Event("input", { bubbles: true }));
  mended.querySelector("[data-error-summary]")?.focus();
  return true;
}

function refuse(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const words = page.querySelector("[data-error-fragment]");
  if (!words) return false;
  refill(document.getElementById("errors"), [words]);
  words.focus();
  return true;
}

async function answerTo(form, submitter) {
  const headers = { "Sent-By": "script" };
  const options = { method: "POST", body: bodyOf(form, submitter), headers, credentials: "same-origin", redirect: "manual" };
  const answer = await fetch(submitter?.getAttribute("formaction") || form.action, { ...options, signal: AbortSignal.timeout?.(PATIENCE_MS) });
  return { status: answer.status, target: answer.headers.get("Go-To"), html: await answer.text() };
}

async function send(form, submitter) {
  keep(form);
  refill(document.getElementById("errors"));
  form.querySelector("[data-send-trouble]")?.remove();
  let answer = null;
  try {
    answer = await answerTo(form, submitter);
  } catch {
    answer = { status: 0, target: null, html: "" };
  }
  const { status, target, html } = answer;
  if (status === 204 && target) {
    forget(form);
    go(target);
    return;
  }
  release(form);
  if (status === 401) signIn(form, target);
  else if (status >= 400 && status < 500 && (refuse(html) || mend(form, html))) return;
  else if (status === 403) say(form, word("tooOld"), { label: word("reload"), act: () => window.location.reload() });
  else failed(form, submitter);
}

// On the window, after everything that may take a press for itself: gate, driver, emergency.
function onSubmit(event) {
  const form = event.target;
  if (event.defaultPrevented || !form.matches("form[method=post]") || form.hasAttribute("hx-post")) return;
  if ("draft" in form.dataset) {
    event.preventDefault();
    send(form, event.submitter);
  } else if (navigator.onLine === false) { // a single press: the browser's page of errors would take this one away
    event.preventDefault();
    release(form);
    notice(word("notPressed"), { level: "error" });
  }
}

export function start() {
  window.addEventListener("submit", onSubmit);
}
