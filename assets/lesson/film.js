// A clip as anybody sees it: its frames, without maps, votes or numbers.
(function (lesson) {
  "use strict";

  const { el, say } = lesson;
  const STEP = 220; // ms a frame: slower than the clip, so that each is seen

  class Film {
    constructor(clip) {
      this.clip = clip;
      this.frame = 0;
      this.canvas = el("canvas", { role: "img" });
      this.slider = el("input", {
        type: "range",
        min: 0,
        max: clip.pack.frames.length - 1,
        value: 0,
        "aria-label": say("lesson.frame"),
        oninput: () => this.#seek(Number(this.slider.value)),
      });
      this.button = lesson.button(say("lesson.play"), () => this.#toggle());
      this.root = el("div", { class: "film" }, this.canvas, el("div", { class: "transport" }, this.button, this.slider));
      this.#seek(0);
    }

    stop() {
      clearTimeout(this.running);
      this.running = null;
      this.button.textContent = say("lesson.play");
    }

    #toggle() {
      if (this.running) return this.stop();
      if (this.frame === this.clip.pack.frames.length - 1) this.frame = -1;
      this.button.textContent = say("lesson.pause");
      this.#next();
    }

    #next() {
      if (this.frame + 1 >= this.clip.pack.frames.length || (this.running && !this.root.isConnected)) return this.stop();
      this.#draw(this.frame + 1);
      this.running = setTimeout(() => this.#next(), STEP);
    }

    #seek(frame) {
      this.stop();
      this.#draw(frame);
    }

    #draw(frame) {
      this.frame = frame;
      this.slider.value = frame;
      const said = say("lesson.frame_of", { frame: frame + 1, frames: this.clip.pack.frames.length });
      this.slider.setAttribute("aria-valuetext", said);
      this.canvas.setAttribute("aria-label", said);
      this.clip.paint(this.canvas, frame);
    }
  }

  Object.assign(lesson, { Film });
})((globalThis.AttentionLesson ??= {}));
