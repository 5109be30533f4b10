// Step "window": a window moved by hand over a map's cells; the sum is always there, the largest one after the answer.
(function (lesson) {
  "use strict";

  const { el, say, written } = lesson;

  class HandWindow {
    constructor(room) {
      const { clip, step } = room;
      Object.assign(this, { room, pack: clip.pack, side: step.side, concept: step.concepts[0], frame: step.frame, s: clip.pack.window });
      [this.h, this.w] = this.pack.mapSize;
      this.maps = this.pack.maps.of(this.side, this.concept);
      this.unit = this.pack.sides.get(this.side).mapUnit;
      this.at = this.frame * this.h * this.w;
      this.place = [this.h - this.s, this.w - this.s];
      const values = lesson.cellsOf(this.pack, this.side, this.concept, this.frame);
      this.grid = lesson.grid(values, this.pack.mapSize, Math.max(...values), say("lesson.window.map", { concept: this.pack.concepts[this.concept] }));
      this.board = el(
        "div",
        { class: "board", tabindex: "0", role: "application", "aria-label": say("lesson.window.board"), "aria-describedby": "lesson-window-keys" },
        this.grid,
      );
      this.canvas = el("canvas", { role: "img" });
      this.sum = el("p", { class: "sum", "aria-live": "polite" });
      this.sizes = el("div", { class: "tools" }, this.#sizes([this.s]));
      this.root = el(
        "div",
        { class: "window" },
        el("div", { class: "pair" }, this.board, el("div", { class: "film" }, this.canvas)),
        el("p", { class: "hint", id: "lesson-window-keys" }, say("lesson.window.keys")),
        this.sizes,
        this.sum,
      );
      this.board.addEventListener("keydown", (event) => this.#key(event));
      this.board.addEventListener("click", ({ target }) => this.#centre(target.closest("[data-cell]")));
      this.#show();
    }

    reveal() {
      this.revealed = true;
      this.sizes.replaceChildren(this.#sizes([1, 3, 5, 7].filter((s) => s <= Math.min(this.h, this.w))));
      this.#show();
    }

    #sizes(sizes) {
      return lesson.choice(say("lesson.window.size"), sizes.map((s) => [s, `${s}×${s}`]), this.s, (s) => {
        this.s = s;
        this.#move(...this.place);
      });
    }

    #key(event) {
      const to = lesson.moved(event.key, ...this.place);
      if (!to) return;
      event.preventDefault();
      event.stopPropagation();
      this.#move(...to);
    }

    #centre(cell) {
      if (!cell) return;
      const half = Math.floor((this.s - 1) / 2);
      this.#move(...cell.dataset.cell.split(",").map((one) => Number(one) - half));
    }

    #move(row, column) {
      const within = (at, most) => Math.min(Math.max(0, at), most);
      this.place = [within(row, this.h - this.s), within(column, this.w - this.s)];
      this.#show();
    }

    #show() {
      const [row, column] = this.place;
      // sums of the stored whole numbers are exact: what meets the best is no matter of rounding
      const mine = lesson.windowSum(this.maps, this.at, this.w, this.s, row, column);
      const best = { ...AttentionPlayer.largestWindow(this.maps, this.at, this.h, this.w, this.s) };
      for (const cell of this.grid.querySelectorAll("td")) {
        const [i, j] = cell.dataset.cell.split(",").map(Number);
        const covers = (top, left) => i >= top && i < top + this.s && j >= left && j < left + this.s;
        cell.classList.toggle("within", covers(row, column));
        cell.classList.toggle("best", Boolean(this.revealed) && covers(best.row, best.col));
      }
      this.#tell(mine, best);
      const window = { row, col: column, s: this.s };
      const over = lesson.over(this.pack, this.side, this.concept, this.frame, { map: Boolean(this.revealed), window });
      this.room.clip.paint(this.canvas, this.frame, over);
      this.canvas.setAttribute("aria-label", say("lesson.window.picture", { row: row + 1, column: column + 1 }));
    }

    #tell(mine, best) {
      const sum = written(mine * this.unit);
      const values = { s: this.s, sum, best: written(best.sum * this.unit), row: best.row + 1, column: best.col + 1 };
      const met = mine === best.sum;
      const compared = this.revealed ? say(met ? "lesson.window.meets" : "lesson.window.below", values) : "";
      this.sum.dataset.sum = mine * this.unit;
      this.sum.dataset.best = this.revealed ? best.sum * this.unit : "";
      this.sum.replaceChildren(el("b", {}, say("lesson.window.sum", values)), " ", compared);
    }
  }

  lesson.views.window = HandWindow;
})((globalThis.AttentionLesson ??= {}));
