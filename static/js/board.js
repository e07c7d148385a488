// The dispatch board: moving with ↑ ↓ shows that person's hospitals and cars after a moment. Without scripts each
// person, time and car is a link and the button a form.

const PAUSE_MS = 140;
let timer = 0;

function show(row) {
  const link = row.querySelector("a.waiting");
  if (link && link.getAttribute("aria-current") !== "true") link.click();
}

document.addEventListener("row:select", (event) => {
  const row = event.target.closest("#waiting [data-row]");
  if (!row) return;
  clearTimeout(timer);
  timer = setTimeout(() => show(row), PAUSE_MS);
});

// The panel's address is the page's address: parts asked for later show the same person.
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target?.id !== "main") return;
  const current = document.querySelector('#waiting a[aria-current="true"]');
  if (matchMedia("(max-width: 56.25rem)").matches) document.getElementById("panel")?.scrollIntoView();
  else current?.scrollIntoView({ block: "nearest" });
});
