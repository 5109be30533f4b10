// Presentation mode: one or two giant tiles over the whole screen, for a room to see.
(function (player) {
  "use strict";

  class Presentation {
    // owner: the player, whose root fills the screen meanwhile
    constructor(owner) {
      this.owner = owner;
      document.addEventListener("fullscreenchange", () => {
        if (this.full && document.fullscreenElement !== owner.root) this.end();
      });
    }

    get on() {
      return this.owner.root.classList.contains("presenting");
    }

    toggle() {
      if (this.on) this.end();
      else this.begin();
    }

    begin() {
      const { root } = this.owner;
      root.classList.add("presenting");
      this.owner.set({ present: true, alone: null });
      // without the right to the full screen the page's whole window serves
      root.requestFullscreen?.().then(
        () => (this.full = true),
        () => (this.full = false),
      );
    }

    end() {
      if (!this.on) return;
      this.owner.root.classList.remove("presenting");
      this.owner.set({ present: false, alone: null });
      if (document.fullscreenElement === this.owner.root) document.exitFullscreen();
      this.full = false;
    }

    // Uses a key of the keyboard; says whether it did. 1 to 9: that concept alone.
    key(name) {
      if (name === "p") this.toggle();
      else if (!this.on) return false;
      else if (name === "Escape") this.end();
      else if (/^[1-9]$/.test(name)) {
        const { shown, alone } = this.owner.view.state;
        const concept = shown[name - 1];
        if (concept !== undefined) this.owner.set({ alone: alone === concept ? null : concept });
      } else return false;
      return true;
    }
  }

  Object.assign(player, { Presentation });
})((globalThis.AttentionPlayer ??= {}));
