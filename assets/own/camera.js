// The person's camera: asked for when it is first needed; what stands in its way is a sentence.
(function (own) {
  "use strict";

  const SIDE = 480; // longest side of a still that is sent, pixels
  const QUALITY = 0.9;
  const FILMS = ["video/webm;codecs=vp8", "video/webm", "video/mp4"];
  const { say } = window.attentionWords;

  class Camera {
    // video: the element that shows it · onChange(): it went on or off
    constructor(video, onChange) {
      Object.assign(this, { video, onChange, stream: null, facing: "user" });
    }

    get on() {
      return this.stream !== null;
    }

    // Turns it on. Trouble where it is refused or absent.
    async start() {
      if (this.on) return;
      if (!navigator.mediaDevices?.getUserMedia) throw new own.Trouble(say("own.unsafe"));
      const wanted = { video: { facingMode: this.facing, width: { ideal: 640 } }, audio: false };
      try {
        this.stream = await navigator.mediaDevices.getUserMedia(wanted);
      } catch (error) {
        throw new own.Trouble(sentenceOf(error));
      }
      for (const track of this.stream.getTracks()) track.onended = () => this.stop();
      this.video.srcObject = this.stream;
      await this.video.play().catch(() => {});
      this.onChange();
    }

    stop() {
      for (const track of this.stream?.getTracks() ?? []) track.stop();
      this.stream = null;
      this.video.srcObject = null;
      this.onChange();
    }

    // The other of two cameras, as phones have them.
    async turn() {
      this.facing = this.facing === "user" ? "environment" : "user";
      this.stop();
      await this.start();
    }

    // The picture of this moment as a small JPEG; null before there is one.
    still() {
      const { videoWidth: width, videoHeight: height } = this.video;
      return width ? jpegOf(this.video, width, height) : null;
    }

    // The centred square at side×side as RGB bytes, row by row: nothing for the server to decode.
    pixels(canvas) {
      const side = canvas.width;
      const { videoWidth: width, videoHeight: height } = this.video;
      if (!width) return null;
      const least = Math.min(width, height);
      const context = canvas.getContext("2d", { willReadFrequently: true });
      context.imageSmoothingQuality = "high";
      context.drawImage(
        this.video, (width - least) / 2, (height - least) / 2, least, least, 0, 0, side, side,
      );
      const rgba = context.getImageData(0, 0, side, side).data;
      const rgb = new Uint8Array(side * side * 3);
      for (let from = 0, to = 0; from < rgba.length; from += 4) {
        rgb[to++] = rgba[from];
        rgb[to++] = rgba[from + 1];
        rgb[to++] = rgba[from + 2];
      }
      return rgb;
    }

    // Films until stop() of what it returns, which gives the File. Trouble where the browser cannot.
    film() {
      const type = FILMS.find((kind) => globalThis.MediaRecorder?.isTypeSupported(kind));
      if (!type) throw new own.Trouble(say("own.no_film"));
      const parts = [];
      const recorder = new MediaRecorder(this.stream, { mimeType: type });
      recorder.ondataavailable = ({ data }) => parts.push(data);
      const ended = new Promise((resolve) => (recorder.onstop = resolve));
      recorder.start();
      return {
        stop: async () => {
          if (recorder.state !== "inactive") recorder.stop();
          await ended;
          const plain = type.split(";")[0];
          return new File(parts, `camera.${plain.split("/")[1]}`, { type: plain });
        },
      };
    }
  }

  function sentenceOf(error) {
    if (error.name === "NotAllowedError" || error.name === "SecurityError") return say("own.refused");
    if (error.name === "NotReadableError" || error.name === "AbortError") return say("own.busy");
    return say("own.absent");
  }

  // A picture as a JPEG no longer than SIDE; a promise of the Blob.
  function jpegOf(picture, width, height) {
    const scale = Math.min(1, SIDE / Math.max(width, height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(width * scale));
    canvas.height = Math.max(1, Math.round(height * scale));
    const context = canvas.getContext("2d");
    context.fillStyle = "#fff"; // as transparent pictures are read
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.imageSmoothingQuality = "high";
    context.drawImage(picture, 0, 0, canvas.width, canvas.height);
    return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
  }

  // A still that somebody brings, made small here; as it is where the browser cannot read it, and the server
  // says what it is.
  async function smallStill(file) {
    if (file.type.startsWith("video/")) return file;
    try {
      const picture = await createImageBitmap(file);
      const made = await jpegOf(picture, picture.width, picture.height);
      picture.close();
      return made ?? file;
    } catch {
      return file;
    }
  }

  Object.assign(own, { Camera, smallStill });
})((globalThis.OwnConcepts ??= {}));
