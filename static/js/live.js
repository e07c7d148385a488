// Living fragments: <section data-live="/address/" data-live-every="15" data-live-board="facility:F001">.
// Polling with ETag is enough by itself; where data-events names a stream, it only says "board X changed" and the
// fragment is asked for at once. Rows carry data-key: the row under pointer or keyboard waits, unless it turns red, and
// new red rows come whatever is under the hand; a pointer that lies still is no hand. A form with focus is never
// replaced; data-live-now asks at once, data-live-always takes news under the pointer too;
// what waits is offered as 「有 N 条更新，点这里看」. In a hidden tab only data-live-awake goes on asking: what sounds is
// meant for whoever looks elsewhere. Between a press and its release nothing is drawn anew: what moved away in that
// moment would not be pressed.

import { expectNews, freshTime, markFailing, markFresh } from "./connection.js";
import { notice } from "./notices.js";
import { changesBetween, isBusy, showNote, takeOver, updateQuietRows } from "./reconcile.js";
import { released } from "./press.js";
import { heard, steady } from "./steady.js";
import { say, word } from "./words.js";

const regions = new Map(); // element → {url, every, board, etag, timer, asking, waiting}
const WORST_MS = 60000;
const MOVED_MS = 400; // whoever goes down a list with the arrow key asks once
const LEFT_MS = 1500; // after pointer or focus left, before what waited is shown

async function ask(element) {
  const state = regions.get(element);
  if (!state || state.asking || !element.isConnected) return;
  state.asking = true;
  const asked = state.url;
  try {
    const headers = { "HX-Request": "true", "HX-Target": element.id || "" };
    if (state.etag) headers["If-None-Match"] = state.etag;
    const response = await fetch(state.url, { headers, credentials: "same-origin", cache: "no-store", redirect: "manual" });
    if (response.type === "opaqueredirect" || [401, 403].includes(response.status)) { // the session is over, or the post
      signedOut();
      throw new Error("signed out");
    }
    if (response.status === 304 || response.ok) {
      state.failures = 0;
      heard(response.headers.get("X-Now"));
      markFresh();
    }
    if (state.url !== asked) return; // another question meanwhile: this is its predecessor's answer
    state.etag = response.headers.get("ETag") ?? state.etag; // an unchanged fragment may be made from newer facts
    if (response.ok) {
      const html = await response.text();
      await released();
      if (state.url === asked) arrive(element, state, html);
    } else if (response.status !== 304) {
      throw new Error(String(response.status));
    }
    element.dispatchEvent(new CustomEvent("live:heard"));
    for (const age of element.querySelectorAll("[data-age]")) age.textContent = word("asOf", { at: freshTime() });
  } catch {
    state.failures += 1;
    markFailing();
  } finally {
    state.asking = false;
    plan(element, state);
  }
}

// Said once; the page stays as it is, with what was typed.
function signedOut() {
  if (document.body.dataset.signedOut) return;
  document.body.dataset.signedOut = "1";
  document.dispatchEvent(new Event("signed-out"));
  notice(word("sessionOver"), { level: "error" });
}

function isRead(element) {
  return !document.hidden || "liveAwake" in element.dataset;
}

function plan(element, state) {
  clearTimeout(state.timer);
  const slower = state.failures ? Math.min(state.every * 2 ** state.failures, WORST_MS) : state.every;
  state.timer = setTimeout(() => (isRead(element) ? ask(element) : plan(element, state)), slower * (0.9 + Math.random() * 0.2));
}

// A fragment may be the region itself (same id) or only its content.
function contentOf(element, html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  const same = element.id && template.content.querySelector(`#${CSS.escape(element.id)}`);
  return same ?? template.content;
}

function arrive(element, state, html) {
  const incoming = contentOf(element, html);
  const changes = changesBetween(element, incoming);
  if (changes.count === 0 && !changes.outside) return;
  announce(changes.louder);
  element.dispatchEvent(new CustomEvent("live:news", { detail: incoming })); // heard even where a hand keeps it from being shown
  state.waiting = incoming;
  if ("liveAlways" in element.dataset || !isBusy(element)) {
    settle(element); // calls for help come through whatever the pointer rests on
    return;
  }
  state.left = updateQuietRows(element, incoming, changes);
  state.heldAt = state.heldAt || steady();
  offer(element, state);
}

function offer(element, state) {
  const minutes = Math.floor((steady() - state.heldAt) / 60000);
  if (state.left > 0) showNote(element, state.left, minutes, () => settle(element));
}

// What waited comes once no hand is there any more; until then it says for how long nothing has changed.
async function look() {
  await released();
  for (const [element, state] of regions) {
    if (!state.waiting) continue;
    if (isBusy(element)) offer(element, state);
    else settle(element);
  }
}

// Show what waited: asked for, or nobody points or types here any more.
function settle(element) {
  const state = regions.get(element);
  if (!state?.waiting) return;
  takeOver(element, state.waiting);
  state.waiting = null;
  state.heldAt = 0;
}

function settleWhenLeft(element) {
  setTimeout(() => { if (!isBusy(element)) settle(element); }, LEFT_MS);
}

function announce(rows) {
  for (const row of rows) if (row.dataset.say) say(row.dataset.say, row.dataset.level === "danger");
}

function follow(url) {
  if (!url || !("EventSource" in window)) return;
  const address = new URL(url, window.location.href);
  for (const state of regions.values()) state.boards.filter(Boolean).forEach((board) => address.searchParams.append("board", board));
  const stream = new EventSource(address, { withCredentials: true });
  const heard = (event) => {
    let changed = "";
    try { changed = JSON.parse(event.data).board; } catch { return; }
    for (const [element, state] of regions) if (state.boards.includes(changed)) setTimeout(() => ask(element), Math.random() * 400);
  };
  for (const name of ["message", "board"]) stream.addEventListener(name, heard);
}

export function register(root = document) {
  for (const element of root.querySelectorAll("[data-live]")) {
    if (regions.has(element)) continue;
    const { live: url, liveEvery, liveBoard, liveEtag } = element.dataset;
    const state = { url, every: (Number(liveEvery) || 15) * 1000, boards: (liveBoard ?? "").split(" "), etag: liveEtag ?? "", failures: 0, asking: false, waiting: null, left: 0, heldAt: 0 };
    regions.set(element, state);
    for (const name of ["pointerleave", "focusout"]) element.addEventListener(name, () => settleWhenLeft(element));
    if ("liveNow" in element.dataset) ask(element); // its first content comes by the same way
    else plan(element, state);
    expectNews();
  }
}

// A region that shows something else from now on.
function moved(event) {
  const state = regions.get(event.target);
  if (!state) return;
  Object.assign(state, { url: event.target.dataset.live, etag: "", waiting: null, heldAt: 0 });
  if (event.detail?.asks) setTimeout(() => ask(event.target), MOVED_MS);
}

export function start() {
  document.addEventListener("live:moved", moved);
  register();
  if (regions.size) follow(document.body.dataset.events);
  document.addEventListener("htmx:load", (event) => register(event.target));
  document.addEventListener("visibilitychange", () => { if (!document.hidden) for (const element of regions.keys()) ask(element); });
  setInterval(look, LEFT_MS);
  const askAll = () => { for (const element of regions.keys()) ask(element); };
  for (const name of ["online", "slept"]) window.addEventListener(name, askAll);
  window.addEventListener("pageshow", (event) => { if (event.persisted) askAll(); }); // back on a page as it was left
}
