// What a network sees of a frame: its centre square, or all of it.
(function (player) {
  "use strict";

  const { say } = player;
  const SEES = { centre: attentionWords.say("player.seen.centre"), whole: attentionWords.say("player.seen.whole") };

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
      this.choice = player.choice(attentionWords.say("player.seen.title"), SEES, (frame) => ask?.(frame));
      this.root = this.choice.root;
      this.root.classList.add("seen");
      this.root.classList.toggle("alone", !ask);
      this.said = player.el("span", { class: "outside" });
      this.root.append(this.said);
    }

    show(pack) {
      const percent = outside(pack);
      this.root.hidden = percent === 0;
      this.choice.at(pack.frame);
      const all = pack.frame === "whole";
      say(this.said, all ? attentionWords.say("player.seen.all") : attentionWords.say("player.seen.outside", { percent }));
    }
  }

  Object.assign(player, { seenPlace, Seen });
})((globalThis.AttentionPlayer ??= {}));
