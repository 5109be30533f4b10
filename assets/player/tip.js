// What the timeline says of the frame under the pointer: every shown concept's energy, and the CNN's vote.
(function (player) {
  "use strict";

  const { el, written } = player;

  class Tip {
    constructor() {
      this.root = el("div", { class: "tip", hidden: true, "aria-hidden": "true" });
    }

    // what is shown: {pack, lines, votes, decimals, cnn, width in pixels} · x: where the frame is, in pixels
    show({ pack, lines, votes, decimals, cnn, width }, frame, x) {
      const at = { seconds: pack.seconds[frame].toFixed(2), frame: frame + 1 };
      this.root.replaceChildren(
        el("strong", {}, attentionWords.say("player.timeline.at", at)),
        ...lines.map((line) => {
          const name = el("span", {}, line.name);
          name.style.color = line.colour;
          return el("span", { class: "row" }, name, el("b", {}, written(line.values[frame], decimals)));
        }),
        el(
          "span",
          { class: "row vote" },
          el("span", {}, attentionWords.say("player.timeline.voter", { cnn })),
          el("b", {}, pack.concepts[votes[frame]]),
        ),
      );
      this.root.hidden = false;
      const wide = this.root.offsetWidth;
      this.root.style.left = `${Math.max(0, x + 14 + wide > width ? x - 14 - wide : x + 14)}px`;
    }

    hide() {
      this.root.hidden = true;
    }
  }

  Object.assign(player, { Tip });
})((globalThis.AttentionPlayer ??= {}));
