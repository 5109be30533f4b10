// The frames' pictures, decoded before they are asked for and kept within a limit of memory.
(function (player) {
  "use strict";

  const MEMORY = 160e6; // bytes of decoded pictures: every frame of most clips
  const WIDEST = 640; // pixels; a tile is never wider
  const AT_ONCE = 3;

  class Pictures {
    // onReady(frame) is called when a picture has been decoded.
    constructor(pack, onReady) {
      this.pack = pack;
      this.onReady = onReady;
      this.ready = new Map(); // frame → ImageBitmap, or null for one that cannot be shown
      this.busy = new Set();
      this.most = Math.max(16, pack.frames.length);
      this.frame = 0;
    }

    // The picture of a frame: an ImageBitmap, null when there is none, undefined while it is decoded.
    get(frame) {
      this.frame = frame;
      this.#next();
      return this.ready.get(frame);
    }

    // Lets go of every picture.
    close() {
      this.closed = true;
      for (const picture of this.ready.values()) picture?.close();
      this.ready.clear();
    }

    #next() {
      while (!this.closed && this.busy.size < AT_ONCE) {
        const frame = this.#nearest();
        if (frame === undefined) return;
        this.busy.add(frame);
        this.#decode(frame);
      }
    }

    // The nearest frame not decoded yet among the `most` nearest; ahead counts half as far as behind.
    #nearest() {
      const far = (frame) => (frame >= this.frame ? frame - this.frame : 2 * (this.frame - frame));
      return this.pack.frames
        .map((_, frame) => frame)
        .sort((a, b) => far(a) - far(b))
        .slice(0, this.most)
        .find((frame) => !this.ready.has(frame) && !this.busy.has(frame));
    }

    async #decode(frame) {
      const blob = this.pack.picture(frame);
      let picture = null;
      try {
        const narrower = this.wide ? { resizeWidth: WIDEST, resizeQuality: "high" } : {};
        if (blob) picture = await createImageBitmap(blob, narrower);
      } catch {
        picture = null; // a broken JPEG: the maps are still worth seeing, over grey
      }
      this.busy.delete(frame);
      if (this.closed) return void picture?.close();
      if (picture) {
        this.wide = picture.width > WIDEST || this.wide;
        this.most = Math.max(16, Math.floor(MEMORY / (picture.width * picture.height * 4)));
      }
      this.ready.set(frame, picture);
      this.#forget();
      this.onReady(frame);
      this.#next();
    }

    #forget() {
      if (this.ready.size <= this.most) return;
      const far = (frame) => (frame >= this.frame ? frame - this.frame : 2 * (this.frame - frame));
      const farthest = [...this.ready.keys()].reduce((a, b) => (far(b) > far(a) ? b : a));
      this.ready.get(farthest)?.close();
      this.ready.delete(farthest);
    }
  }

  Object.assign(player, { Pictures });
})((globalThis.AttentionPlayer ??= {}));
