// The page's helpers, loaded on every page. Everything works without them; they make it quicker and calmer.

import * as calls from "./calls.js";
import * as clocks from "./clocks.js";
import * as connection from "./connection.js";
import { apply } from "./cssvars.js";
import * as display from "./display.js";
import * as drafts from "./drafts.js";
import * as edges from "./edges.js";
import "./emergency.js"; // before forms.js: it takes the guard's emergency press for itself
import * as forms from "./forms.js";
import * as live from "./live.js";
import * as notices from "./notices.js";
import * as send from "./send.js";
import * as shortcuts from "./shortcuts.js";
import * as vanish from "./vanish.js";

function dress(root) {
  apply(root);
  clocks.tick();
}

apply();
for (const part of [forms, drafts, send, notices, display, shortcuts, connection, clocks, calls, live, vanish, edges]) part.start();
document.addEventListener("htmx:afterSwap", (event) => dress(event.detail.elt ?? document));
document.addEventListener("live:swapped", (event) => dress(event.target));
