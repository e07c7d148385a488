// The dispatch board: moving with ↑ ↓ shows that person's hospitals and cars after a moment. Without scripts each
// person, time and car is a link and the button a form.

const PAUSE_MS = 140;
let timer = 0;

// Keys act on what is seen: from the choice on until what it leads to is shown, nothing can be pressed.
function choosing(is) {
  document.getElementById("panel")?.toggleAttribute("data-choosing", is);
  for (const button of document.querySelectorAll('#press button, button[form="press"]')) button.disabled = is;
}

const isChoice = (event) => event.detail?.elt?.matches?.("a.waiting, a.offer, a.choice, a[data-shortcut]");
document.addEventListener("htmx:beforeRequest", (event) => { if (isChoice(event)) choosing(true); });
for (const name of ["htmx:afterRequest", "htmx:sendError"]) document.addEventListener(name, (event) => { if (isChoice(event)) choosing(false); });

function show(row) {
  const link = row.querySelector("a.waiting");
  if (link && link.getAttribute("aria-current") !== "true") link.click();
}

document.addEventListener("row:select", (event) => {
  const row = event.target.closest("#waiting [data-row]");
  if (!row) return;
  choosing(row.querySelector('a.waiting[aria-current="true"]') === null);
  clearTimeout(timer);
  timer = setTimeout(() => show(row), PAUSE_MS);
});

// The panel alone came: the row it is of is marked, Enter there presses its button, and what is asked for later is of
// the same person.
function follow() {
  const told = document.querySelector("#panel > [data-chosen]");
  if (!told) return;
  const { chosen, address, press } = told.dataset;
  for (const old of document.querySelectorAll('#waiting a.waiting[aria-current="true"]')) old.removeAttribute("aria-current");
  for (const old of document.querySelectorAll('#waiting button[form="press"]')) old.remove();
  const row = document.getElementById(`w-${chosen}`);
  row?.querySelector("a.waiting")?.setAttribute("aria-current", "true");
  if (row && press) {
    const button = Object.assign(document.createElement("button"), { className: "sr-only", tabIndex: -1, textContent: press });
    button.setAttribute("form", "press");
    button.dataset.main = "";
    row.append(button);
  }
  for (const name of ["headline", "waiting", "lanes", "panel"]) {
    const region = document.getElementById(name);
    if (!region || region.dataset.live === address) continue;
    region.dataset.live = address;
    region.dispatchEvent(new CustomEvent("live:moved", { bubbles: true, detail: { asks: name === "lanes" } }));
  }
}

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target?.id !== "panel") return;
  follow();
  if (matchMedia("(max-width: 56.25rem)").matches) document.getElementById("panel")?.scrollIntoView();
  else document.querySelector('#waiting a[aria-current="true"]')?.scrollIntoView({ block: "nearest" });
});
