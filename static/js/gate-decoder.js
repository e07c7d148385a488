// A worker: looks for a code in a picture away from the page, which stays quick. The first message names the program
// that can (jsQR), each later one is a picture and is answered with the text found, or "".

self.onmessage = ({ data }) => {
  if (data.program) {
    importScripts(data.program);
    self.postMessage({ id: data.id, text: "" });
    return;
  }
  const inversionAttempts = data.isThorough ? "attemptBoth" : "dontInvert"; // ours are dark on light
  let found = null;
  try {
    found = self.jsQR(new Uint8ClampedArray(data.pixels), data.width, data.height, { inversionAttempts });
  } catch {
    // a picture it stumbles over holds no code
  }
  self.postMessage({ id: data.id, text: found ? found.data : "" });
};
