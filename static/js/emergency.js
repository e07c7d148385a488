// 紧急放行 on the guard's phone. A press is first kept here, with an id and a time of its own, and then told to the
// server once: with the session, or with the mark of the gate that the phone keeps. So it needs no network, no live
// session and no cookie, and never leads to another page while it is not told.

import { newKey } from "./forms.js";
import { hhmm } from "./words.js";

const STORE = "gate-presses"; // ids, times and the mark of the gate; nobody's name
const MARK = "gate-mark";
const RETRY_MS = 5000;
const ANSWER_MS = 8000;
const LOCK_MS = 2000; // a double tap is one press
const FOLLOW_MS = 30 * 60000;
const serverAhead = Date.parse(document.body.dataset.now ?? "") - Date.now() || 0;

let lockedUntil = 0;
let sending = false;
let panel = null; // the newest press's, on the page
let followed = null; // {press, until}: whose taking up is asked for
let held = null; // presses that the phone has no room for: this page alone keeps them

function read(name, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(name)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

function kept() {
  const presses = held ?? read(STORE, []);
  return Array.isArray(presses) ? presses : [];
}

function keep(presses) {
  try {
    localStorage.setItem(STORE, JSON.stringify(presses));
    held = null;
  } catch {
    held = presses;
  }
  report();
}

function report() {
  const count = kept().length;
  const isGate = document.querySelector("form[data-gate]"); // other pages have queues of their own
  if (isGate) document.dispatchEvent(new CustomEvent("queue", { detail: { count } }));
  const line = panel?.querySelector("[data-waiting-line]");
  if (!line) return;
  line.hidden = count === 0;
  line.textContent = panel.dataset.waiting.replace("{n}", count);
}

function markHere() {
  const form = document.querySelector("form[data-emergency][data-gate]");
  const mark = form?.elements.device_mark?.value;
  if (!mark) return read(MARK, {});
  const here = { mark, gate: form.dataset.gate, phone: form.dataset.phone, dial: form.dataset.dial };
  try {
    localStorage.setItem(MARK, JSON.stringify(here));
  } catch {
    // a phone without room: this page knows its gate all the same
  }
  return here;
}

function show(press) {
  panel?.remove();
  panel = document.getElementById("emergency-panel").content.firstElementChild.cloneNode(true);
  panel.dataset.press = press.id;
  panel.querySelector("[data-pressed]").textContent = hhmm(new Date(press.at));
  const call = panel.querySelector("[data-community]");
  if (press.dial || press.phone) call.href = `tel:${press.dial || press.phone}`; // a mark kept before has no dial
  else call.remove();
  panel.querySelector("[data-shut]").addEventListener("click", () => panel.remove());
  document.getElementById("main").before(panel);
  window.scrollTo(0, 0);
  say(press, "sending");
  report();
}

function say(press, state, text = "") {
  if (panel?.dataset.press !== press.id) return;
  panel.dataset.level = state;
  const words = held && state !== "sending" ? "unkept" : state;
  panel.querySelector("[data-state]").textContent = text || panel.dataset[words].replace("{phone}", press.phone ?? "");
  panel.querySelector("[data-after]").hidden = state !== "sent";
}

function onSubmit(event) {
  const form = event.target.closest?.("form[data-emergency]");
  if (!form) return;
  const { mark = "", phone = "", dial = "" } = markHere();
  event.preventDefault();
  event.stopImmediatePropagation();
  if (performance.now() < lockedUntil) return;
  lockedUntil = performance.now() + LOCK_MS;
  const press = { id: newKey(), at: new Date(Date.now() + serverAhead).toISOString(), url: form.dataset.emergency, mark, phone, dial };
  followed = null;
  show(press);
  keep([...kept(), press]);
  send();
}

async function tell(press) {
  const headers = { "Content-Type": "application/json", "X-Gate-Mark": press.mark };
  const body = JSON.stringify({ event_id: press.id, pressed_at: press.at });
  const signal = AbortSignal.timeout?.(ANSWER_MS);
  return fetch(press.url, { method: "POST", headers, body, signal, credentials: "same-origin", redirect: "manual", cache: "no-store" });
}

// One after the other; what the server took leaves the phone, what it did not stays and is tried again.
async function send() {
  if (sending) return;
  sending = true;
  try {
    for (const press of kept()) {
      const response = await tell(press);
      if (response.ok) arrived(press, await response.json());
      else if (response.status === 401 || response.status === 403) say(press, "refused");
      else say(press, "unsent"); // there is a network, and the other side could not
    }
  } catch {
    for (const press of kept()) say(press, "offline");
  } finally {
    sending = false;
  }
}

function arrived(press, answer) {
  keep(kept().filter((each) => each.id !== press.id));
  if (panel?.dataset.press !== press.id) return;
  say(press, "sent", answer.line);
  if (answer.url && !kept().length) window.location.assign(answer.url);
  else if (!answer.is_taken_up) followed = { press, until: Date.now() + FOLLOW_MS };
}

// Told again under the same id a press is not stored again, and the answer says who took it up.
async function follow() {
  if (!followed || document.hidden || Date.now() > followed.until) return;
  const { press } = followed;
  try {
    const response = await tell(press);
    if (!response.ok || followed?.press !== press) return;
    const answer = await response.json();
    say(press, "sent", answer.line);
    if (answer.is_taken_up) followed = null;
  } catch {
    // the next round asks again
  }
}

function showKept() {
  const { mark, gate } = markHere();
  const button = document.querySelector("[data-emergency-kept]");
  if (!button || !mark) return;
  button.hidden = false;
  button.querySelector("[data-at-gate]").textContent = gate;
}

document.addEventListener("submit", onSubmit, true);
window.addEventListener("online", send);
setInterval(() => { send(); follow(); }, RETRY_MS);
showKept();
setTimeout(report); // once the page's other helpers listen
send();
