// The driver's phone: one press to call, and steps pressed without network are kept and sent in order later, for the
// driver who pressed them: who else signs in on this phone neither sends nor loses them.

import { newKey, release } from "./forms.js";
import { notice } from "./notices.js";
import { word } from "./words.js";

const STORE = "driver-steps"; // addresses, keys and times only; no names, no numbers
const REFUSED = "driver-refused"; // a kept step that came too late: said after the reload that shows what is so now
const RETRY_MS = 15000;
const PATIENCE_MS = 8000; // a press without an answer for so long is kept
const AWAY = new Set([502, 503, 504]);
const driver = document.getElementById("main")?.dataset.driver ?? "";
const serverAhead = Date.parse(document.body.dataset.now ?? "") - Date.now() || 0;

const LOCK_MS = 1000; // after the one button has changed under the thumb
let lockedUntil = 0;
const before = []; // the sheet as it was before each kept step of this page, for 撤回
let held = null; // steps that the phone has no room for: this page alone keeps them

function all() {
  try {
    const steps = held ?? JSON.parse(localStorage.getItem(STORE) ?? "[]");
    return Array.isArray(steps) ? steps : [];
  } catch {
    return [];
  }
}

const isMine = (step) => (step.driver ?? driver) === driver;
const kept = () => all().filter(isMine);

function keep(steps) {
  const whole = [...all().filter((step) => !isMine(step)), ...steps];
  try {
    localStorage.setItem(STORE, JSON.stringify(whole));
    held = null;
  } catch {
    held = whole;
  }
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
    if (navigator.onLine === false) sayNoNumber(); // the browser's page of errors would take the sheet away
    else offerNumber(link);
  }
}

// The page of the number says itself why there is none; where it does not come either, this page stays.
async function offerNumber(link) {
  try {
    await fetch(link.href, { method: "HEAD", credentials: "same-origin", cache: "no-store" });
    window.location.href = link.href;
  } catch {
    sayNoNumber();
  }
}

const sayNoNumber = () => notice(word("noNumber"), { level: "error" });

function isStep(form) {
  return /^\/drive\/(run|stop)\/[^/]+\/[^/]+\/$/.test(new URL(form.action, location.href).pathname);
}

// Without network a step is kept with its key and its time, so that it counts once and as of when it happened. A phone
// may believe in a network that carries nothing (a lift, a cellar, a mast that is full): a press that gets no answer is
// kept like one without network, instead of the browser's own page of errors taking the sheet away.
async function onSubmit(event) {
  const form = event.target;
  if (event.defaultPrevented || !isStep(form)) return;
  event.preventDefault();
  if (form.querySelector(".btn-act") && performance.now() < lockedUntil) { // a thumb that tapped twice
    release(form);
    return;
  }
  const submitter = event.submitter ?? form.querySelector("button");
  if (!form.elements.idempotency_key?.value) put(form, "idempotency_key", newKey());
  const body = new URLSearchParams(new FormData(form, event.submitter ?? undefined));
  const happenedAt = new Date(Date.now() + serverAhead).toISOString();
  const answer = navigator.onLine && !kept().length ? await answerTo(form.action, body) : null; // what is kept goes first
  if (answer?.status === 204 && answer.target) window.location.assign(answer.target);
  else if (answer && answer.status !== 401 && !AWAY.has(answer.status)) sendAsFormsAre(form, submitter);
  else keepStep(form, submitter, body, happenedAt);
}

function put(form, name, value) {
  const field = form.elements[name] ?? form.appendChild(Object.assign(document.createElement("input"), { type: "hidden", name }));
  field.value = value;
}

// What the server says of a step; null when nothing came back.
async function answerTo(url, body) {
  const told = { method: "POST", body, headers: { "Sent-By": "script" }, credentials: "same-origin", redirect: "manual" };
  try {
    const answer = await fetch(url, { ...told, signal: AbortSignal.timeout?.(PATIENCE_MS) });
    return { status: answer.status, target: answer.headers.get("Go-To") };
  } catch {
    return null;
  }
}

// A refusal has a page of its own; the same key keeps it from counting twice. A press after the session's end is kept
// like one without network, with what was typed, until its driver has signed in again.
function sendAsFormsAre(form, submitter) {
  if (submitter?.name) put(form, submitter.name, submitter.value);
  form.submit();
}

function keepStep(form, submitter, body, happenedAt) {
  body.set("happened_at", happenedAt);
  keep([...kept(), { url: form.action, body: body.toString(), driver }]);
  release(form);
  if (/\/(unwell|roadside)\/$/.test(form.action)) window.location.href = "tel:120"; // nobody hears of it yet: ring
  const main = document.getElementById("main");
  const page = main?.innerHTML;
  lockedUntil = performance.now() + LOCK_MS;
  for (const news of document.querySelectorAll("#notices [data-level=info], #notices [data-level=success]")) news.remove(); // of a step before
  if (showNext(form, submitter)) before.push({ key: body.get("idempotency_key"), page });
  else submitter?.setAttribute("aria-disabled", "true");
  offerUndo();
  send();
}

// What is only kept on this phone can be taken back here: the last step first, while it has not been sent.
function offerUndo() {
  const strip = document.getElementById("offline-strip");
  const last = before[before.length - 1];
  const steps = kept();
  const can = Boolean(last && !sending && steps.length && steps[steps.length - 1].body.includes(last.key));
  let button = strip?.querySelector("[data-undo-kept]");
  if (!can) button?.remove();
  if (!can || !strip || button) return;
  button = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-sm", textContent: word("undoKept") });
  button.dataset.undoKept = "";
  button.addEventListener("click", undoKept);
  strip.append(button);
}

function undoKept() {
  const last = before.pop();
  if (last && !sending) {
    keep(kept().filter((step) => !step.body.includes(last.key)));
    const main = document.getElementById("main");
    main.innerHTML = last.page;
    main.querySelectorAll("form[data-submitting]").forEach((form) => release(form));
  }
  offerUndo();
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
  if (!leg.dataset.key.startsWith(`leg-${next.url.split("/")[3]}-`)) leg.querySelector("[data-gate]")?.remove(); // another stop's
  followTrouble(leg, next);
  return true;
}

// What to press when it goes wrong means the stop that is shown, too; what that stop does not know is put away.
function followTrouble(leg, next) {
  const stop = next.url.split("/")[3];
  for (const form of document.querySelectorAll(".trouble form[action*='/drive/stop/']")) {
    const [, , , , step] = new URL(form.action, location.href).pathname.split("/");
    form.action = `/drive/stop/${stop}/${step}/`;
    form.elements.idempotency_key.value = newKey();
    form.hidden = step === "door_closed" ? next.pickup : ["search", "no_show"].includes(step) && !next.pickup;
  }
  const call = leg.querySelector("a[data-call]");
  if (call) call.href = `/drive/stop/${stop}/call/`;
}

let sending = false;

async function send() {
  if (sending || !kept().length || !navigator.onLine) return;
  sending = true;
  try {
    for (const step of kept()) {
      const body = new URLSearchParams(step.body);
      const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value;
      if (token) body.set("csrfmiddlewaretoken", token);
      const told = { method: "POST", body, headers: { "X-Kept": "1" }, credentials: "same-origin", redirect: "manual" };
      const response = await fetch(step.url, { ...told, signal: AbortSignal.timeout?.(PATIENCE_MS) });
      if (response.status === 401) sayOver();
      if (response.status >= 500 || response.status === 401 || response.status === 403) return;
      if (response.status >= 400) sessionStorage.setItem(REFUSED, "1");
      keep(kept().filter((each) => each.body !== step.body)); // what was pressed meanwhile stays
      offerUndo();
    }
    window.location.reload();
  } catch {
    // still no network: what is kept stays
  } finally {
    sending = false;
  }
}

function sayOver() {
  if (document.body.dataset.signedOut) return; // said once, by whoever noticed first
  document.body.dataset.signedOut = "1";
  notice(word("sessionOver"), { level: "error" });
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
