// What is wrong with a page at the size it has now, as sentences. Run in the page by test_sizes.py.
async (asked) => {
  const wrong = new Set();
  const say = (what, each) => wrong.add(`${what}: ${name(each)}`);
  const name = (each) => `<${each.localName}${each.id ? ` #${each.id}` : ""}> ${words(each)}`;
  const words = (each) => (each.innerText || each.getAttribute("aria-label") || each.name || each.className || "")
    .toString().trim().replace(/\s+/g, " ").slice(0, 40);
  const shown = (each) => each.checkVisibility({ checkVisibilityCSS: true, checkOpacity: true })
    && each.getBoundingClientRect().width > 1 && each.getBoundingClientRect().height > 1;
  const frame = () => new Promise((done) => requestAnimationFrame(() => done()));

  await frame(); // the page measures itself anew
  await frame();

  // what lies on the middle of a thing, or of its first line; of a long text that is written in, on any part of it
  const spots = (each) => {
    const box = each.getClientRects()[0];
    const [left, right] = [Math.max(0, box.left), Math.min(innerWidth, box.right)];
    const [top, bottom] = [Math.max(0, box.top), Math.min(innerHeight, box.bottom)];
    if (right - left < 2 || bottom - top < 2) return [];
    const parts = each.localName === "textarea" ? [0.1, 0.3, 0.5, 0.7, 0.9] : [0.5];
    return parts.map((part) => [(left + right) / 2, top + part * (bottom - top)]);
  };
  const lies = (each) => {
    let over = "outside the screen";
    for (const [x, y] of spots(each)) {
      const top = document.elementFromPoint(x, y);
      if (top && (each.contains(top) || [...each.labels ?? []].some((one) => one.contains(top)))) return "";
      if (top) over = `under ${name(top)}`;
    }
    return over;
  };

  // 1. nothing wider than the screen, nothing cut off by its own box
  if (document.documentElement.scrollWidth > document.documentElement.clientWidth) {
    const over = document.documentElement.scrollWidth - document.documentElement.clientWidth;
    const who = [...document.querySelectorAll("body *")].filter((each) => shown(each)
      && each.getBoundingClientRect().right > innerWidth + 1 && !each.closest(".table-wrap, .sr-only")).pop();
    wrong.add(`${over} px wider than the screen: ${who ? name(who) : "?"}`);
  }
  for (const each of document.querySelectorAll("h1, h2, h3, p, .btn, .tag, dd, td, summary, label, legend")) {
    if (!shown(each) || !each.innerText.trim() || each.closest(".sr-only, .table-wrap, .lane, .axis")) continue;
    const style = getComputedStyle(each);
    const box = each.getBoundingClientRect();
    if (box.right > innerWidth + 1 || box.left < -1) say("stands out of the screen", each);
    const is_closed = (axis) => ["hidden", "clip"].includes(style[axis]);
    if (each.matches(".btn, .tag") && each.scrollWidth > each.clientWidth + 1) say("is cut off", each);
    if (is_closed("overflowY") && each.scrollHeight > each.clientHeight + 4) say("is cut off below", each);
  }

  // 2. what has focus is in sight, and what is pressed is hit: forwards and backwards, as Tab goes
  const can = "a[href], button, input:not([type=hidden]), select, textarea, summary";
  const stops = [...document.querySelectorAll(can)].filter((each) => shown(each) && !each.disabled && each.tabIndex >= 0);
  for (const way of [stops, [...stops].reverse()]) {
    for (const each of way) {
      if (!shown(each)) continue;
      each.focus({ focusVisible: true });
      if (document.activeElement !== each) continue;
      const under = lies(each);
      if (under) say(`with focus ${under}`, each);
    }
  }
  document.activeElement?.blur();

  // 3. a menu opens within the screen, and each of its presses can be hit
  for (const each of document.querySelectorAll("details > summary")) {
    if (!shown(each)) continue;
    each.scrollIntoView({ block: "center" });
    const lid = each.parentElement, was = lid.open;
    if (!was) each.click();
    await frame();
    if (!lid.open) { say("does not open", each); continue; }
    for (const part of lid.querySelectorAll(can)) {
      if (!shown(part) || part === each || part.closest("details") !== lid) continue;
      part.scrollIntoView({ block: "nearest", inline: "nearest" });
      const under = lies(part), box = part.getBoundingClientRect();
      if (under) say(`in the menu ${words(each)} ${under}`, part);
      if (box.right > innerWidth + 1 || box.left < -1) say(`in the menu ${words(each)} beyond the edge`, part);
    }
    if (!was) lid.open = false;
  }

  // 4. the emergency button lies free wherever the page is scrolled to
  for (const each of document.querySelectorAll(asked.alarms)) {
    if (!shown(each)) continue;
    for (const part of [0, 0.5, 1]) {
      scrollTo(0, part * (document.documentElement.scrollHeight - innerHeight));
      const under = lies(each);
      if (under) say(`the alarm ${under} at ${part}`, each);
    }
  }
  scrollTo(0, 0);

  // 5. what stays at an edge leaves room for the rest
  for (const each of document.querySelectorAll("body *")) {
    const style = getComputedStyle(each);
    if (!["sticky", "fixed"].includes(style.position) || !shown(each) || each.closest(".table-wrap, .board")) continue;
    const box = each.getBoundingClientRect();
    const is_stuck = box.top < 1 || box.bottom > innerHeight - 1;
    if (is_stuck && box.height > innerHeight * 0.5 && innerHeight > 500) say(`takes ${Math.round(box.height)} px`, each);
  }
  return [...wrong];
}
