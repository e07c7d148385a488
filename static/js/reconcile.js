// How a new fragment meets the one on screen: what changed, which rows may change now, what must wait.

import { word } from "./words.js";

const keyed = (root) => new Map([...root.querySelectorAll("[data-key]")].map((row) => [row.dataset.key, row]));
const LOUD = { "": 0, info: 0, quiet: 0, wait: 1, danger: 2 };

// What scripts add, and what every rendering makes anew, must not look like news.
const TICKING = ["style", "aria-selected", "tabindex", "data-now", "data-said"];

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

function isUnderHand(element) {
  return element.matches(":hover") || element.contains(document.activeElement) || hasTyped(element);
}

// Text that somebody wrote and has not sent: it stays, also when focus and pointer are elsewhere.
function hasTyped(element) {
  return [...element.querySelectorAll("input:not([type=hidden], [type=search], [data-search]), textarea")].some((field) => "defaultValue" in field && field.value !== field.defaultValue);
}

export function isBusy(element) {
  return isUnderHand(element) || Boolean(element.querySelector("dialog[open], details[open], form[data-submitting]"));
}

// Change rows in place where nobody points or types; answer how many pieces of news must wait.
export function updateQuietRows(element, incoming, changes) {
  const before = keyed(element);
  const after = keyed(incoming);
  let waiting = changes.added.length + changes.removed.length + (changes.isMoved ? 1 : 0);
  for (const key of changes.changed) {
    const row = before.get(key);
    if (isUnderHand(row)) {
      waiting += 1;
      continue;
    }
    const fresh = document.importNode(after.get(key), true);
    if (row.getAttribute("aria-selected")) fresh.setAttribute("aria-selected", row.getAttribute("aria-selected"));
    row.replaceWith(fresh);
    settled(fresh);
  }
  return waiting;
}

// Take the whole fragment, keeping the chosen row, the scroll and, where it can, the focus.
export function takeOver(element, incoming) {
  const selected = element.querySelector('[data-key][aria-selected="true"]')?.dataset.key;
  const focusId = element.contains(document.activeElement) ? document.activeElement.id : "";
  const scroll = element.scrollTop;
  element.textContent = "";
  element.append(...[...incoming.childNodes].map((node) => document.importNode(node, true)));
  if (selected) element.querySelector(`[data-key="${CSS.escape(selected)}"]`)?.setAttribute("aria-selected", "true");
  if (focusId) document.getElementById(focusId)?.focus({ preventScroll: true });
  element.scrollTop = scroll;
  settled(element);
}

function settled(element) {
  window.htmx?.process(element);
  element.dispatchEvent(new CustomEvent("live:swapped", { bubbles: true }));
}

export function showNote(element, count, accept) {
  let note = element.querySelector(":scope > .live-note");
  if (!note) {
    note = document.createElement("button");
    note.type = "button";
    note.className = "live-note";
    element.prepend(note);
  }
  note.textContent = word("updates", { n: count });
  note.onclick = () => accept();
}
