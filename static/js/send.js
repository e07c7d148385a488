// A form with typed text (data-draft), and every press that carries a key, is sent by fetch, so that a network that fails
// or a session that is over keeps the page and what was typed: it says so in place, and 再试一次 sends the same once
// more, under the same key. Faults that the server names are put in place. A question before the last word is shown in
// place too; the form that gives it (data-ends-draft) ends the draft of the first. Without a network a press is refused
// in words. What has no key (signing in and out, another post, another language) is sent as forms are, as everything is
// without scripts.

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

const isTyped = (form) => "draft" in form.dataset;
// Where trouble is said: over what was typed; for a press above the page, which has the room for a sentence.
const troubleOf = (form) => (isTyped(form) ? form : document.getElementById("errors"));

// A sentence with one thing to do.
function say(form, text, { label, act }) {
  const place = troubleOf(form);
  place.querySelector("[data-send-trouble]")?.remove();
  const strip = document.getElementById("trouble-template").content.firstElementChild.cloneNode(true);
  strip.querySelector("[data-words]").textContent = text;
  const button = strip.querySelector("button");
  button.querySelector("span").textContent = label;
  button.addEventListener("click", act);
  place.prepend(strip);
  strip.scrollIntoView({ block: "nearest" });
  button.focus();
}

function failed(form, submitter) {
  if (navigator.onLine !== false) form.dataset.unheard = "1"; // it may be stored: nothing says from here on that it is not
  const again = () => {
    troubleOf(form).querySelector("[data-send-trouble]")?.remove();
    if (form.isConnected) sendForm(form, submitter?.isConnected ? submitter : undefined);
    else send(form, submitter); // news took its place meanwhile; the press is the same
  };
  say(form, word(!isTyped(form) ? "notHeard" : "unheard" in form.dataset ? "notHeardTyped" : "notSent"), { label: word("sendAgain"), act: again });
}

function signIn(form, target) {
  const address = new URL(target || "/", window.location.href);
  address.searchParams.set("next", window.location.pathname + window.location.search);
  say(form, word(isTyped(form) ? "sessionOver" : "unheard" in form.dataset ? "pressOverUnheard" : "pressOver"), { label: word("signInAgain"), act: () => window.location.assign(address) });
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
  mended.closest("details")?.setAttribute("open", "");
  document.getElementById("notices")?.append(...page.querySelectorAll("#notices [data-notice]"));
  mended.querySelector("[data-error-summary]")?.focus();
  return true;
}

// A page came instead of the way on: what was found, a question before the last word, or why not.
function show(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const main = document.getElementById("main");
  const found = page.getElementById("main");
  if (!found) return false;
  document.title = page.title;
  main.className = found.className;
  refill(main, found.childNodes);
  window.htmx?.process(main);
  main.dispatchEvent(new CustomEvent("htmx:load", { bubbles: true }));
  window.scrollTo(0, 0);
  main.focus();
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

// A form that only asks carries what was typed in its address.
function addressOf(form, submitter) {
  const address = new URL(submitter?.getAttribute("formaction") || form.getAttribute("action") || "", window.location.href);
  if (form.method === "get") address.search = bodyOf(form, submitter);
  return address;
}

async function answerTo(form, submitter) {
  const body = form.method === "get" ? undefined : bodyOf(form, submitter);
  const options = { method: form.method, body, headers: { "Sent-By": "script" }, credentials: "same-origin", redirect: "manual" };
  const answer = await fetch(addressOf(form, submitter), { ...options, signal: AbortSignal.timeout?.(PATIENCE_MS) });
  return { status: answer.status, target: answer.headers.get("Go-To"), html: await answer.text() };
}

async function send(form, submitter) {
  if (isTyped(form)) keep(form);
  refill(document.getElementById("errors"));
  troubleOf(form)?.querySelector("[data-send-trouble]")?.remove();
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
  if (status === 200 && form.method === "get") {
    window.location.assign(addressOf(form, submitter));
    return;
  }
  release(form);
  if (status === 200) forget(form);
  if (status === 401) signIn(form, target);
  else if (status >= 400 && status < 500 && (refuse(html) || (isTyped(form) && mend(form, html)))) return;
  else if ((status === 200 || status === 422 || (status > 401 && status < 500 && !isTyped(form))) && show(html)) return;
  else if (status === 403) say(form, word("tooOld"), { label: word("reload"), act: () => window.location.reload() });
  else failed(form, submitter);
}

// On the window, after everything that may take a press for itself: gate, driver, emergency.
function onSubmit(event) {
  const form = event.target;
  if (event.defaultPrevented || form.hasAttribute("hx-post") || !(isTyped(form) || form.matches("form[method=post]"))) return;
  if (!isTyped(form) && navigator.onLine === false) { // the browser's page of errors would take this one away
    event.preventDefault();
    release(form);
    notice(word("notPressed"), { level: "error" });
  } else if (isTyped(form) || form.elements.idempotency_key) {
    event.preventDefault();
    send(form, event.submitter);
  }
}

export function start() {
  window.addEventListener("submit", onSubmit);
}
