// Reading codes with the browser's own detector, from the camera or from a photo. What cannot be had is said in a
// sentence of its own, with the next way, and can be tried again without leaving the page.

const LOOK_EVERY_MS = 150;
const MAX_PHOTO_PX = 1600;
const WHY = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "missing",
  OverconstrainedError: "missing",
  NotReadableError: "busy",
  AbortError: "busy",
};
const FINAL = new Set(["starting", "ready", "insecure", "old", "noDetector", "noCode", "badPhoto", "torch"]); // no second try helps

let stream = null;
let timer = 0;
let turn = 0; // of the last start: an earlier one that comes back late closes what it opened
let detector; // undefined: not asked yet; null: this browser has none

async function getDetector() {
  if (detector !== undefined) return detector;
  detector = null;
  if ("BarcodeDetector" in window) {
    const formats = await BarcodeDetector.getSupportedFormats().catch(() => []);
    if (formats.includes("qr_code")) detector = new BarcodeDetector({ formats: ["qr_code"] });
  }
  return detector;
}

function tell(state) {
  const note = document.querySelector("[data-camera-note]");
  if (!note) return;
  note.dataset.state = state;
  note.querySelector("[data-said]").textContent = note.dataset[state] || "";
  const how = note.querySelector("[data-how]");
  how.textContent = note.dataset[`${state}How`] || "";
  how.hidden = !how.textContent;
  note.querySelector("[data-camera-again]").hidden = FINAL.has(state);
}

function close(opened) {
  for (const track of opened ? opened.getTracks() : []) track.stop();
}

export function stop() {
  turn += 1;
  clearTimeout(timer);
  close(stream);
  stream = null;
}

// The pane is there only while it shows a picture: a black one would push the code field away for nothing.
function giveUp(finder, state) {
  stop();
  finder.hidden = true;
  tell(state);
}

async function open() {
  if (!window.isSecureContext) throw new DOMException("", "insecure");
  if (!navigator.mediaDevices || !navigator.mediaDevices.getUserMedia) throw new DOMException("", "old");
  const video = { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } };
  return navigator.mediaDevices.getUserMedia({ video, audio: false });
}

function whyNot(error) {
  return ["insecure", "old"].includes(error.name) ? error.name : WHY[error.name] || "failed";
}

export async function start(finder, onCode) {
  stop();
  const mine = turn;
  const reader = await getDetector();
  for (const way of document.querySelectorAll("[data-photo-way]")) way.hidden = !reader;
  if (!reader) return giveUp(finder, "noDetector");
  tell("starting");
  let opened;
  try {
    opened = await open();
  } catch (error) {
    return mine === turn ? giveUp(finder, whyNot(error)) : undefined;
  }
  if (mine !== turn || !finder.isConnected) return close(opened);
  stream = opened;
  opened.getVideoTracks()[0].addEventListener("ended", () => {
    if (stream === opened) giveUp(finder, "stopped");
  });
  const video = finder.querySelector("[data-video]");
  finder.hidden = false;
  video.srcObject = opened;
  try {
    await video.play();
  } catch {
    return mine === turn ? giveUp(finder, "blocked") : undefined;
  }
  if (mine !== turn) return undefined;
  tell("ready");
  offerTorch(finder);
  return look(finder, video, reader, onCode);
}

function look(finder, video, reader, onCode) {
  timer = setTimeout(async () => {
    if (!finder.isConnected || !stream) return;
    const found = document.hidden ? [] : await reader.detect(video).catch(() => []);
    if (found.length && stream) {
      stop();
      onCode(found[0].rawValue);
      return;
    }
    look(finder, video, reader, onCode);
  }, LOOK_EVERY_MS);
}

function offerTorch(finder) {
  const track = stream.getVideoTracks()[0];
  const button = finder.querySelector("[data-torch]");
  if (!button || !track.getCapabilities || !track.getCapabilities().torch) return;
  button.hidden = false;
  button.onclick = async () => {
    const on = button.getAttribute("aria-pressed") !== "true";
    try {
      await track.applyConstraints({ advanced: [{ torch: on }] });
      button.setAttribute("aria-pressed", String(on));
    } catch {
      tell("torch");
    }
  };
}

export async function readPhoto(input, onCode) {
  const file = input.files && input.files[0];
  const reader = await getDetector();
  if (!file || !reader) return;
  const picture = await createImageBitmap(file, { resizeWidth: MAX_PHOTO_PX, resizeQuality: "high" }).catch(() => null);
  input.value = "";
  const found = picture ? await reader.detect(picture).catch(() => []) : [];
  if (found.length) onCode(found[0].rawValue);
  else tell(picture ? "noCode" : "badPhoto");
}
