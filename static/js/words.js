// Sentences come from the page (#words), rendered in the reader's language; {name} is filled in here.

const source = () => document.getElementById("words");

export function word(key, values = {}) {
  const text = source()?.dataset[key] ?? "";
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

export function duration(minutes) {
  const whole = Math.max(Math.floor(minutes), 0);
  return whole < 60
    ? word("minutes", { m: whole })
    : word("hours", { h: Math.floor(whole / 60), m: whole % 60 });
}

export function hhmm(date) {
  return new Intl.DateTimeFormat("zh-CN", { timeZone: "Asia/Shanghai", hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(date);
}

// Announce once: politely, or at once for red.
export function say(text, now = false) {
  const region = document.getElementById(now ? "say-now" : "say");
  if (region) region.textContent = text;
}
