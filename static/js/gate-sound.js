// One, two, three beeps and as many shakes: green, amber, red. The word on the screen says the same.

const BEEPS = { green: 1, amber: 2, red: 3 };
const TONES = { green: 1050, amber: 700, red: 420 };
const LENGTH_S = 0.12;
const GAP_S = 0.1;

let audio = null;

// Browsers let a page sound only after a touch; a telephone call or a locked screen takes the sound away again.
export function unlock() {
  audio = audio ?? (window.AudioContext ? new AudioContext() : null);
  if (audio && audio.state !== "running") audio.resume().catch(() => {});
}

// Ask for sound before any touch (a touch on the page before may count), and tell each time whether there is any.
export function watchSound(tell) {
  unlock();
  if (!audio) return tell(false);
  audio.addEventListener("statechange", () => tell(audio.state === "running"));
  return tell(audio.state === "running");
}

export function announce(answer) {
  const times = BEEPS[answer] ?? 2;
  if (navigator.userActivation?.hasBeenActive ?? true) navigator.vibrate?.(Array.from({ length: times * 2 - 1 }, (_, index) => (index % 2 ? 100 : 160)));
  if (audio?.state !== "running") return;
  for (let index = 0; index < times; index += 1) beep(TONES[answer] ?? 700, audio.currentTime + index * (LENGTH_S + GAP_S));
}

function beep(frequency, at) {
  const tone = audio.createOscillator();
  const volume = audio.createGain();
  tone.frequency.value = frequency;
  volume.gain.setValueAtTime(0.4, at);
  volume.gain.exponentialRampToValueAtTime(0.01, at + LENGTH_S);
  tone.connect(volume).connect(audio.destination);
  tone.start(at);
  tone.stop(at + LENGTH_S);
}
