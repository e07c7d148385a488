// What stays at an edge of the screen never covers what has focus (WCAG 2.4.11): the browser scrolls a thing into what is
// left between those edges, however high they are in large text, in English or with a queue above them.

import { isKeyboards } from "./reconcile.js";

const STAYS = ".topbar, .phone-head, .tabbar, .foot, .gate-exit, .drive-exit, .leg__in form:has(.btn-act), .board__press";
const GAP = 8; // px between the edge and the thing
const watched = new ResizeObserver(() => measure());
const known = new WeakSet(); // watched anew, a thing would be told of at once, for ever

function watch(each) {
  if (!known.has(each)) watched.observe(each);
  known.add(each);
}

function scroller(each) {
  return each.closest(".board__right") && getComputedStyle(each.closest(".board__right")).overflowY === "auto"
    ? each.closest(".board__right") : document.documentElement;
}

function measure() {
  const room = new Map([[document.documentElement, { top: 0, bottom: 0 }]]);
  for (const each of document.querySelectorAll(STAYS)) {
    watch(each);
    const style = getComputedStyle(each);
    if (style.position !== "sticky" || !each.offsetHeight) continue;
    const taken = room.get(scroller(each)) ?? { top: 0, bottom: 0 };
    if (style.bottom !== "auto") taken.bottom = Math.max(taken.bottom, parseFloat(style.bottom) + each.offsetHeight);
    else if (style.top !== "auto") taken.top = Math.max(taken.top, parseFloat(style.top) + each.offsetHeight);
    room.set(scroller(each), taken);
  }
  const head = document.querySelector(".phone-head"); // news stands below it, not on its buttons
  if (head) {
    watch(head);
    document.documentElement.style.setProperty("--head", `${head.offsetHeight + GAP}px`);
  }
  for (const [each, taken] of room) {
    each.style.scrollPaddingTop = `${taken.top + GAP}px`;
    each.style.scrollPaddingBottom = `${taken.bottom + GAP}px`;
  }
}

// News above pushes what has the focus down, under an edge or off the screen; what somebody scrolled away from stays away.
let isInSight = false;

function look() {
  const box = document.activeElement.getBoundingClientRect();
  isInSight = box.bottom > 0 && box.top < innerHeight;
}

function uncover() {
  const active = document.activeElement;
  if (isInSight && active !== document.body && isKeyboards(active)) active.scrollIntoView({ block: "nearest" });
}

export function start() {
  measure();
  addEventListener("resize", measure);
  addEventListener("scroll", look, { passive: true });
  document.addEventListener("focusin", () => { isInSight = true; }); // the browser scrolls there
  document.addEventListener("toggle", measure, true); // it does not bubble
  for (const name of ["htmx:afterSwap", "live:swapped"]) document.addEventListener(name, () => { measure(); uncover(); });
}
