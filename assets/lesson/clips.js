// The lesson's clips: each pack is fetched when a step first needs it, its pictures decoded when first seen.
(function (lesson) {
  "use strict";

  class Clip {
    constructor(key, given, pack) {
      Object.assign(this, { key, file: given.pack, first: given.first, boxes: given.boxes, title: given.title, pack });
      this.pictures = new Map();
    }

    // A frame's picture, an ImageBitmap, or null when there is none; a promise.
    picture(frame) {
      if (!this.pictures.has(frame)) {
        const jpeg = this.pack.picture(frame);
        this.pictures.set(frame, jpeg ? createImageBitmap(jpeg).catch(() => null) : Promise.resolve(null));
      }
      return this.pictures.get(frame);
    }

    // Draws a frame into a canvas, as wide as its place, with what lies over it. box: a true box to outline.
    async paint(canvas, frame, over = null, box = null) {
      const picture = await this.picture(frame);
      const [w, h] = this.pack.size;
      canvas.width = 2 * w;
      canvas.height = 2 * h;
      const context = canvas.getContext("2d");
      const place = { x: 0, y: 0, width: canvas.width, height: canvas.height };
      AttentionPlayer.paint(context, place, picture, over);
      if (box) outline(context, place, box);
    }
  }

  // A box in shares of the centred square.
  function outline(context, { width, height }, [x0, y0, x1, y1]) {
    const side = Math.min(width, height);
    const [left, top] = [(width - side) / 2, (height - side) / 2];
    for (const [colour, wide] of [["#000", 9], ["#7fffa0", 5]]) {
      context.strokeStyle = colour;
      context.lineWidth = wide;
      context.strokeRect(left + x0 * side, top + y0 * side, (x1 - x0) * side, (y1 - y0) * side);
    }
  }

  class Clips {
    // given: key → {pack: {url, size}, first, boxes, title}
    constructor(given) {
      this.given = given;
      this.opened = new Map();
    }

    has(key) {
      return Object.hasOwn(this.given, key);
    }

    // The clip; a promise, which fails with a sentence for people.
    open(key) {
      if (!this.opened.has(key)) {
        const made = this.#fetch(key);
        made.catch(() => this.opened.delete(key)); // to be tried again
        this.opened.set(key, made);
      }
      return this.opened.get(key);
    }

    async #fetch(key) {
      const given = this.given[key];
      const { url, size } = given.pack;
      const buffer = await AttentionPlayer.fetchPack({ url, size }, () => {});
      return new Clip(key, given, AttentionPlayer.readPack(buffer, { url, size }));
    }
  }

  Object.assign(lesson, { Clips });
})((globalThis.AttentionLesson ??= {}));
