// Opens a pack in a player: fetches it, makes the view of it, and shows what else was asked for.
(function (player) {
  "use strict";

  class Opening {
    // owner: the player, which gets view, paper, pictures, supply and link
    constructor(owner) {
      this.owner = owner;
    }

    // Shows what `value` names: {pack: {url, size} | null, first, message, frame, concepts, side, figure, link,
    // play, callouts}, or nothing. first: how many bytes of the pack are needed to begin; all without it.
    async open(value) {
      const { owner } = this;
      this.loading?.abort();
      owner.pause();
      const file = value?.pack;
      if (!file?.url) return this.#empty(value?.message || attentionWords.say(owner.options.empty));
      if (file.url === this.url) return this.#ask(value);
      owner.foot.wait(); // what is shown until then is not what the address is to lead to
      this.loading = new AbortController();
      const { signal } = this.loading;
      try {
        if (!value.change) owner.message.say(attentionWords.say("player.message.fetching"), { over: !owner.body.hidden });
        const progress = (sofar, total) => owner.message.progress(sofar, total);
        const { url, size } = file;
        const buffer = await player.fetchPack({ url, size, first: value.first }, progress, signal);
        if (signal.aborted) return;
        this.#start(player.readPack(buffer, { url, size }), value);
        this.url = file.url;
      } catch (error) {
        if (!signal.aborted) this.#empty(player.reasonOf(error), true);
      }
    }

    #start(pack, value) {
      const { owner } = this;
      owner.pictures?.close();
      owner.supply?.close();
      const state = player.startingState(pack, this.before, owner.options.linked);
      owner.otherMaps?.renew(["clip", "model", "frame"].every((name) => pack[name] === this.before?.pack[name]));
      owner.view = owner.paper = this.before = new player.View(pack, state);
      owner.pictures = new player.Pictures(pack, (frame) => {
        if (frame === owner.view.state.frame) owner.draw();
      });
      owner.supply = new player.Supply(pack.maps, pack.concepts, {
        arrived: () => {
          owner.concepts.say("");
          owner.refresh();
        },
        failed: (sentence, concept) => this.#without(sentence, concept),
      });
      owner.drawn = -1;
      owner.concepts.clear();
      owner.body.hidden = false;
      owner.root.setAttribute("aria-label", attentionWords.say("player.view.heatmaps", { clip: pack.clip }));
      owner.callouts.want(Boolean(value.callouts));
      owner.dial?.opened(pack, value.change ?? {});
      this.#ask(value);
      owner.dial?.meet(pack, owner.link);
      if (value.play) owner.playing.once();
    }

    #ask({ frame, concepts, side, figure, link, trouble, stopped, channels, ...more }) {
      const { owner } = this;
      const { state, pack } = owner.view;
      owner.link = link ?? {};
      const detail = { link: owner.link };
      owner.root.dispatchEvent(new CustomEvent("attention:open", { detail, bubbles: true }));
      owner.message.hide();
      if (trouble) owner.dial?.say(trouble);
      if (stopped) for (const one of [owner.dial, owner.otherMaps]) one?.stop();
      if (Number.isInteger(frame) && frame >= 0 && frame < pack.frames.length) state.frame = frame;
      if (pack.sides.has(side)) state.side = side;
      if (figure) state.view = figure;
      if (concepts?.length) owner.show(concepts);
      else owner.refresh();
      if (channels) owner.numbers.sums.channels.tell(channels);
      if (more.map_choices) owner.otherMaps?.offer(more.map_choices);
      if (more.other_maps) owner.otherMaps?.take(more.other_maps);
      if (more.map_trouble) owner.otherMaps?.say(more.map_trouble);
      owner.foot.remember();
    }

    // Goes on without maps that could not be fetched: without that concept, or with the analysis' own window.
    #without(sentence, concept) {
      const { owner } = this;
      const { pack, state } = owner.view;
      const shown = state.shown.filter((other) => other !== concept);
      owner.set(concept === null ? { s: pack.window } : { shown });
      owner.concepts.say(sentence);
    }

    #empty(text, failed = false) {
      const { owner } = this;
      owner.view = this.url = null;
      owner.pictures?.close();
      owner.supply?.close();
      owner.body.hidden = true;
      owner.message.say(text, { failed });
    }
  }

  Object.assign(player, { Opening });
})((globalThis.AttentionPlayer ??= {}));
