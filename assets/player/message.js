// What the player says when there is nothing to play: what to do, how far, what went wrong.
(function (player) {
  "use strict";

  const { el } = player;
  const megabytes = (bytes) => (bytes / 1e6).toFixed(1);

  class Message {
    constructor() {
      this.root = el("div", { class: "message", role: "status" });
    }

    // over: whether a clip is on the page; the message then floats above it and nothing jumps.
    say(text, { over = false, failed = false } = {}) {
      this.root.hidden = false;
      this.root.classList.toggle("over", over);
      this.root.classList.toggle("failed", failed);
      this.root.replaceChildren(el("p", {}, text));
    }

    progress(sofar, total) {
      this.root.replaceChildren(
        el("p", {}, attentionWords.say("player.message.progress", { sofar: megabytes(sofar), total: megabytes(total) })),
        el("progress", { value: sofar, max: total, "aria-label": attentionWords.say("player.message.fetched") }),
      );
    }

    hide() {
      this.root.hidden = true;
    }
  }

  // One sentence for whatever kept a pack from being opened.
  const reasonOf = (error) => (error instanceof player.PackError ? error : player.broken()).message;

  Object.assign(player, { Message, reasonOf });
})((globalThis.AttentionPlayer ??= {}));
