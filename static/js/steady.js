// A clock of this page that only goes forward: the computer's steady clock, and the hours it slept, which most systems
// leave out. How far the wall clock went ahead meanwhile is a first guess; the server's time, which comes with every
// living fragment, decides. The wall clock alone is never believed: it may be wrong by days, and be set right at any moment.

const JUMP_MS = 5000; // an answer may be on its way for so long
let slept = 0;
let gap = Date.now() - performance.now();
let ahead = Date.parse(document.body.dataset.now ?? "") - performance.now(); // the server's time before this clock

export function steady() {
  return performance.now() + slept;
}

export function heard(stamp) {
  const now = Date.parse(stamp ?? "") - steady();
  if (Number.isNaN(now)) return;
  if (Math.abs(now - ahead) > JUMP_MS) slept += now - ahead;
}

function look() {
  const jump = Date.now() - performance.now() - gap;
  if (Math.abs(jump) < JUMP_MS) return;
  gap += jump;
  slept += Math.max(jump, 0);
  window.dispatchEvent(new Event("slept")); // whatever shows the time asks for what is so now
}

setInterval(look, 1000);
