// What a first look should see, said in the picture: what the vote says, where attention looks, what it says.
(function (player) {
  "use strict";

  const { el, say } = player;
  const MARGIN = 20; // pixels around the two in the tile of attention's concept

  class Callouts {
    constructor() {
      this.vote = el("span", { class: "callout low" });
      this.looks = el("span", { class: "callout looks" }, attentionWords.say("player.callouts.looks"));
      this.says = el("span", { class: "callout low" });
      this.wanted = false;
    }

    // Whether they are wanted from now on; a person who takes over has seen them.
    want(wanted) {
      this.wanted = wanted;
      if (!wanted) for (const callout of [this.vote, this.looks, this.says]) callout.remove();
    }

    // Puts them on the frame's tile and on that of attention's concept, where the two disagree. attention:
    // its method.
    place(view, tiles, attention) {
      const seen = this.wanted && attention && tiles.find(({ concept }) => concept === attention.prediction);
      const { pack, cnn } = view;
      const differ = attention && cnn.prediction !== attention.prediction;
      if (!seen || !differ || view.state.present) return;
      say(this.vote, attentionWords.say("player.callouts.vote", { concept: pack.concepts[cnn.prediction] }));
      say(this.says, attentionWords.say("player.callouts.attention", { concept: pack.concepts[attention.prediction] }));
      const bare = tiles.find(({ concept }) => concept === null);
      bare?.picture.append(this.vote);
      seen.picture.append(this.looks, this.says);
      this.#point(view, attention.prediction, seen);
    }

    // Under the window, or over it where below there is no room above the sentence at the foot.
    #point(view, concept, { canvas, picture }) {
      const { energy, row, col } = view.at(concept);
      this.looks.hidden = energy <= 0;
      const [h, w] = view.pack.mapSize;
      const [width, height] = [canvas.clientWidth, canvas.clientHeight];
      const place = player.seenPlace(width, height, view.pack.frame === "whole");
      const { s } = view.state;
      const low = place.y + ((row + s) / h) * place.height;
      const above = low + this.looks.offsetHeight > height - this.says.offsetHeight - MARGIN;
      const edge = place.y + ((above ? row : row + s) / h) * place.height;
      const middle = canvas.offsetLeft + place.x + ((col + s / 2) / w) * place.width;
      this.looks.classList.toggle("above", above);
      const half = Math.min(60, picture.clientWidth / 2);
      this.looks.style.left = `${Math.max(half, Math.min(picture.clientWidth - half, middle))}px`;
      this.looks.style.top = `${Math.max(above ? this.looks.offsetHeight + 8 : 20, edge)}px`;
    }
  }

  Object.assign(player, { Callouts });
})((globalThis.AttentionPlayer ??= {}));
