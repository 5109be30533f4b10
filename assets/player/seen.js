// What a network sees of a frame: its centre square, or all of it.
(function (player) {
  "use strict";

  const { say } = player;
  const SEES = { centre: "centre square", whole: "whole frame" };

  // Where the maps lie in a picture of that size, in its units: {x, y, width, height}.
  function seenPlace(width, height, whole) {
    if (whole) return { x: 0, y: 0, width, height };
    const side = Math.min(width, height);
    return { x: (width - side) / 2, y: (height - side) / 2, width: side, height: side };
  }

  // Percent of a pack's frames outside the centre square.
  function outside({ size: [width, height] }) {
    return Math.round(100 * (1 - Math.min(width, height) / Math.max(width, height)));
  }

  // The switch, and beside it how much of the frame is not seen. ask(frame): look again at "centre" or "whole";
  // without it there is the sentence alone.
  class Seen {
    constructor(ask) {
      this.choice = player.choice("The network sees", SEES, (frame) => ask?.(frame));
      this.root = this.choice.root;
      this.root.classList.add("seen");
      this.root.classList.toggle("alone", !ask);
      this.said = player.el("span", { class: "outside" });
      this.root.append(this.said);
    }

    show(pack) {
      const left = outside(pack);
      this.root.hidden = left === 0;
      this.choice.at(pack.frame);
      say(this.said, pack.frame === "whole" ? "all of this frame is seen" : `${left} % of this frame is not seen`);
    }
  }

  Object.assign(player, { seenPlace, Seen });
})((globalThis.AttentionPlayer ??= {}));
