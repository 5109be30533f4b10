// Behind one tile: the cells of its map, the window that slides over them, and the sums that make the verdict.
(function (player) {
  "use strict";

  const { el, freshId, say, written } = player;
  const STEP = 140; // ms for each place of the sliding window
  const RIVALS = 4; // concepts whose means are compared
  const MOST = 32; // rows or columns of a map that a person can read

  // Whether a map's numbers can be shown: {maps, mapSize}.
  const isReadable = ({ maps, mapSize }) => Boolean(maps) && Math.max(...mapSize) <= MOST;

  // A place as people count: from 1.
  const places = ([row, col]) => ({ row: row + 1, column: col + 1 });

  class Numbers {
    // owner: the player, with its view; it draws again whenever the frame or a setting changes.
    constructor(owner) {
      this.owner = owner;
      this.title = el("h2", { id: freshId("numbers") });
      this.grid = el("table", { class: "cells", tabindex: "0", "aria-describedby": freshId("keys") });
      this.hint = el("p", { class: "hint", id: this.grid.getAttribute("aria-describedby") });
      this.channels = new player.Channels(owner);
      this.map = el("div", { class: "lines" }); // Eq. 1
      this.rest = el("div", { class: "lines" });
      this.sums = el("div", { class: "sums" }, this.map, this.channels.root, this.rest);
      this.steps = el("div", { class: "steps" }, ...this.#buttons());
      const close = { type: "button", class: "close", "aria-label": attentionWords.say("player.numbers.close"), onclick: () => this.root.close() };
      this.root = el(
        "dialog",
        { class: "map-numbers", "aria-labelledby": this.title.id, onclose: () => this.#stop() },
        el("header", {}, this.title, this.steps, el("button", close, player.icon("M5 5l14 14M19 5L5 19"))),
        (this.board = el("div", { class: "board" }, el("div", {}, this.grid, this.hint), this.sums)),
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
      this.#showSums(h, w, decimals);
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

    #showSums(h, w, decimals) {
      const { view } = this.owner;
      const { s } = view.state;
      const [row, col] = this.place;
      const cells = [];
      for (let i = row; i < row + s; i++) for (let j = col; j < col + s; j++) cells.push(i * w + j);
      const sum = cells.reduce((total, cell) => total + this.values[cell], 0);
      const largest = this.best.row === row && this.best.col === col;
      const total = written(largest ? this.best.energy : sum, decimals);
      const name = view.pack.concepts[this.concept];
      const terms = cells.flatMap((cell, number) => [
        number ? " + " : "",
        el("span", { class: "term", "data-cell": `${Math.floor(cell / w)},${cell % w}` }, written(this.values[cell], decimals)),
      ]);
      const { others } = view.pack;
      this.channels.at(this.concept);
      this.map.replaceChildren(
        this.#line(
          others ? attentionWords.say("player.numbers.map") : attentionWords.say("player.numbers.eq1"),
          others
            ? attentionWords.say("player.numbers.by_others", { concept: name, method: others })
            : `L(F, ${name}) = ReLU(Σₖ αₖAᵏ)`,
          attentionWords.say("player.numbers.speaks", { h, w, concept: name }),
        ),
      );
      this.rest.replaceChildren(
        this.#line(
          attentionWords.say("player.numbers.eq2"),
          attentionWords.say("player.numbers.largest", { concept: name, s }),
          el("span", {}, attentionWords.say("player.numbers.window", places(this.place)), ...terms, ` = `, el("b", {}, total)),
          largest
            ? attentionWords.say("player.numbers.is_largest")
            : attentionWords.say("player.numbers.larger", {
                energy: written(this.best.energy, decimals),
                ...places([this.best.row, this.best.col]),
              }),
        ),
        this.#meanLine(name, decimals),
        this.#verdictLine(decimals),
      );
    }

    #meanLine(name, decimals) {
      const { view } = this.owner;
      const { energy } = view.series(this.concept);
      const highest = Math.max(...energy, Number.MIN_VALUE);
      const bars = Array.from(energy, (value, frame) => {
        const label = attentionWords.say("player.numbers.bar", { frame: frame + 1, energy: written(value, decimals) });
        const bar = el("button", {
          type: "button",
          class: frame === view.state.frame ? "now" : "",
          title: label,
          "aria-label": label,
          onclick: () => this.#goTo(frame),
        });
        bar.style.setProperty("--share", Math.max(0, value / highest));
        return bar;
      });
      const mean = energy.reduce((a, b) => a + b, 0) / energy.length;
      return this.#line(
        attentionWords.say("player.numbers.eq3"),
        attentionWords.say("player.numbers.mean", { count: energy.length, mean: written(mean, decimals) }),
        el("span", { class: "energies" }, ...bars),
      );
    }

    #verdictLine(decimals) {
      const { view } = this.owner;
      const { pack, state } = view;
      const again = () => this.refresh();
      const means = view.energies.means(state.side, state.s, again);
      const title = attentionWords.say("player.numbers.verdict");
      if (!means) return this.#line(title, attentionWords.say("player.numbers.adding"));
      const all = view.energies.ranking(state.side, state.s, again);
      const ranked = (pack.others ? all.filter((concept) => pack.maps.has(concept)) : all).slice(0, RIVALS);
      const rows = [...new Set([...ranked, this.concept])].map((concept, number) => {
        const mean = { concept: pack.concepts[concept], energy: written(means[concept], decimals) };
        const said = number ? `${mean.concept} ${mean.energy}` : attentionWords.say("player.numbers.wins", mean);
        return el("li", { class: concept === this.concept ? "own" : "" }, said);
      });
      const winner = { concept: pack.concepts[ranked[0]] };
      const says = pack.others
        ? attentionWords.say("player.numbers.no_verdict", winner)
        : attentionWords.say("player.numbers.says", winner);
      return this.#line(title, says, el("ol", {}, ...rows));
    }

    #line(name, what, ...more) {
      return el("section", {}, el("h3", {}, name), el("p", { class: "what" }, what), ...more.map((one) => el("p", {}, one)));
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
      this.sums.addEventListener("pointerover", ({ target }) => this.#light(target.dataset?.cell));
      this.sums.addEventListener("pointerleave", () => this.#light(null));
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

    // Lights up the cell that a term of the sum stands for.
    #light(cell) {
      for (const one of this.grid.querySelectorAll(".lit")) one.classList.remove("lit");
      if (cell) this.grid.querySelector(`[data-cell="${cell}"]`)?.classList.add("lit");
    }
  }

  Object.assign(player, { Numbers, isReadable });
})((globalThis.AttentionPlayer ??= {}));
