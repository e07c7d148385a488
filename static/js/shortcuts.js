// Keys. data-shortcut="n" on a link or button; "ctrl+enter" and "F2" act in fields too, single letters only when no
// field has focus and never when switched off (WCAG 2.1.4). Lists: [data-list] holds [data-row]s; J K ↑ ↓ move,
// Enter presses [data-main] of the row, / goes to [data-search], U takes back, ? lists the keys.

import { undoLast } from "./notices.js";

const inField = (element) => element?.closest?.("input:not([type=checkbox]):not([type=radio]):not([type=submit]), textarea, select, [contenteditable]");
const singleKeysOn = () => document.querySelector("[data-single-keys]")?.dataset.singleKeys !== "0";

function nameOf(event) {
  const parts = [];
  if (event.ctrlKey || event.metaKey) parts.push("ctrl");
  if (event.altKey) parts.push("alt");
  if (event.shiftKey && event.key.length > 1) parts.push("shift");
  return [...parts, event.key.toLowerCase()].join("+");
}

function press(name) {
  for (const element of document.querySelectorAll("[data-shortcut]")) {
    const isShown = element.getClientRects().length > 0;
    if (element.dataset.shortcut.toLowerCase() === name && isShown && element.getAttribute("aria-disabled") !== "true") {
      if (element.matches("a, button, summary")) element.click();
      else element.focus();
      return true;
    }
  }
  return false;
}

function rows() {
  const focused = document.activeElement?.closest?.("[data-list]");
  const list = focused ?? document.querySelector("[data-list]");
  return list ? [...list.querySelectorAll("[data-row]")].filter((row) => row.getClientRects().length) : [];
}

export function select(row) {
  const list = row.closest("[data-list]");
  for (const other of list.querySelectorAll('[data-row][aria-selected="true"]')) other.setAttribute("aria-selected", "false");
  row.setAttribute("aria-selected", "true");
  if (!row.matches("a, button") && !row.hasAttribute("tabindex")) row.tabIndex = -1;
  row.focus({ preventScroll: false });
  row.dispatchEvent(new CustomEvent("row:select", { bubbles: true }));
}

function move(step) {
  const all = rows();
  if (!all.length) return false;
  const at = all.findIndex((row) => row.contains(document.activeElement) || row.getAttribute("aria-selected") === "true");
  select(all[Math.min(Math.max(at + step, 0), all.length - 1)]);
  return true;
}

function mainAct() {
  const row = rows().find((each) => each === document.activeElement);
  const act = row?.matches("a, button") ? null : row?.querySelector("[data-main]") ?? row?.querySelector("a[href]");
  act?.click();
  return Boolean(act);
}

function help() {
  const dialog = document.getElementById("shortcuts");
  const list = dialog?.querySelector("[data-page-keys]");
  if (!list) return false;
  list.textContent = "";
  for (const element of document.querySelectorAll("[data-shortcut]")) {
    const term = document.createElement("dt");
    const cap = document.createElement("kbd");
    cap.textContent = element.dataset.shortcut;
    term.append(cap);
    const words = document.createElement("dd");
    const copy = element.cloneNode(true);
    copy.querySelectorAll("kbd").forEach((each) => each.remove());
    words.textContent = element.getAttribute("aria-label") ?? copy.textContent.trim();
    list.append(term, words);
  }
  dialog.showModal();
  dialog.querySelector("[data-close-dialog]")?.focus(); // Enter says 好: it switches nothing off
  return true;
}

const SINGLE = {
  "?": help,
  "/": () => { const box = document.querySelector("[data-search]"); box?.focus(); return Boolean(box); },
  j: () => move(1), k: () => move(-1), u: undoLast,
};

function onKey(event) {
  if (event.defaultPrevented || event.isComposing || document.querySelector("dialog[open]")) return;
  const name = nameOf(event);
  const isSingle = event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey;
  let done = false;
  if (inField(event.target)) {
    if (!isSingle && (name.includes("+") || /^f\d+$/.test(name))) done = press(name);
    if (event.key === "Escape") event.target.blur();
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const isRadio = event.target.matches?.("input[type=radio]");
    done = !isRadio && move(event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key === "Enter" && !name.includes("+")) {
    done = !event.target.closest("a, button, summary, input") && (mainAct() || press("enter"));
  } else if (!isSingle) {
    done = press(name);
  } else if (singleKeysOn()) {
    done = press(name) || (SINGLE[name]?.() ?? false);
  }
  if (done) event.preventDefault();
}

export function start() {
  document.addEventListener("keydown", onKey);
}
