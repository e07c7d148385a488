// 大字, 夜间: at once on this page, then stored by the server (account and cookie). Without scripts the same
// forms reload the page. Also: dialogs, menus, and copying.

import { notice } from "./notices.js";
import { word } from "./words.js";

function onPrefer(event) {
  const form = event.target.closest?.("form[data-prefer]");
  if (!form || form.dataset.prefer === "single_keys") return;
  event.preventDefault();
  const button = event.submitter ?? form.querySelector("button");
  const body = new FormData(form);
  body.set(button.name, button.value);
  const isOn = button.getAttribute("aria-pressed") === "true";
  button.setAttribute("aria-pressed", String(!isOn));
  const root = document.documentElement;
  if (form.dataset.prefer === "large") {
    button.value = isOn ? "1" : "0";
    if (isOn) delete root.dataset.text;
    else root.dataset.text = "large";
  } else {
    button.value = isOn ? "dark" : "light";
    root.dataset.theme = isOn ? "light" : "dark";
  }
  fetch(form.action, { method: "POST", body, redirect: "manual", credentials: "same-origin" }).catch(() => undefined);
}

async function onCopy(button) {
  const text = document.querySelector(button.dataset.copy);
  if (!text) return;
  text.select();
  try {
    await navigator.clipboard.writeText(text.value); // only on HTTPS or localhost
    notice(word("copied"));
  } catch {
    notice(word(document.execCommand("copy") ? "copied" : "copyByHand"));
  }
}

function onClick(event) {
  const copy = event.target.closest("[data-copy]");
  if (copy) onCopy(copy);
  const opener = event.target.closest("[data-open]");
  if (opener) document.querySelector(opener.dataset.open)?.showModal?.();
  if (event.target.closest("[data-close-dialog]")) event.target.closest("dialog")?.close();
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target) || opener) menu.open = false;
  }
  if (event.target.closest("[data-print]")) window.print();
}

// A menu that would leave the screen is moved back onto it; what is below the edge is scrolled into view.
function onToggle(event) {
  const list = event.target.matches?.("details.menu") ? event.target.querySelector(".menu__list") : null;
  if (!list) return;
  list.style.translate = "";
  if (!event.target.open) return;
  const { left, right } = list.getBoundingClientRect();
  const edge = document.documentElement.clientWidth - 8;
  if (left < 8) list.style.translate = `${8 - left}px 0`;
  else if (right > edge) list.style.translate = `${edge - right}px 0`;
  list.scrollIntoView({ block: "nearest" });
}

export function start() {
  document.addEventListener("toggle", onToggle, true); // it does not bubble
  document.addEventListener("submit", onPrefer);
  document.addEventListener("click", onClick);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      menu.open = false;
      menu.querySelector("summary")?.focus();
    }
  });
}
