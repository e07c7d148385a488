// What stays at an edge of the screen never covers what has focus (WCAG 2.4.11): the browser scrolls a thing into what is
// left between those edges, however high they are in large text, in English or with a queue above them.

const STAYS = ".topbar, .phone-head, .tabbar, .foot, .gate-exit, .drive-exit, .leg__in form:has(.btn-act), .board__press";
const GAP = 8; // px between the edge and the thing
const watched = new ResizeObserver(() => measure());

function scroller(each) {
  return each.closest(".board__right") && getComputedStyle(each.closest(".board__right")).overflowY === "auto"
    ? each.closest(".board__right") : document.documentElement;
}

function measure() {
  const room = new Map([[document.documentElement, { top: 0, bottom: 0 }]]);
  for (const each of document.querySelectorAll(STAYS)) {
    watched.observe(each);
    const style = getComputedStyle(each);
    if (style.position !== "sticky" || !each.offsetHeight) continue;
    const taken = room.get(scroller(each)) ?? { top: 0, bottom: 0 };
    if (style.bottom !== "auto") taken.bottom = Math.max(taken.bottom, parseFloat(style.bottom) + each.offsetHeight);
    else if (style.top !== "auto") taken.top = Math.max(taken.top, parseFloat(style.top) + each.offsetHeight);
    room.set(scroller(each), taken);
  }
  const head = document.querySelector(".phone-head"); // news stands below it, not on its buttons
  if (head) {
    watched.observe(head);
    document.documentElement.style.setProperty("--head", `${head.offsetHeight + GAP}px`);
  }
  for (const [each, taken] of room) {
    each.style.scrollPaddingTop = `${taken.top + GAP}px`;
    each.style.scrollPaddingBottom = `${taken.bottom + GAP}px`;
  }
}

export function start() {
  measure();
  addEventListener("resize", measure);
  for (const name of ["htmx:afterSwap", "live:swapped", "toggle"]) document.addEventListener(name, measure, true);
}
