// Step "draw": where would you look? A brush over 12×12 cells of the frame; then the map, the true box, the score.
(function (lesson) {
  "use strict";

  const { el, say, CELLS } = lesson;

  class Draw {
    // room: {step, clip, work, made(work), said(text), dispatch(name, detail)}
    constructor(room) {
      this.room = room;
      this.cells = room.work?.length === CELLS * CELLS ? room.work.slice() : new Array(CELLS * CELLS).fill(0);
      this.at = [CELLS / 2, CELLS / 2];
      this.frame = room.step.frame;
      this.canvas = el("canvas", {});
      this.board = el(
        "div",
        { class: "board", tabindex: "0", role: "application", "aria-label": say("lesson.draw.board"), "aria-describedby": "lesson-draw-keys" },
        ...this.cells.map(() => el("i", {})),
      );
      this.score = el("div", { class: "score", "aria-live": "polite" });
      this.root = el(
        "div",
        { class: "draw" },
        (this.place = el("div", { class: "framed" }, this.canvas, this.board)),
        el(
          "div",
          { class: "tools" },
          lesson.choice(say("lesson.draw.tool"), [[1, say("lesson.draw.paint")], [0, say("lesson.draw.erase")]], 1, (ink) => (this.ink = ink)),
          lesson.button(say("lesson.draw.clear"), () => this.#clear()),
        ),
        el("p", { class: "hint", id: "lesson-draw-keys" }, say("lesson.draw.keys")),
        this.score,
      );
      this.ink = 1;
      this.#listen();
      this.#lay();
      room.clip.paint(this.canvas, this.frame);
    }

    // A sentence that says what is missing before an answer can be locked.
    ready() {
      return this.cells.some(Boolean) ? "" : say("lesson.draw.first");
    }

    lock() {
      this.#send();
    }

    reveal() {
      const { step, clip } = this.room;
      const over = lesson.over(clip.pack, step.side, step.concepts[0], this.frame);
      clip.paint(this.canvas, this.frame, over, clip.boxes[this.frame]);
      this.revealed = true;
      this.#tell();
    }

    #listen() {
      const { board } = this;
      board.addEventListener("pointerdown", (event) => {
        event.preventDefault();
        board.focus({ preventScroll: true });
        board.setPointerCapture(event.pointerId);
        this.brushing = true;
        this.#brush(event);
      });
      board.addEventListener("pointermove", (event) => this.brushing && this.#brush(event));
      for (const end of ["pointerup", "pointercancel"]) board.addEventListener(end, () => this.#rest());
      board.addEventListener("keydown", (event) => this.#key(event));
    }

    #brush({ clientX, clientY }) {
      const { left, top, width, height } = this.board.getBoundingClientRect();
      const [row, column] = [clientY - top, clientX - left].map((away, axis) => Math.floor((CELLS * away) / [height, width][axis]));
      if (row < 0 || column < 0 || row >= CELLS || column >= CELLS) return;
      this.at = [row, column];
      this.#set(row, column, this.ink);
    }

    #key(event) {
      const to = lesson.moved(event.key, ...this.at);
      if (!to && event.key !== " ") return;
      event.preventDefault();
      event.stopPropagation();
      const [row, column] = to ?? this.at;
      if (to) this.at = [row, column].map((one) => Math.min(CELLS - 1, Math.max(0, one)));
      else this.#set(row, column, this.cells[row * CELLS + column] ? 0 : 1);
      this.#lay();
      this.room.said(this.#here());
      if (!to) this.#rest();
    }

    #here() {
      const [row, column] = this.at;
      const key = this.cells[row * CELLS + column] ? "lesson.draw.painted" : "lesson.draw.empty";
      return say(key, { row: row + 1, column: column + 1 });
    }

    #set(row, column, ink) {
      this.cells[row * CELLS + column] = ink;
      this.#lay();
      if (this.revealed) this.#tell();
    }

    #clear() {
      this.cells.fill(0);
      this.#lay();
      this.#rest();
      if (this.revealed) this.#tell();
    }

    // A stroke is over: it is kept.
    #rest() {
      this.brushing = false;
      this.room.made(this.cells.slice());
      if (this.revealed) this.#send();
    }

    #send() {
      const rows = Array.from({ length: CELLS }, (_, i) => this.cells.slice(i * CELLS, (i + 1) * CELLS));
      this.room.dispatch("drawing", { clip: this.room.clip.key, frame: this.frame, cells: rows });
    }

    #lay() {
      const [row, column] = this.at;
      const { width, height } = AttentionPlayer.seenPlace(...this.room.clip.pack.size, false);
      const [w, h] = this.room.clip.pack.size;
      this.board.style.width = `${(100 * width) / w}%`;
      this.board.style.height = `${(100 * height) / h}%`;
      [...this.board.children].forEach((cell, place) => {
        cell.className = `${this.cells[place] ? "on" : ""}${place === row * CELLS + column ? " here" : ""}`;
      });
    }

    #tell() {
      const { step, clip } = this.room;
      const map = lesson.cellsOf(clip.pack, step.side, step.concepts[0], this.frame);
      const found = lesson.score(this.cells, map, clip.pack.mapSize, clip.boxes[this.frame]);
      const row = (name, key) =>
        el("div", { "data-score": key, "data-value": found[key] }, el("dt", {}, name), el("dd", {}, lesson.percent(found[key]), lesson.share(found[key], 1)));
      this.score.replaceChildren(
        el(
          "dl",
          {},
          row(say("lesson.draw.overlap"), "overlap"),
          row(say("lesson.draw.under", { area: lesson.percent(found.area) }), "under"),
          row(say("lesson.draw.inside"), "inside"),
        ),
      );
    }
  }

  lesson.views.draw = Draw;
})((globalThis.AttentionLesson ??= {}));
