// Frame after frame as time passes: from the current one, or once from the first to where most is to be seen.
(function (player) {
  "use strict";

  const STILL = matchMedia("(prefers-reduced-motion: reduce)");

  class Playing {
    // owner: the player, with its view and transport
    constructor(owner) {
      this.owner = owner;
      this.restAt = null; // the frame to rest at after playing once
      this.clock = new player.Clock(
        (frame) => owner.set({ frame }),
        () => this.#atTheEnd(),
      );
      STILL.addEventListener("change", ({ matches }) => matches && owner.view && this.pause());
    }

    get on() {
      return Boolean(this.clock.running);
    }

    // Plays from the current frame, at the end from the first; pauses while playing.
    toggle() {
      if (this.on) return this.pause();
      const { pack, state } = this.owner.view;
      if (pack.frames.length < 2) return;
      if (state.frame === pack.frames.length - 1) this.owner.set({ frame: 0 });
      this.clock.start(pack.seconds, state.frame);
      this.owner.transport.playing(true);
    }

    // Plays once from the first frame and rests at the one that tells most, save for who wants no motion.
    once() {
      const { frame } = this.owner.view.state;
      if (STILL.matches) return;
      this.restAt = frame;
      this.owner.set({ frame: 0 });
      this.toggle();
    }

    pause() {
      this.clock.stop();
      this.owner.transport.playing(false);
      if (this.owner.view) this.owner.foot.remember();
    }

    // Pauses at a frame that a person chose.
    step(frame) {
      this.restAt = null;
      this.pause();
      this.owner.seek(frame);
    }

    #atTheEnd() {
      this.pause();
      if (this.restAt !== null) this.owner.set({ frame: this.restAt });
      this.restAt = null;
    }
  }

  Object.assign(player, { Playing });
})((globalThis.AttentionPlayer ??= {}));
