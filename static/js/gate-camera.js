// Reading codes with the browser's own detector, from the camera or from a photo. Says what cannot be had and why.

const LOOK_EVERY_MS = 150;
const MAX_PHOTO_PX = 1600;

let stream = null;
let timer = 0;
let detector; // undefined: not asked yet; null: this browser has none

async function getDetector() {
  if (detector !== undefined) return detector;
  detector = null;
  if ("BarcodeDetector" in window) {
    const formats = await BarcodeDetector.getSupportedFormats();
    if (formats.includes("qr_code")) detector = new BarcodeDetector({ formats: ["qr_code"] });
  }
  return detector;
}

function tell(finder, key) {
  const note = finder?.querySelector("[data-camera-note]");
  if (note) note.textContent = note.dataset[key] ?? "";
}

export function stop() {
  clearTimeout(timer);
  for (const track of stream?.getTracks() ?? []) track.stop();
  stream = null;
}

export async function start(finder, onCode) {
  stop();
  const reader = await getDetector();
  const photo = document.querySelector("[data-photo-label]");
  if (photo) photo.hidden = !reader;
  if (!reader) return tell(finder, "noDetector");
  if (!navigator.mediaDevices?.getUserMedia) return tell(finder, "none");
  tell(finder, "starting");
  try {
    const opened = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
    if (!finder.isConnected) {
      for (const track of opened.getTracks()) track.stop();
      return undefined;
    }
    stream = opened;
  } catch {
    return tell(finder, "none");
  }
  const video = finder.querySelector("[data-video]");
  video.srcObject = stream;
  video.hidden = false;
  finder.dataset.on = "1";
  await video.play().catch(() => {});
  tell(finder, "ready");
  offerTorch(finder);
  look(finder, video, reader, onCode);
  return undefined;
}

function look(finder, video, reader, onCode) {
  timer = setTimeout(async () => {
    if (!finder.isConnected || !stream) return;
    const found = document.hidden ? [] : await reader.detect(video).catch(() => []);
    if (found.length) {
      stop();
      onCode(found[0].rawValue);
      return;
    }
    look(finder, video, reader, onCode);
  }, LOOK_EVERY_MS);
}

function offerTorch(finder) {
  const track = stream?.getVideoTracks()[0];
  const button = finder.querySelector("[data-torch]");
  if (!track?.getCapabilities?.().torch || !button) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const on = button.getAttribute("aria-pressed") !== "true";
    await track.applyConstraints({ advanced: [{ torch: on }] }).catch(() => {});
    button.setAttribute("aria-pressed", String(on));
  });
}

export async function readPhoto(input, finder, onCode) {
  const file = input.files?.[0];
  const reader = await getDetector();
  if (!file || !reader) return;
  const picture = await createImageBitmap(file, { resizeWidth: MAX_PHOTO_PX, resizeQuality: "high" }).catch(() => null);
  const found = picture ? await reader.detect(picture).catch(() => []) : [];
  input.value = "";
  if (found.length) onCode(found[0].rawValue);
  else tell(finder, "noCode");
}
