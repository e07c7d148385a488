// How a new fragment meets the one on screen: what changed, which rows may change now, what must wait.

import { word } from "./words.js";

const keyed = (root) => new Map([...root.querySelectorAll("[data-key]")].map((row) => [row.dataset.key, row]));
const LOUD = { "": 0, info: 0, quiet: 0, wait: 1, danger: 2 };

// What scripts add, and what every rendering makes anew, must not look like news.
const TICKING = ["style", "aria-selected", "tabindex", "data-now", "data-said", "open"];

function bare(element) {
  const copy = element.cloneNode(true);
  for (const each of [copy, ...copy.querySelectorAll("*")]) {
    for (const name of TICKING) each.removeAttribute(name);
    if (each.matches("[data-until]")) ["aria-label", "data-css-p", "data-level"].forEach((name) => each.removeAttribute(name));
    if (each.matches("[data-since], [data-until] b, [data-age]")) each.textContent = "";
    if (each.name === "idempotency_key" || each.name === "csrfmiddlewaretoken") each.removeAttribute("value");
  }
  return copy.outerHTML.replace(/\s+/g, " ");
}

export function changesBetween(element, incoming) {
  const before = keyed(element);
  const after = keyed(incoming);
  const changed = [...after].filter(([key, row]) => before.has(key) && bare(before.get(key)) !== bare(row)).map(([key]) => key);
  const added = [...after.keys()].filter((key) => !before.has(key));
  const removed = [...before.keys()].filter((key) => !after.has(key));
  const common = (map, other) => [...map.keys()].filter((key) => other.has(key)).join("\n");
  const isMoved = common(before, after) !== common(after, before);
  const louder = [...after.values()].filter((row) => (LOUD[row.dataset.level] ?? 0) > (LOUD[before.get(row.dataset.key)?.dataset.level] ?? 0));
  const outside = before.size === 0 && after.size === 0 ? element.innerHTML !== (incoming.innerHTML ?? "") : frame(element) !== frame(incoming);
  return { changed, added, removed, isMoved, louder, outside, count: changed.length + added.length + removed.length + (isMoved ? 1 : 0) };
}

// What stands around the rows: headline, counts.
function frame(root) {
  const copy = root.cloneNode(true);
  copy.querySelectorAll("[data-key], .live-note, [data-age], [data-since], [data-until]").forEach((row) => row.remove());
  return copy.textContent.replace(/\s+/g, " ");
}

// A pointer that has lain still for so long is no hand: what it happens to lie on may change.
const REST_MS = 8000;
let movedAt = -REST_MS;
for (const name of ["pointermove", "pointerdown"]) document.addEventListener(name, () => { movedAt = performance.now(); }, { passive: true });

export function isKeyboards(active) {
  try {
    return active.matches(":focus-visible");
  } catch { // a browser that does not know the word
    return true;
  }
}

// Where the keyboard is, or a field: what was only clicked keeps the focus for hours, and is no hand.
function hasCursor(element) {
  const active = document.activeElement;
  if (!element.contains(active) || active === document.body) return false;
  return active.matches("input, textarea, select") || isKeyboards(active);
}

function isPointedAt(element) {
  return element.matches(":hover") && performance.now() - movedAt < REST_MS;
}

function isUnderHand(row) {
  return isPointedAt(row) || hasCursor(row) || hasTyped(row);
}

// Text that somebody wrote and has not sent: it stays, also when focus and pointer are elsewhere.
function hasTyped(element) {
  return [...element.querySelectorAll("input:not([type=hidden], [type=search], [data-search]), textarea")].some((field) => "defaultValue" in field && field.value !== field.defaultValue);
}

// Whether somebody's hand is on one of its rows, or in its text. The rest of a column changes around a pointer that
// lies between rows; what was opened is opened again.
export function isBusy(element) {
  const rows = [...keyed(element).values()];
  const isHeld = rows.length ? rows.some(isPointedAt) : isPointedAt(element) && Boolean(element.querySelector("form"));
  return isHeld || hasCursor(element) || hasTyped(element) || Boolean(element.querySelector("dialog[open], form[data-submitting]"));
}

const isRed = (row) => row.dataset.level === "danger";

// Put a new red row where it belongs, beside a neighbour that stands already; false where none does.
function insertRed(row, before) {
  const fresh = document.importNode(row, true);
  for (let next = row.nextElementSibling; next; next = next.nextElementSibling) {
    const stands = before.get(next.dataset.key);
    if (stands) return stands.before(fresh) ?? fresh;
  }
  for (let last = row.previousElementSibling; last; last = last.previousElementSibling) {
    const stands = before.get(last.dataset.key);
    if (stands) return stands.after(fresh) ?? fresh;
  }
  return null;
}

// Change rows in place where nobody points or types, and let red ones in whatever anybody does; answer how many pieces
// of news must wait.
export function updateQuietRows(element, incoming, changes) {
  const before = keyed(element);
  const after = keyed(incoming);
  let waiting = changes.added.length + changes.removed.length + (changes.isMoved ? 1 : 0);
  for (const key of changes.added.filter((each) => isRed(after.get(each)))) {
    const fresh = insertRed(after.get(key), before);
    if (!fresh) continue;
    before.set(key, fresh);
    waiting -= 1;
    settled(fresh);
  }
  for (const key of changes.changed) {
    const row = before.get(key);
    const turnsRed = isRed(after.get(key)) && !isRed(row) && !hasCursor(row) && !hasTyped(row);
    if (isUnderHand(row) && !turnsRed) {
      waiting += 1;
      continue;
    }
    const fresh = document.importNode(after.get(key), true);
    if (row.open) fresh.open = true;
    if (row.getAttribute("aria-selected")) fresh.setAttribute("aria-selected", row.getAttribute("aria-selected"));
    row.replaceWith(fresh);
    settled(fresh);
  }
  return waiting;
}

const FOCUSABLE = "a, button, summary, input, textarea, select, [tabindex]";

// Where the focus is: an id, or the row and which of its things.
function focusIn(element) {
  const active = document.activeElement;
  if (!element.contains(active)) return () => null;
  const key = active.closest("[data-key]")?.dataset.key;
  const at = key ? [...active.closest("[data-key]").querySelectorAll(FOCUSABLE)].indexOf(active) : -1;
  const row = () => (key ? element.querySelector(`[data-key="${CSS.escape(key)}"]`) : null);
  return () => (active.id ? document.getElementById(active.id) : at < 0 ? row() : row()?.querySelectorAll(FOCUSABLE)[at]);
}

const openKeys = (element) => [...element.querySelectorAll("details[data-key][open]")].map((each) => each.dataset.key);

// Take the whole fragment, keeping the chosen row, the scroll, what was opened and, where it can, the focus.
export function takeOver(element, incoming) {
  const selected = element.querySelector('[data-key][aria-selected="true"]')?.dataset.key;
  const focused = focusIn(element);
  const opened = openKeys(element);
  const scroll = element.scrollTop;
  element.textContent = "";
  element.append(...[...incoming.childNodes].map((node) => document.importNode(node, true)));
  if (selected) element.querySelector(`[data-key="${CSS.escape(selected)}"]`)?.setAttribute("aria-selected", "true");
  for (const key of opened) element.querySelector(`details[data-key="${CSS.escape(key)}"]`)?.setAttribute("open", "");
  focused()?.focus({ preventScroll: true });
  element.scrollTop = scroll;
  settled(element);
}

function settled(element) {
  window.htmx?.process(element);
  element.dispatchEvent(new CustomEvent("live:swapped", { bubbles: true }));
}

// What waits is offered, with its age once it has waited for a while.
export function showNote(element, count, age, accept) {
  let note = element.querySelector(":scope > .live-note");
  if (!note) {
    note = document.createElement("button");
    note.type = "button";
    note.className = "live-note";
    element.prepend(note);
  }
  note.textContent = age ? word("updatesSince", { n: count, m: age }) : word("updates", { n: count });
  note.onclick = () => accept();
}
