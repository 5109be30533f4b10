// Behind one tile: the cells of its map, the window that slides over them, and the sums that make the verdict.
(function (player) {
  "use strict";

  const { el, freshId, say, written } = player;
  const STEP = 140; // ms for each place of the sliding window
  const MOST = 32; // rows or columns of a map that a person can read

  // Whether a map's numbers can be shown: {maps, mapSize}.
  const isReadable = ({ maps, mapSize }) => Boolean(maps) && Math.max(...mapSize) <= MOST;

  class Numbers {
    // owner: the player, with its view; it draws again whenever the frame or a setting changes.
    constructor(owner) {
      this.owner = owner;
      this.title = el("h2", { id: freshId("numbers") });
      this.grid = el("table", { class: "cells", tabindex: "0", "aria-describedby": freshId("keys") });
      this.hint = el("p", { class: "hint", id: this.grid.getAttribute("aria-describedby") });
      this.sums = new player.Sums(owner, { onFrame: (frame) => this.#goTo(frame), again: () => this.refresh() });
      this.steps = el("div", { class: "steps" }, ...this.#buttons());
      const close = { type: "button", class: "close", "aria-label": attentionWords.say("player.numbers.close"), onclick: () => this.root.close() };
      this.root = el(
        "dialog",
        { class: "map-numbers", "aria-labelledby": this.title.id, onclose: () => this.#stop() },
        el("header", {}, this.title, this.steps, el("button", close, player.icon("M5 5l14 14M19 5L5 19"))),
        (this.board = el("div", { class: "board" }, el("div", {}, this.grid, this.hint), this.sums.root)),
      );
      this.#listen();
    }

    // Shows the numbers of a concept in the current frame.
    open(concept) {
      const { view } = this.owner;
      if (!isReadable({ maps: view.pack.maps?.of(view.side.name, concept), mapSize: view.pack.mapSize })) return;
      this.owner.pause();
      this.concept = concept;
      this.place = null;
      this.draw();
      this.root.showModal();
    }

    // Draws anew, if it is open.
    refresh() {
      if (this.root.open) this.draw();
    }

    draw() {
      const { view, decimals } = this.owner;
      const { pack, side, state } = view;
      const [h, w] = pack.mapSize;
      const maps = pack.maps.of(side.name, this.concept);
      const at = state.frame * h * w;
      this.values = Array.from({ length: h * w }, (_, cell) => maps[at + cell] * side.mapUnit);
      this.best = view.at(this.concept);
      this.place ??= [this.best.row, this.best.col];
      this.place = [Math.min(this.place[0], h - state.s), Math.min(this.place[1], w - state.s)];
      say(this.title, attentionWords.say("player.numbers.title", { concept: pack.concepts[this.concept], frame: view.time.spoken }));
      this.#showCells(h, w, view.over(this.concept, this.best), decimals);
      this.sums.show(this);
    }

    #showCells(h, w, { top, table }, decimals) {
      const rows = Array.from({ length: h }, (_, i) =>
        el(
          "tr",
          {},
          ...Array.from({ length: w }, (_, j) => {
            const value = this.values[i * w + j];
            const cell = el("td", { "data-cell": `${i},${j}` }, written(value, decimals));
            const level = top > 0 ? value / (top * this.owner.view.side.mapUnit) : 0;
            const [ground, ink] = player.groundAndInk(table, level);
            cell.style.background = ground;
            cell.style.color = ink;
            if (this.#covers(i, j)) cell.classList.add("within");
            return cell;
          }),
        ),
      );
      this.grid.style.setProperty("--columns", w);
      this.board.classList.toggle("wide", w > 1.5 * h);
      this.grid.replaceChildren(el("tbody", {}, ...rows));
      const { s } = this.owner.view.state;
      say(this.hint, attentionWords.say("player.numbers.hint", { s }));
    }

    #covers(i, j) {
      const { s } = this.owner.view.state;
      const [row, col] = this.place;
      return i >= row && i < row + s && j >= col && j < col + s;
    }

    #buttons() {
      const button = (text, onclick) => el("button", { type: "button", onclick }, text);
      return [
        button(attentionWords.say("player.numbers.back"), () => this.#goTo(this.owner.view.state.frame - 1)),
        button(attentionWords.say("player.numbers.forward"), () => this.#goTo(this.owner.view.state.frame + 1)),
        button(attentionWords.say("player.numbers.slide"), () => this.#slide()),
      ];
    }

    #listen() {
      this.root.addEventListener("keydown", (event) => event.stopPropagation()); // not the player's keys
      this.grid.addEventListener("keydown", (event) => this.#hear(event));
      this.grid.addEventListener("click", (event) => {
        const cell = event.target.closest("[data-cell]");
        if (cell) this.#centre(...cell.dataset.cell.split(",").map(Number));
      });
      for (const kind of ["pointerover", "focusin", "click"])
        this.sums.root.addEventListener(kind, ({ target }) => this.#light(target.closest("[data-cells]")?.dataset.cells));
      for (const kind of ["pointerleave", "focusout"]) this.sums.root.addEventListener(kind, () => this.#light(""));
    }

    #hear(event) {
      const [row, col] = this.place;
      const to = {
        ArrowUp: [row - 1, col],
        ArrowDown: [row + 1, col],
        ArrowLeft: [row, col - 1],
        ArrowRight: [row, col + 1],
        Home: [this.best.row, this.best.col],
      }[event.key];
      if (!to) return;
      event.preventDefault();
      this.#stop();
      this.#moveTo(...to);
    }

    #centre(i, j) {
      const half = Math.floor((this.owner.view.state.s - 1) / 2);
      this.#stop();
      this.#moveTo(i - half, j - half);
    }

    #moveTo(row, col) {
      const [h, w] = this.owner.view.pack.mapSize;
      const { s } = this.owner.view.state;
      const within = (at, most) => Math.min(Math.max(0, at), most);
      this.place = [within(row, h - s), within(col, w - s)];
      this.draw();
    }

    #goTo(frame) {
      this.#stop();
      this.place = null;
      this.owner.seek(frame);
    }

    // Every place of the window in turn, then the one with the largest sum; at once where motion is not wanted.
    #slide() {
      this.#stop();
      const [h, w] = this.owner.view.pack.mapSize;
      const { s } = this.owner.view.state;
      const across = w - s + 1;
      const places = (h - s + 1) * across;
      let at = matchMedia("(prefers-reduced-motion: reduce)").matches ? places : 0;
      const next = () => {
        if (at >= places) return this.#moveTo(this.best.row, this.best.col);
        this.#moveTo(Math.floor(at / across), at % across);
        at += 1;
        this.sliding = setTimeout(next, STEP);
      };
      next();
    }

    #stop() {
      clearTimeout(this.sliding);
    }

    // Lights up the cells that a term of an equation stands for, "row,column row,column …".
    #light(cells = "") {
      const lit = new Set(cells.split(" "));
      for (const one of this.grid.querySelectorAll("td")) one.classList.toggle("lit", lit.has(one.dataset.cell));
    }
  }

  Object.assign(player, { Numbers, isReadable });
})((globalThis.AttentionPlayer ??= {}));
