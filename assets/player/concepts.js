// The shown concepts as chips, beside the box that finds any of the C concepts.
(function (player) {
  "use strict";

  const { el, say, sizeCanvas } = player;
  const CROSS = "M6 6 18 18M18 6 6 18";

  class Concepts {
    // on: {toggle(concept), add(concept), remove(concept)}
    constructor(on) {
      this.on = on;
      this.chips = new Map();
      this.list = el("ul", { class: "chips", "aria-label": attentionWords.say("player.concepts.chosen") });
      this.finder = new player.Finder(on);
      this.trouble = el("p", { class: "trouble", role: "status" });
      this.root = el("div", { class: "concepts" }, this.list, this.finder.root, this.trouble);
    }

    // lineOf(concept) gives {colour, dash, mark}; ranking and means may be null while they are summed.
    show(pack, { shown, off, lineOf, ranking, means, decimals }) {
      for (const concept of this.chips.keys()) if (!shown.includes(concept)) this.#drop(concept);
      for (const concept of shown)
        if (!this.chips.has(concept)) this.chips.set(concept, this.#chip(pack, concept));
      const wanted = shown.map((concept) => this.chips.get(concept).root);
      // moving an element takes the focus from it, so nothing moves that stands right
      if (
        wanted.some((root, i) => this.list.children[i] !== root) ||
        this.list.children.length !== wanted.length
      )
        this.list.replaceChildren(...wanted);
      shown.forEach((concept, place) => {
        const chip = this.chips.get(concept);
        chip.toggle.setAttribute("aria-pressed", String(!off.includes(concept)));
        chip.toggle.title = attentionWords.say("player.concepts.toggle", { key: place + 1 });
        say(chip.number, String(place + 1));
        sample(chip.sample, lineOf(concept));
      });
      this.finder.show(pack, { shown, ranking, means, decimals });
    }

    // Says what went wrong with what was chosen; with "", nothing.
    say(trouble) {
      say(this.trouble, trouble);
    }

    clear() {
      this.say("");
      this.chips.clear();
      this.list.replaceChildren();
    }

    #chip(pack, concept) {
      const name = pack.concepts[concept];
      const number = el("span", { class: "number" });
      const line = el("canvas", { "aria-hidden": "true" });
      const toggle = el(
        "button",
        { type: "button", class: "toggle", onclick: () => this.on.toggle(concept) },
        number,
        line,
        el("span", { class: "name" }, name),
      );
      const remove = el(
        "button",
        {
          type: "button",
          class: "remove",
          "aria-label": attentionWords.say("player.concepts.remove", { concept: name }),
          title: attentionWords.say("player.concepts.remove_it"),
          onclick: () => this.on.remove(concept),
        },
        player.icon(CROSS),
      );
      return {
        root: el("li", { class: "chip", "data-concept": concept }, toggle, remove),
        toggle,
        number,
        sample: line,
      };
    }

    #drop(concept) {
      const { root } = this.chips.get(concept);
      const neighbour = root.nextElementSibling ?? root.previousElementSibling;
      if (root.contains(document.activeElement))
        (neighbour?.querySelector(".remove") ?? this.finder.input).focus();
      root.remove();
      this.chips.delete(concept);
    }
  }

  // How the concept's line looks in the timeline.
  function sample(canvas, { colour, dash, mark }) {
    const c = sizeCanvas(canvas, 26, 12);
    c.clearRect(0, 0, 26, 12);
    c.strokeStyle = c.fillStyle = colour;
    c.lineWidth = 2;
    c.setLineDash(dash);
    c.beginPath();
    c.moveTo(0, 6);
    c.lineTo(26, 6);
    c.stroke();
    c.setLineDash([]);
    player.stamp(c, mark, 13, 6, 4);
  }

  Object.assign(player, { Concepts });
})((globalThis.AttentionPlayer ??= {}));
