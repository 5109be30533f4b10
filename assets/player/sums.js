// The sums behind one tile, in words: a map (Eq. 1), its window (Eq. 2), the mean over frames (Eq. 3) and the verdict.
(function (player) {
  "use strict";

  const { el, written } = player;
  const RIVALS = 4; // concepts whose means are compared

  // A place as people count: from 1.
  const places = ([row, col]) => ({ row: row + 1, column: col + 1 });

  // The cells of a window as "row,column", row by row.
  function squareAt(row, col, s) {
    return Array.from({ length: s * s }, (_, at) => `${row + Math.floor(at / s)},${col + (at % s)}`);
  }

  class Sums {
    // owner: the player, with its view · onFrame(frame) is called when a person chooses another · again() when
    // what was still being added up is there
    constructor(owner, { onFrame, again }) {
      Object.assign(this, { owner, onFrame, again });
      this.channels = new player.Channels(owner);
      this.map = el("div", { class: "lines" }); // Eq. 1
      this.rest = el("div", { class: "lines" });
      this.root = el("div", { class: "sums" }, this.map, this.channels.root, this.rest);
    }

    // concept: its index · values: of its map, row by row · place: [row, col] of the window · best: the place with
    // the largest sum, {row, col, energy}
    show({ concept, values, place, best }) {
      Object.assign(this, { concept, values, place, best });
      const { view, decimals } = this.owner;
      const name = view.pack.concepts[concept];
      this.channels.at(concept);
      this.map.replaceChildren(this.#mapLine(name));
      const atBar = this.rest.querySelector(".energies :focus");
      this.rest.replaceChildren(
        this.#windowLine(name, decimals),
        this.#meanLine(name, decimals),
        this.#verdictLine(decimals),
      );
      if (atBar) this.rest.querySelector(".energies .now").focus();
    }

    #mapLine(name) {
      const { others, mapSize } = this.owner.view.pack;
      const [h, w] = mapSize;
      return this.#line(
        others ? attentionWords.say("player.numbers.map") : attentionWords.say("player.numbers.eq1"),
        others
          ? attentionWords.say("player.numbers.by_others", { concept: name, method: others })
          : `L(F, ${name}) = ReLU(Σₖ αₖAᵏ)`,
        attentionWords.say("player.numbers.speaks", { h, w, concept: name }),
      );
    }

    #windowLine(name, decimals) {
      const { view } = this.owner;
      const { s } = view.state;
      const [, w] = view.pack.mapSize;
      const [row, col] = this.place;
      const cells = [];
      for (let i = row; i < row + s; i++) for (let j = col; j < col + s; j++) cells.push(i * w + j);
      const sum = cells.reduce((total, cell) => total + this.values[cell], 0);
      const largest = this.best.row === row && this.best.col === col;
      const total = written(largest ? this.best.energy : sum, decimals);
      const terms = cells.flatMap((cell, number) => [
        number ? " + " : "",
        el("button", { type: "button", class: "term", "data-cells": `${Math.floor(cell / w)},${cell % w}` }, written(this.values[cell], decimals)),
      ]);
      return this.#line(
        attentionWords.say("player.numbers.eq2"),
        attentionWords.say("player.numbers.largest", { concept: name, s }),
        el("span", {}, attentionWords.say("player.numbers.window", places(this.place)), ...terms, ` = `, el("b", {}, total)),
        largest
          ? attentionWords.say("player.numbers.is_largest")
          : attentionWords.say("player.numbers.larger", {
              energy: written(this.best.energy, decimals),
              ...places([this.best.row, this.best.col]),
            }),
      );
    }

    #meanLine(name, decimals) {
      const { view } = this.owner;
      const { energy, row, col } = view.series(this.concept);
      const { s } = view.state;
      const highest = Math.max(...energy, Number.MIN_VALUE);
      const bars = Array.from(energy, (value, frame) => {
        const label = attentionWords.say("player.numbers.bar", { frame: frame + 1, energy: written(value, decimals) });
        const bar = el("button", {
          type: "button",
          class: frame === view.state.frame ? "now" : "",
          title: label,
          "aria-label": label,
          "data-cells": value > 0 ? squareAt(row[frame], col[frame], s).join(" ") : "", // an empty map has no window
          onclick: () => this.onFrame(frame),
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
      const means = view.energies.means(state.side, state.s, this.again);
      const title = attentionWords.say("player.numbers.verdict");
      if (!means) return this.#line(title, attentionWords.say("player.numbers.adding"));
      const all = view.energies.ranking(state.side, state.s, this.again);
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
  }

  Object.assign(player, { Sums });
})((globalThis.AttentionPlayer ??= {}));
