// A revealed number hides itself again after its seconds (data-vanish), wherever it was put in.

function arm(root) {
  for (const element of root.querySelectorAll("[data-vanish]")) {
    setTimeout(() => {
      element.textContent = `${"*".repeat(14)}${element.textContent.trim().slice(-4)}`;
    }, Number(element.dataset.vanish) * 1000);
    element.removeAttribute("data-vanish");
  }
}

export function start() {
  arm(document);
  document.addEventListener("htmx:afterSettle", (event) => arm(event.target.parentElement ?? document));
}
