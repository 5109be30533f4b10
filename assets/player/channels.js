// What one map is made of: the channels that add most to it or take most from it, asked for by a person.
(function (player) {
  "use strict";

  const { el, say, written } = player;

  class Channels {
    // owner: the player
    constructor(owner) {
      this.owner = owner;
      this.button = el("button", { type: "button", onclick: () => this.#ask() }, attentionWords.say("player.channels.ask"));
      this.said = el("p", { class: "hint", role: "status" });
      this.table = el("table", { class: "channels" });
      this.root = el("section", {}, this.button, this.said, this.table);
    }

    // The map that is looked at; what was said of another is put away.
    at(concept) {
      const { state, pack } = this.owner.view;
      this.root.hidden = !this.owner.options.ask || !this.owner.dial || Boolean(pack.others);
      const place = { frame: state.frame, concept, side: state.side };
      if (pack === this.pack && same(place, this.place)) return;
      Object.assign(this, { pack, place });
      this.button.hidden = false;
      this.table.replaceChildren();
      say(this.said, attentionWords.say("player.channels.none"));
    }

    // Takes an answer of the server: {frame, concept, side, rows: [{channel, alpha, adds, map}], total, count}
    // or with `trouble` in place of rows.
    tell(answer) {
      if (!this.place || !same(answer, this.place)) return;
      if (answer.trouble) return say(this.said, answer.trouble);
      const { rows, total, count } = answer;
      this.button.hidden = true;
      const top = Math.max(...rows.map(({ alpha }) => Math.abs(alpha)), Number.MIN_VALUE);
      const head = [
        attentionWords.say("player.channels.map"),
        "k",
        attentionWords.say("player.channels.weight"),
        "",
        attentionWords.say("player.channels.adds"),
      ];
      this.table.replaceChildren(
        el("thead", {}, el("tr", {}, ...head.map((name) => el("th", { scope: "col" }, name)))),
        el("tbody", {}, ...rows.map((row) => this.#row(row, top, total))),
      );
      const others = total - rows.reduce((sum, { adds }) => sum + adds, 0);
      const digits = player.decimalsFor(Math.abs(total));
      say(
        this.said,
        attentionWords.say("player.channels.sum", {
          channels: count,
          total: written(total, digits),
          rows: rows.length,
          others: count - rows.length,
          rest: written(others, digits),
        }),
      );
    }

    #ask() {
      say(this.said, attentionWords.say("player.channels.asking"));
      this.owner.options.ask({ channels: this.place });
    }

    #row({ channel, alpha, adds, map }, top, total) {
      const bar = el("span", { class: alpha < 0 ? "weight less" : "weight" });
      bar.style.setProperty("--share", Math.abs(alpha) / top);
      const share = total > 0 ? ` (${written((100 * adds) / total, 0)} %)` : "";
      return el(
        "tr",
        { "data-cells": this.#strongest(map).join(" ") },
        el("td", {}, this.#picture(map, channel)),
        el("th", { scope: "row" }, el("button", { type: "button", class: "term" }, String(channel))),
        el("td", { class: "value" }, written(alpha, player.decimalsFor(top) + 1)),
        el("td", {}, el("span", { class: "signed", "aria-hidden": "true" }, bar)),
        el("td", { class: "value" }, written(adds, player.decimalsFor(Math.abs(total))) + share),
      );
    }

    // The cells with at least half of the highest value, as "row,column".
    #strongest(map) {
      const [, w] = this.pack.mapSize;
      const half = Math.max(...map, Number.MIN_VALUE) / 2;
      return map.flatMap((value, at) => (value >= half ? [`${Math.floor(at / w)},${at % w}`] : []));
    }

    // A^k, one pixel for each cell; what lies below 0 has the lowest colour.
    #picture(map, channel) {
      const [h, w] = this.pack.mapSize;
      const label = attentionWords.say("player.channels.picture", { channel });
      const canvas = el("canvas", { width: w, height: h, role: "img", "aria-label": label });
      canvas.style.aspectRatio = `${w} / ${h}`;
      const table = player.colourTable(this.owner.view.state.map);
      const highest = Math.max(...map, Number.MIN_VALUE);
      const levels = map.map((value) => table[Math.round((255 * Math.max(0, value)) / highest)]);
      const pixels = new Uint8ClampedArray(Uint32Array.from(levels).buffer);
      canvas.getContext("2d").putImageData(new ImageData(pixels, w, h), 0, 0);
      return canvas;
    }
  }

  const same = (one, other) => ["frame", "concept", "side"].every((name) => one[name] === other?.[name]);

  Object.assign(player, { Channels });
})((globalThis.AttentionPlayer ??= {}));
