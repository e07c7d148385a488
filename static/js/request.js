// The request form: what is chosen is said again at the foot; follow-up questions show with their answer.
// Without this module every question is on the page and the server asks for what is missing.

const summary = document.querySelector("[data-summary]");
let form = null; // another one stands there after the server named a fault

function chosen(name) {
  return form?.querySelector(`input[name="${name}"]:checked`);
}

function words(name) {
  return chosen(name)?.closest("label")?.querySelector("b")?.textContent.trim() ?? "";
}

function ticked() {
  return [...form.querySelectorAll("input[type=checkbox]:checked")].map((box) => box.closest("label")?.textContent.trim() ?? "");
}

function reveal(selector, isShown) {
  for (const element of document.querySelectorAll(selector)) element.hidden = !isShown;
}

function follow() {
  form = document.getElementById("ask");
  const time = chosen("time")?.value;
  const travel = chosen("travel")?.value;
  reveal(".when-other", time === "other");
  reveal(".when-soon", time === "soon");
  reveal(".what-other", chosen("purpose")?.value === "other" || form.elements.note?.value);
  reveal(".by-car", travel !== "own_car" && travel !== "on_foot");
  if (summary) {
    const parts = [summary.dataset.name, words("purpose"), words("time"), words("travel"), ...ticked()];
    summary.textContent = parts.filter(Boolean).join(" · ");
  }
}

for (const name of ["input", "change"]) document.addEventListener(name, follow);
follow();
