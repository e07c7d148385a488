// Who reads codes: the browser's own detector where there is one that works, else our decoder in a worker, fetched only
// then. Both answer a video or a photo with the text found, or "".

const PHOTO_PX = [1200, 800, 500]; // smaller ones blur away the grid of a photographed screen
const FRAME_PX = [640, 800]; // of the middle, where the frame is drawn; of the whole picture
const READY_MS = 15000;

let reader = null;
let looks = 0;

function sizeOf(source) {
  return [source.videoWidth || source.width, source.videoHeight || source.height];
}

// The middle square of a picture, or the whole of it, no longer than `most` on its longer side.
function pixelsOf(source, most, isMiddle) {
  const [width, height] = sizeOf(source);
  if (!width || !height) return null;
  const [w, h] = isMiddle ? [Math.min(width, height), Math.min(width, height)] : [width, height];
  const scale = Math.min(most / Math.max(w, h), 1);
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(Math.round(w * scale), 1);
  canvas.height = Math.max(Math.round(h * scale), 1);
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.imageSmoothingQuality = "high";
  pen.drawImage(source, (width - w) / 2, (height - h) / 2, w, h, 0, 0, canvas.width, canvas.height);
  return pen.getImageData(0, 0, canvas.width, canvas.height);
}

function openPhoto(file, most) {
  return createImageBitmap(file, { resizeWidth: most, resizeQuality: "high" }).catch(() => createImageBitmap(file));
}

class OwnDecoder {
  constructor(places) {
    this.waiting = new Map();
    this.last = 0;
    this.worker = new Worker(places.decoder);
    this.worker.onmessage = ({ data }) => {
      this.waiting.get(data.id)(data.text);
      this.waiting.delete(data.id);
    };
    this.broken = new Promise((_, reject) => { this.worker.onerror = () => reject(new DOMException("", "noDecoder")); });
    this.broken.catch(() => { own = null; reader = null; }); // the next one who asks gets a new one
    this.program = places.program;
  }

  ask(message, ...moved) {
    this.last += 1;
    const id = this.last;
    const answer = new Promise((resolve) => { this.waiting.set(id, resolve); });
    this.worker.postMessage({ ...message, id }, moved);
    return Promise.race([answer, this.broken]);
  }

  async begin() {
    const late = new Promise((_, reject) => { setTimeout(() => reject(new DOMException("", "noDecoder")), READY_MS); });
    try {
      await Promise.race([this.ask({ program: this.program }), late]);
    } catch (error) {
      this.worker.terminate();
      throw error;
    }
  }

  look(picture, isThorough) {
    if (!picture) return Promise.resolve("");
    const { width, height, data } = picture;
    return this.ask({ width, height, pixels: data.buffer, isThorough }, data.buffer);
  }

  readVideo(video) {
    looks += 1;
    const isMiddle = looks % 2 === 1;
    return this.look(pixelsOf(video, FRAME_PX[isMiddle ? 0 : 1], isMiddle), false);
  }

  async readPhoto(file) {
    for (const most of PHOTO_PX) {
      const text = await this.look(pixelsOf(await openPhoto(file, most), most, false), true);
      if (text) return text;
    }
    return "";
  }
}

let own = null;

async function useOwn(places) {
  if (!own) {
    const made = new OwnDecoder(places);
    await made.begin();
    own = made;
  }
  return own;
}

class BrowsersDetector {
  constructor(places) {
    this.places = places;
    this.detector = new BarcodeDetector({ formats: ["qr_code"] });
  }

  // A phone without Google's services has a detector that refuses every picture: then ours takes over.
  async readVideo(video) {
    try {
      const found = await this.detector.detect(video);
      return found.length ? found[0].rawValue : "";
    } catch (error) {
      if (error.name === "InvalidStateError") return ""; // no frame yet
      reader = await useOwn(this.places);
      return reader.readVideo(video);
    }
  }

  async readPhoto(file) {
    const photo = await openPhoto(file, PHOTO_PX[0]);
    const found = await this.detector.detect(photo).catch(() => []);
    return found.length ? found[0].rawValue : (await useOwn(this.places)).readPhoto(file);
  }
}

async function hasDetector() {
  if (!("BarcodeDetector" in window)) return false;
  return (await BarcodeDetector.getSupportedFormats().catch(() => [])).includes("qr_code");
}

// The reader; fails when there is none and ours cannot be fetched (no network): ask again later.
export async function getReader(places) {
  if (!reader) reader = (await hasDetector()) ? new BrowsersDetector(places) : await useOwn(places);
  return reader;
}
