// The connection in the top bar: quiet when fresh, amber after 60 s without news, purple dashed without network.
// Gate and driver pages report what waits with a "queue" event: {detail: {count: 3}}.

import { steady } from "./steady.js";
import { notice } from "./notices.js";
import { hhmm, word } from "./words.js";

const STALE_MS = 60000;
const loadedAt = steady(); // this computer's steady clock; its wall clock is never believed
let freshAt = loadedAt;
let follows = false; // a page without live regions does not grow stale
let failing = false;
let queued = 0;

// The server's time at the last news, as 12:36.
export function freshTime() {
  const drawnAt = document.getElementById("net")?.dataset.at ?? document.body.dataset.now;
  return hhmm(new Date(Date.parse(drawnAt) + freshAt - loadedAt));
}

function show() {
  const net = document.getElementById("net");
  if (!net) return;
  const isStale = (follows || failing) && steady() - freshAt > STALE_MS;
  const state = navigator.onLine === false ? "offline" : isStale ? "stale" : "ok";
  const at = freshTime();
  const isShort = !net.querySelector(".net__words.only-wide");
  const key = state === "ok" ? (isShort ? "netOkShort" : "netOk") : state === "stale" ? "netStale" : "netOffline";
  const strip = document.getElementById("offline-strip");
  const said = state === "offline" && strip?.dataset.words; // a page where not every press is kept says so itself
  const waits = queued ? word(document.body.dataset.signedOut ? "netQueuedOver" : "netQueued", { n: queued }) : "";
  const text = [said || word(key, { at }), state === "offline" ? waits : ""].filter(Boolean).join("。");
  const words = net.querySelector(".net__words");
  if (words.textContent !== text) words.textContent = text;
  net.dataset.state = state;
  if (strip) {
    strip.querySelector("[data-when-off]")?.toggleAttribute("hidden", state !== "offline");
    strip.hidden = state !== "offline" && queued === 0;
    strip.querySelector("[data-queued]").textContent = waits;
  }
}

export function markFresh() {
  freshAt = steady();
  failing = false;
  show();
}

export function markFailing() {
  failing = true;
  show();
}

export function expectNews() {
  follows = true;
}

// While there is no network a link would lead to the browser's own page of errors, and take this page away.
function keepPage(event) {
  const link = event.target.closest?.("a[href]");
  if (!link || event.defaultPrevented || navigator.onLine !== false || event.ctrlKey || event.metaKey || event.button) return;
  const address = new URL(link.href, window.location.href);
  if (!address.protocol.startsWith("http")) return;
  const isHere = address.pathname + address.search === window.location.pathname + window.location.search;
  if (isHere && address.hash) return; // a place on this page
  event.preventDefault();
  notice(word("notOpened"), { level: "error" });
}

function keepSearch(event) {
  if (event.defaultPrevented || navigator.onLine !== false || event.target.method !== "get") return;
  event.preventDefault();
  notice(word("notOpened"), { level: "error" });
}

export function start() {
  window.addEventListener("click", keepPage);
  window.addEventListener("submit", keepSearch);
  for (const name of ["online", "offline"]) window.addEventListener(name, show);
  document.addEventListener("htmx:afterRequest", (event) => (event.detail.xhr?.status ? markFresh() : markFailing()));
  document.addEventListener("queue", (event) => { queued = event.detail?.count ?? 0; show(); });
  setInterval(show, 5000);
  if (navigator.onLine === false) show();
}
