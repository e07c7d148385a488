// A click is a press and a release on one thing. What would move the page waits for the release.

const LONGEST_MS = 2000; // a finger that rests, a release that was never told
let isDown = false;
let waiting = [];

function release() {
  isDown = false;
  for (const go of waiting) go();
  waiting = [];
}

// The click follows its release in the same task: whoever waits goes on after it.
const soon = () => setTimeout(release, 0);

export const released = () => (isDown ? new Promise((go) => { waiting.push(go); }) : Promise.resolve());

document.addEventListener("pointerdown", () => { isDown = true; setTimeout(release, LONGEST_MS); }, { capture: true, passive: true });
for (const name of ["pointerup", "pointercancel"]) document.addEventListener(name, soon, { capture: true, passive: true });
