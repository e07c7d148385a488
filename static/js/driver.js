// The driver's phone: one press to call, and steps pressed without network are kept and sent in order later.

import { newKey, release } from "./forms.js";
import { notice } from "./notices.js";
import { word } from "./words.js";

const STORE = "driver-steps"; // addresses, keys and times only; no names, no numbers
const REFUSED = "driver-refused"; // a kept step that came too late: said after the reload that shows what is so now
const RETRY_MS = 15000;
const serverAhead = Date.parse(document.body.dataset.now ?? "") - Date.now() || 0;

function kept() {
  try {
    return JSON.parse(localStorage.getItem(STORE) ?? "[]");
  } catch {
    return [];
  }
}

function keep(steps) {
  localStorage.setItem(STORE, JSON.stringify(steps));
  document.dispatchEvent(new CustomEvent("queue", { detail: { count: steps.length } }));
}

// 打给家属: the number is asked for on press and goes straight to the dialler; without scripts a page offers it.
async function call(event) {
  const link = event.target.closest("a[data-call]");
  if (!link) return;
  event.preventDefault();
  try {
    const response = await fetch(link.href, { headers: { Accept: "application/json" }, credentials: "same-origin", cache: "no-store" });
    if (!response.ok) throw new Error(String(response.status));
    window.location.href = `tel:${(await response.json()).tel}`;
  } catch {
    window.location.href = link.href;
  }
}

function isStep(form) {
  return /^\/drive\/(run|stop)\/[^/]+\/[^/]+\/$/.test(new URL(form.action, location.href).pathname);
}

// Without network a step is kept with its key and its time, so that it counts once and as of when it happened.
function onSubmit(event) {
  const form = event.target;
  if (navigator.onLine || !isStep(form)) return;
  event.preventDefault();
  const body = new URLSearchParams(new FormData(form, event.submitter ?? undefined));
  body.set("happened_at", new Date(Date.now() + serverAhead).toISOString());
  if (!body.get("idempotency_key")) body.set("idempotency_key", newKey());
  keep([...kept(), { url: form.action, body: body.toString() }]);
  release(form);
  if (form.action.endsWith("/unwell/")) window.location.href = "tel:120"; // nobody hears of it yet: ring
  const button = event.submitter ?? form.querySelector("button");
  if (!showNext(form, button)) button?.setAttribute("aria-disabled", "true");
}

// The leg carries its steps to come, so that the one button goes on changing without network.
function showNext(form, button) {
  const leg = form.closest("[data-later]");
  if (!leg || !button?.matches(".btn-act")) return false;
  const [next, ...later] = JSON.parse(leg.dataset.later || "[]");
  if (!next) return false;
  leg.dataset.later = JSON.stringify(later);
  form.action = next.url;
  form.elements.idempotency_key.value = newKey();
  button.querySelector("span").textContent = next.label;
  const [caption, note] = leg.querySelectorAll(".leg__cap span");
  caption.textContent = next.caption;
  note.textContent = "";
  leg.querySelector(".leg__time ~ small").textContent = "";
  leg.querySelector("a[href^='geo:']").href = next.geo;
  leg.querySelector("h1").textContent = next.place;
  leg.querySelector(".leg__time").textContent = next.time;
  leg.querySelector("[data-rider]").textContent = next.rider;
  leg.querySelector("[data-who]").textContent = next.who;
  leg.querySelector(".todo")?.remove();
  return true;
}

let sending = false;

async function send() {
  const steps = kept();
  if (sending || !steps.length || !navigator.onLine) return;
  sending = true;
  try {
    while (steps.length) {
      const body = new URLSearchParams(steps[0].body);
      const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value;
      if (token) body.set("csrfmiddlewaretoken", token);
      const response = await fetch(steps[0].url, { method: "POST", body, credentials: "same-origin", redirect: "manual" });
      if (response.status >= 500 || response.status === 401 || response.status === 403) return;
      if (response.status >= 400) sessionStorage.setItem(REFUSED, "1");
      steps.shift();
      keep(steps);
    }
    window.location.reload();
  } catch {
    // still no network: what is kept stays
  } finally {
    sending = false;
  }
}

function sayRefused() {
  if (!sessionStorage.getItem(REFUSED)) return;
  sessionStorage.removeItem(REFUSED);
  notice(word("stepRefused"), { level: "error" });
}

document.addEventListener("click", call);
document.addEventListener("submit", onSubmit, true);
window.addEventListener("online", send);
setInterval(send, RETRY_MS);
if (kept().length) {
  keep(kept());
  send();
}
sayRefused();
