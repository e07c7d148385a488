// The intake desk by keyboard: Enter confirms the chosen arrival even while nothing has the focus, T goes to the
// people in the house (and finishes the one under the cursor), 接不动 opens in a dialog. Without scripts all of it
// is links and buttons.

import { select } from "./shortcuts.js";

const isTyping = (target) => target.matches?.("input, textarea, select, [contenteditable]");

function chosenArrival() {
  return document.querySelector('#arrivals [data-row][aria-selected="true"] [data-main]');
}

// Keys act on what is seen, and ask where it is odd; the mouse has pointed at it.
function press(act) {
  const odd = act.closest("[data-row]")?.dataset.odd;
  const dialog = document.getElementById("odd");
  if (!odd || !dialog?.showModal) {
    act.click();
    return;
  }
  dialog.querySelector("[data-odd-words]").textContent = odd;
  dialog.querySelector("[data-odd-yes]").onclick = () => { dialog.close(); act.click(); };
  dialog.showModal();
  dialog.querySelector("[data-close-dialog]").focus();
}

// Pressed in the list of the house T acts on its row; from anywhere else it only goes there.
function treatmentFinished() {
  const list = document.getElementById("inside-list");
  const here = list?.contains(document.activeElement) ? document.activeElement.closest("[data-row]") : null;
  if (here) {
    const act = here.querySelector("[data-main]");
    if (act) press(act);
    return true;
  }
  const first = list?.querySelector("[data-row]");
  if (first) select(first);
  return Boolean(first);
}

function singleKeysOn() {
  return document.querySelector("[data-single-keys]")?.dataset.singleKeys !== "0";
}

function onKey(event) {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
  const row = event.target.matches?.("#arrivals [data-row], #inside-list [data-row]") ? event.target : null;
  if (event.key === "Enter" && (row || event.target === document.body)) {
    const act = row ? row.querySelector("[data-main]") : chosenArrival();
    if (act) {
      press(act);
      event.preventDefault();
    }
  } else if (event.key.toLowerCase() === "t" && singleKeysOn() && treatmentFinished()) {
    event.preventDefault();
  }
}

async function openOverload(event) {
  const link = event.target.closest('a[href*="/desk/overload/"]');
  const dialog = document.getElementById("overload");
  if (!link || !dialog?.showModal || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  try {
    const response = await fetch(link.href, { headers: { "HX-Request": "true" }, credentials: "same-origin" });
    if (!response.ok) throw new Error(String(response.status));
    const form = await response.text();
    if (dialog.open) return; // pressed twice while the form was on its way: what is typed by now stays
    dialog.querySelector("[data-overload]").innerHTML = form;
    dialog.showModal();
  } catch {
    location.assign(link.href);
  }
}

document.addEventListener("keydown", onKey, true); // before the keys of every page
document.addEventListener("click", openOverload);
