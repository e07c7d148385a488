// Reading codes from the camera or from a photo. What cannot be had is said in a sentence of its own, with the next
// way, and can be tried again without leaving the page.

import { getReader } from "./gate-reader.js";

const LOOK_EVERY_MS = 150;
const WHY = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "missing",
  OverconstrainedError: "missing",
  NotReadableError: "busy",
  AbortError: "busy",
};
const NO_SECOND_TRY = new Set(["starting", "ready", "insecure", "old"]);
const BESIDE = new Set(["looking", "noCode", "badPhoto", "torch"]); // said while the camera is as it was

let stream = null;
let timer = 0;
let turn = 0; // of the last start: an earlier one that comes back late closes what it opened

function tell(state) {
  const note = document.querySelector("[data-camera-note]");
  if (!note) return;
  note.dataset.state = state;
  note.querySelector("[data-said]").textContent = note.dataset[state] || "";
  const how = note.querySelector("[data-how]");
  how.textContent = note.dataset[`${state}How`] || "";
  how.hidden = !how.textContent;
  if (!BESIDE.has(state)) note.querySelector("[data-camera-again]").hidden = NO_SECOND_TRY.has(state);
}

// Where the page says that our own decoder lies.
function findReader() {
  const note = document.querySelector("[data-camera-note]");
  return getReader(note ? note.dataset : {});
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
  return ["insecure", "old", "noDecoder"].includes(error.name) ? error.name : WHY[error.name] || "failed";
}

export async function start(finder, onCode) {
  stop();
  const mine = turn;
  tell("starting");
  const reading = findReader(); // while the phone asks whether it may
  reading.catch(() => {});
  let opened;
  try {
    opened = await open();
    await reading;
  } catch (error) {
    close(opened);
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
  return look(finder, video, onCode);
}

function look(finder, video, onCode) {
  const mine = turn;
  timer = setTimeout(async () => {
    if (!finder.isConnected) return stop();
    let text = "";
    try {
      if (!document.hidden) text = await (await findReader()).readVideo(video);
    } catch {
      return mine === turn ? giveUp(finder, "noDecoder") : undefined;
    }
    if (mine !== turn) return undefined;
    if (!text) return look(finder, video, onCode);
    stop();
    return onCode(text);
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
  if (!file) return;
  tell("looking");
  try {
    const text = await (await findReader()).readPhoto(file);
    if (text) onCode(text);
    else tell("noCode");
  } catch (error) {
    tell(error.name === "noDecoder" ? "noDecoder" : "badPhoto");
  }
  input.value = "";
}
