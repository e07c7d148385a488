// Countdowns and waiting times tick from the server's time (data-now), never from this computer's clock.
// Announced only at 10, 5, 1 and 0 minutes.

import { steady } from "./steady.js";
import { duration, say, word } from "./words.js";

const seen = new WeakMap(); // element → how far the server's time was from steady() when it came
const ANNOUNCED = [10, 5, 1, 0];

function serverNow(element) {
  const stamp = element.dataset.now;
  const known = seen.get(element);
  if (known?.stamp === stamp) return steady() + known.offset;
  const offset = Date.parse(stamp) - steady();
  seen.set(element, { stamp, offset });
  return steady() + offset;
}

function tickCountdown(element) {
  const left = Math.round((Date.parse(element.dataset.until) - serverNow(element)) / 1000);
  const total = Number(element.dataset.total) || 900;
  const level = left <= 0 ? "late" : left < Number(element.dataset.warn) ? "warn" : "";
  const minutes = Math.floor(Math.abs(left) / 60);
  const digits = `${left < 0 ? "+" : ""}${minutes}:${String(Math.abs(left) % 60).padStart(2, "0")}`;
  if (element.dataset.level !== level) {
    element.dataset.level = level;
    element.closest(".card[data-level]")?.setAttribute("data-level", level);
  }
  element.style.setProperty("--p", left > 0 ? Math.min(left / total, 1).toFixed(3) : "1");
  const shown = element.querySelector("b");
  if (shown && shown.textContent !== digits) shown.textContent = digits;
  for (const output of document.querySelectorAll(`[data-mirrors="${element.id}"]`)) output.textContent = digits;
  if (left % 60 === 0 && ANNOUNCED.includes(left / 60) && element.dataset.said !== String(left)) {
    element.dataset.said = String(left);
    say(left ? word("minutesLeft", { m: left / 60 }) : word("timeUp"), left === 0);
  }
}

function tickWaiting(element) {
  const text = duration((serverNow(element) - Date.parse(element.dataset.since)) / 60000);
  if (element.textContent !== text) element.textContent = text;
}

export function tick() {
  if (document.hidden) return;
  document.querySelectorAll("[data-until][data-now]").forEach(tickCountdown);
  document.querySelectorAll("[data-since][data-now]").forEach(tickWaiting);
}

export function start() {
  setInterval(tick, 1000);
  tick();
}
