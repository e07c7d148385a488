// Calls for help on top of every page: a loud one that nobody has taken up sounds, again every half minute, and stands
// in the tab's title. Browsers let a page sound only after a touch; until then the page says that it is mute.

import { announce, unlock, watchSound } from "./gate-sound.js";
import { released } from "./press.js";

const AGAIN_MS = 30000;
const STARTS_MS = 400; // a sound that is allowed starts within this
const HIGH = "calls-high"; // in this tab: how high the calls stood on the page before
const title = document.title;
let loud = 0;
let timer = 0;
let isHeard = false;
let isOver = false; // the session, or the post
let told = 0; // the timer of the line that says whether this page can sound

function listen(news) {
  const now = Number(news.querySelector("[data-loud]")?.dataset.loud ?? 0);
  const waiting = Number(news.querySelector("[data-waiting]")?.dataset.waiting ?? 0);
  document.title = waiting ? `(${waiting}) ${title}` : title;
  if (now > loud) sound();
  loud = now;
}

// Said before anything sounds: whoever looks away trusts the sound. A phone in a hand is looked at.
function sayMute(canSound) {
  if (canSound && !isHeard && loud) sound(); // what could not sound when it came sounds now
  isHeard = canSound;
  clearTimeout(told);
  told = setTimeout(showMute, canSound ? 0 : STARTS_MS);
}

// Once shown the line stays and changes its words: going away it would move what stands under the finger.
async function showMute() {
  await released();
  const line = document.getElementById("mute");
  if (!line || (isHeard && line.hidden && !isOver)) return;
  line.hidden = false;
  line.dataset.level = isHeard && !isOver ? "" : "wait";
  line.textContent = line.dataset[isOver ? "over" : isHeard ? "heard" : "mute"];
}

function sound() {
  announce("red");
  clearInterval(timer);
  timer = setInterval(() => (loud ? announce("red") : clearInterval(timer)), AGAIN_MS);
}

// Nothing comes any more: said where the calls would stand, aloud once, and in the tab's title.
function sayOver() {
  isOver = true;
  loud = 0;
  document.title = `(!) ${title}`;
  announce("red");
  showMute();
}

// The calls come a moment after the page: their room is kept from the start, so that nothing moves under the finger.
function keepRoom(shown) {
  try {
    shown.style.minHeight = `${Number(sessionStorage.getItem(HIGH)) || 0}px`;
    shown.addEventListener("live:heard", () => {
      shown.style.minHeight = "";
      sessionStorage.setItem(HIGH, shown.offsetHeight);
    });
  } catch { // a browser that keeps nothing
    shown.style.minHeight = "";
  }
}

export function start() {
  const shown = document.getElementById("calls") ?? document.getElementById("calls-live"); // the strip, or the list of them
  if (!shown) return;
  if (shown.id === "calls") keepRoom(shown);
  for (const touch of ["pointerdown", "keydown"]) document.addEventListener(touch, unlock, { passive: true });
  watchSound(sayMute);
  document.addEventListener("signed-out", sayOver);
  shown.addEventListener("live:news", (event) => listen(event.detail));
  listen(shown);
}
