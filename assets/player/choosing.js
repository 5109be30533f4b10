// Which concepts have a tile: added, removed, switched off and on.
(function (player) {
  "use strict";

  class Choosing {
    // owner: the player, with its view
    constructor(owner) {
      this.owner = owner;
    }

    // These concepts, by index, in this order.
    show(concepts) {
      const { view } = this.owner;
      const known = concepts.filter((concept) => view?.pack.concepts[concept] !== undefined);
      if (view) this.owner.set({ shown: [...new Set(known)].slice(0, player.MOST), off: [], view: "2" });
    }

    add(concept) {
      this.owner.set({ view: "2", shown: [...this.owner.view.state.shown, concept] });
    }

    remove(concept) {
      const { shown, off } = this.owner.view.state;
      const others = (concepts) => concepts.filter((other) => other !== concept);
      this.owner.set({ view: "2", shown: others(shown), off: others(off) });
    }

    toggle(concept) {
      const { concepts, state } = this.owner.view;
      const off = state.off.filter((other) => other !== concept);
      this.owner.set({ view: "2", off: concepts.includes(concept) ? [...off, concept] : off });
    }
  }

  Object.assign(player, { Choosing });
})((globalThis.AttentionPlayer ??= {}));
