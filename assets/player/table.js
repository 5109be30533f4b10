// The current frame in words and numbers: for those who read or listen rather than look.
(function (player) {
  "use strict";

  const { el, written } = player;

  class FrameTable {
    // onOpen is called when a person opens it: closed, it is not kept up to date.
    constructor(onOpen) {
      this.caption = el("caption", {});
      this.head = el("tr", {});
      this.rows = el("tbody", {});
      this.root = el(
        "details",
        { class: "table", ontoggle: () => onOpen() },
        el("summary", {}, attentionWords.say("player.table.summary")),
        el("div", { class: "scroll" }, el("table", {}, this.caption, el("thead", {}, this.head), this.rows)),
      );
    }

    // rows: [{name, energy, net, row, col, s, score}], numbers; net is null without an EnergyNet.
    show(caption, rows, decimals) {
      if (!this.root.open) return;
      const net = rows.some((row) => row.net !== null);
      this.caption.textContent = caption;
      const heads = [
        attentionWords.say("player.table.concept"),
        attentionWords.say("player.table.energy"),
        ...(net ? [attentionWords.say("player.table.net")] : []),
        attentionWords.say("player.table.window"),
        attentionWords.say("player.table.score"),
      ];
      this.head.replaceChildren(...heads.map((text) => el("th", { scope: "col" }, text)));
      this.rows.replaceChildren(
        ...rows.map((row) => {
          const span = (from) => (row.s > 1 ? `${from + 1}–${from + row.s}` : `${from + 1}`);
          const cells = [
            written(row.energy, decimals),
            ...(net ? [written(row.net, 2)] : []),
            `${span(row.row)} × ${span(row.col)}`,
            written(row.score, 2),
          ];
          return el(
            "tr",
            {},
            el("th", { scope: "row" }, row.name),
            ...cells.map((text) => el("td", {}, text)),
          );
        }),
      );
    }
  }

  // A polite live region that speaks once things rest, and rarely while a clip plays.
  class Speaker {
    constructor() {
      this.root = el("p", { class: "spoken", "aria-live": "polite", role: "status" });
      this.last = 0;
    }

    say(text, playing) {
      clearTimeout(this.waiting);
      const wait = playing ? Math.max(0, this.last + 4000 - performance.now()) : 400;
      this.waiting = setTimeout(() => {
        this.last = performance.now();
        this.root.textContent = text();
      }, wait);
    }
  }

  Object.assign(player, { FrameTable, Speaker });
})((globalThis.AttentionPlayer ??= {}));
