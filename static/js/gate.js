// The guard's phone: camera, photo, hardware scanner, sounds, vibration, a screen that stays awake. Typing, lists and
// the emergency button work without any of this.

import { start as startCamera, stop as stopCamera, readPhoto } from "./gate-camera.js";
import { release, sendForm } from "./forms.js";
import { announce, unlock } from "./gate-sound.js";

const WEDGE_GAP_MS = 400; // a scanner types without pauses; a slow old phone may stretch them
const WEDGE_LENGTH = 8; // shorter texts are typed by hand
const PREFIX = "TAB1:";
const UNDO_SHOWN_MS = 10000;

let typed = "";
let lastKeyAt = 0;

function submitCode(text) {
  const form = document.querySelector("[data-code-form]");
  if (!form || form.dataset.submitting) return;
  form.elements.code.value = text;
  sendForm(form);
}

// A scanner acts like a keyboard: many keys, then Enter, wherever the focus is. Its Enter must never press the button
// that happens to have the focus, and its letters must never be taken for shortcuts (U takes back): both end here.
// An answer's page carries a hidden form for the next code.
function onKey(event) {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const now = performance.now();
  if (now - lastKeyAt > WEDGE_GAP_MS) typed = "";
  lastKeyAt = now;
  if (event.key === "Backspace" || event.key === "Delete") typed = ""; // a hand: what stands in the field counts
  if (event.key.length === 1) {
    typed += event.key;
    if (!event.target.closest?.("input, textarea, select")) event.stopPropagation();
    if (event.key === " " && typed.length > 1 && !event.target.closest?.("input")) event.preventDefault();
  }
  if (event.key !== "Enter" || typed.length < WEDGE_LENGTH) return;
  const isTyping = event.target.closest?.("input:not([name=code]), textarea");
  if (isTyping && !typed.toUpperCase().includes(PREFIX)) return; // a search by hand
  event.preventDefault();
  event.stopPropagation();
  const text = typed.slice(Math.max(typed.toUpperCase().lastIndexOf(PREFIX), 0));
  typed = "";
  submitCode(text);
}

async function stayAwake() {
  try {
    if (document.visibilityState === "visible") await navigator.wakeLock?.request("screen");
  } catch {
    // low battery: the phone decides
  }
}

function dress() {
  const answer = document.querySelector("[data-answer]");
  const finder = document.querySelector("[data-viewfinder]");
  if (answer) announce(answer.dataset.answer);
  if (finder) startCamera(finder, submitCode);
  else stopCamera();
  const done = document.querySelector("[data-done] [data-undo]");
  if (done) setTimeout(() => done.closest("form")?.remove(), UNDO_SHOWN_MS);
  for (const input of document.querySelectorAll("[data-photo]")) {
    input.addEventListener("change", () => readPhoto(input, submitCode));
  }
  const again = document.querySelector("[data-camera-again]");
  if (again) again.addEventListener("click", () => startCamera(finder, submitCode));
  if (answer) window.scrollTo(0, 0);
}

window.addEventListener("keydown", onKey, true); // before every other listener
document.addEventListener("pointerdown", unlock, { passive: true });
document.addEventListener("visibilitychange", stayAwake);
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target?.id === "main") dress();
});
// A page out of the back-forward cache carries used event ids.
window.addEventListener("pageshow", (event) => {
  if (event.persisted && navigator.onLine) window.location.reload();
});

// Without network a link or a form would end on the browser's own page, and the emergency button with it.
function stayHere(event) {
  if (navigator.onLine || "draft" in event.target.dataset) return; // send.js keeps what was typed
  const link = event.type === "click" ? event.target.closest?.("a[href]") : null;
  if (event.type === "click" && (!link || !/^https?:/.test(link.href))) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (event.type === "submit") release(event.target); // it says 正在提交 already, and nothing is sent
  document.getElementById("offline-strip")?.scrollIntoView({ block: "center" }); // says why nothing opens
}
document.addEventListener("click", stayHere, true);
document.addEventListener("submit", stayHere, true);
stayAwake();
dress();
