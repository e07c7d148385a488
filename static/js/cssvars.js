// Numbers drawn as lengths: data-css-from="54" becomes --from: 54. The strict policy forbids style attributes;
// setting properties from a module is allowed.

const PREFIX = "css";

export function apply(root = document) {
  const wanted = "[data-css-v],[data-css-p],[data-css-m],[data-css-from],[data-css-span]";
  const all = [...root.querySelectorAll(wanted)];
  if (root.matches?.(wanted)) all.push(root);
  for (const element of all) {
    for (const [key, value] of Object.entries(element.dataset)) {
      if (key.startsWith(PREFIX) && key.length > PREFIX.length && /^-?[\d.]+$/.test(value)) {
        const name = key.slice(PREFIX.length).replace(/[A-Z]/g, (letter, at) => (at ? "-" : "") + letter.toLowerCase());
        element.style.setProperty(`--${name}`, value);
      }
    }
  }
}
