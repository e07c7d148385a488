// Calls for help on top of every page: a loud one that nobody has taken up sounds, again every half minute, and stands
// in the tab's title. Browsers let a page sound only after a touch; the words and the colour are there without it.

import { announce, unlock } from "./gate-sound.js";

const AGAIN_MS = 30000;
const title = document.title;
let loud = 0;
let timer = 0;

function listen(strip) {
  const now = Number(strip.querySelector("[data-loud]")?.dataset.loud ?? 0);
  const waiting = Number(strip.querySelector("[data-waiting]")?.dataset.waiting ?? 0);
  document.title = waiting ? `(${waiting}) ${title}` : title;
  if (now > loud) sound();
  loud = now;
}

function sound() {
  announce("red");
  clearInterval(timer);
  timer = setInterval(() => (loud ? announce("red") : clearInterval(timer)), AGAIN_MS);
}

export function start() {
  const strip = document.getElementById("calls");
  if (!strip) return;
  document.addEventListener("pointerdown", unlock, { once: true });
  document.addEventListener("keydown", unlock, { once: true });
  strip.addEventListener("live:swapped", () => listen(strip));
}
