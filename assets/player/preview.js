// The picture under the dial: a worker computes its pixels, so that the page is never held up; the latest wish wins.
(function (player) {
  "use strict";

  const { el } = player;
  const WORK = `self.AttentionPlayer = {};
    for (const work of [${player.fill}, ${player.shifts}]) work(AttentionPlayer);
    const shifted = AttentionPlayer.shifter();
    onmessage = ({ data: { number, ...asked } }) => postMessage({ number, pixels: shifted(asked) });`;

  class Preview {
    // onReady() is called, with the screen's next frame, when there is another picture.
    constructor(onReady) {
      this.onReady = onReady;
      this.canvas = el("canvas");
      this.source = el("canvas");
      this.forget();
    }

    // What was asked for is of no interest any more.
    forget() {
      this.number = (this.number ?? 0) + 1; // of what the worker is asked: an answer to another is not used
      this.wished = this.next = this.busy = this.shown = this.given = null;
    }

    // The frame's picture as last shifted, a canvas; undefined until it has been.
    // picture: ImageBitmap · wish: {frame: its index in the clip, width: in pixels, values, boxes, brush}
    see(picture, wish) {
      const text = JSON.stringify(wish);
      if (text !== this.wished) {
        this.wished = text;
        this.next = { picture, wish };
        this.#ask();
      }
      return this.shown?.frame === wish.frame ? this.canvas : undefined;
    }

    #ask() {
      if (this.busy || !this.next) return;
      const { picture, wish } = this.next;
      const { frame, width, values, boxes, brush } = wish;
      [this.busy, this.next] = [wish, null];
      this.worker ??= this.#work();
      const same = this.given?.picture === picture && this.given.width === width;
      this.given = { picture, width };
      this.worker.postMessage({
        number: this.number,
        values,
        boxes,
        brush,
        ...(!same && { picture: { ...this.#pixels(picture, width), frame, seed: 0 } }),
      });
    }

    #work() {
      const file = URL.createObjectURL(new Blob([WORK], { type: "text/javascript" }));
      const worker = new Worker(file);
      URL.revokeObjectURL(file);
      worker.onmessage = ({ data }) => data.number === this.number && this.#answered(data.pixels);
      return worker;
    }

    #pixels(picture, width) {
      const [w, h] = [width, Math.round((picture.height * width) / picture.width)];
      Object.assign(this.source, { width: w, height: h });
      const context = this.source.getContext("2d", { willReadFrequently: true });
      context.drawImage(picture, 0, 0, w, h);
      this.height = h;
      return { pixels: context.getImageData(0, 0, w, h).data, w, h };
    }

    #answered(pixels) {
      const { width } = this.busy;
      if (this.canvas.width !== width || this.canvas.height !== this.height)
        Object.assign(this.canvas, { width, height: this.height });
      this.canvas.getContext("2d").putImageData(new ImageData(pixels, width, this.height), 0, 0);
      [this.shown, this.busy] = [this.busy, null];
      this.#ask();
      this.drawing ??= requestAnimationFrame(() => {
        this.drawing = null;
        this.onReady();
      });
    }
  }

  Object.assign(player, { Preview });
})((globalThis.AttentionPlayer ??= {}));
