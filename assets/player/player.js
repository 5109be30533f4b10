// The player: opens a pack, keeps the settings, and draws a frame whenever one of them changes.
(function (player) {
  "use strict";

  const { el } = player;
  const RIGHT = {
    true: attentionWords.say("player.verdict.right"),
    false: attentionWords.say("player.verdict.wrong"),
  };
  const STILL = matchMedia("(prefers-reduced-motion: reduce)");

  class Player {
    // options: {linked: keep the state in the address, empty: the key of what to say with nothing to show}
    constructor(root, options) {
      this.root = root;
      this.options = options;
      this.lastDrawMs = 0;
      this.drawn = -1; // the frame on the screen
      this.restAt = null; // the frame to rest at after playing once
      this.#build();
      player.watchPage(root, () => this.refresh());
      player.hearKeys(this);
      STILL.addEventListener("change", ({ matches }) => matches && this.view && this.pause());
      if (this.dial && options.linked) {
        const follow = () => this.dial.follow(player.readWanted(location.search));
        window.addEventListener("popstate", follow);
        follow();
      }
    }

    // Shows what `value` names: {pack: {url, size} | null, first, message, frame, concepts, side, figure, link,
    // play, callouts}, or nothing. first: how many bytes of the pack are needed to begin; all without it.
    async open(value) {
      this.loading?.abort();
      this.pause();
      const file = value?.pack;
      if (!file?.url) return this.#empty(value?.message || attentionWords.say(this.options.empty));
      if (file.url === this.url) return this.#ask(value);
      this.foot.wait(); // what is shown until then is not what the address is to lead to
      this.loading = new AbortController();
      const { signal } = this.loading;
      try {
        if (!value.change) this.message.say(attentionWords.say("player.message.fetching"), { over: !this.body.hidden });
        const progress = (sofar, total) => this.message.progress(sofar, total);
        const { url, size } = file;
        const buffer = await player.fetchPack({ url, size, first: value.first }, progress, signal);
        if (signal.aborted) return;
        this.#start(player.readPack(buffer, { url, size }), value);
        this.url = file.url;
      } catch (error) {
        if (!signal.aborted) this.#empty(player.reasonOf(error), true);
      }
    }

    // Goes to the sampled frame of that index.
    seek(frame) {
      if (!this.view) return;
      const last = this.view.pack.frames.length - 1;
      this.set({ frame: Math.min(last, Math.max(0, Math.round(frame))) });
    }

    // Shows these concepts, by index, in this order.
    show(concepts) {
      this.choosing.show(concepts);
    }

    // Changes settings; only a new frame leaves everything but the drawing alone.
    set(change) {
      Object.assign(this.view.state, change);
      if (Object.keys(change).join() === "frame") this.draw();
      else this.refresh();
      this.foot.remember();
    }

    // Plays from the current frame, at the end from the first; pauses while playing.
    play() {
      if (this.clock.running) return this.pause();
      const { pack, state } = this.view;
      if (pack.frames.length < 2) return;
      if (state.frame === pack.frames.length - 1) this.set({ frame: 0 });
      this.clock.start(pack.seconds, state.frame);
      this.transport.playing(true);
    }

    // Plays once from the first frame and rests at the one that tells most, save for who wants no motion.
    playOnce() {
      const { frame } = this.view.state;
      if (STILL.matches) return;
      this.restAt = frame;
      this.set({ frame: 0 });
      this.play();
    }

    pause() {
      this.clock.stop();
      this.transport.playing(false);
      if (this.view) this.foot.remember();
    }

    // Lays out everything that depends on more than the frame, then draws.
    refresh() {
      if (!this.view || !this.root.clientWidth) return;
      const view = (this.view = this.otherMaps?.viewOf(this.paper) ?? this.paper);
      const { pack, state } = view;
      state.s = Math.min(state.s, ...pack.mapSize);
      this.#fetchMaps();
      const dark = this.root.closest(".dark") !== null;
      const lineOf = (concept) => view.line(concept, dark);
      const again = () => this.refresh();
      this.highest = view.highestEnergy;
      this.decimals = player.decimalsFor(this.highest);
      const verdict = view.verdict(again);
      this.concepts.show(pack, {
        shown: state.shown,
        off: state.shown.filter((concept) => !view.concepts.includes(concept)),
        lineOf,
        decimals: this.decimals,
        ...this.#found(again),
      });
      this.tiles.arrange(
        pack,
        view.concepts,
        view.marks,
        lineOf,
        (concept) => state.shown.indexOf(concept) + 1,
        state.present,
      );
      this.transport.show(pack.seconds);
      this.#showTimeline(dark);
      this.verdict.replaceChildren(
        verdict.text,
        RIGHT[verdict.right] ? el("span", { class: `right-${verdict.right}` }, RIGHT[verdict.right]) : "",
      );
      this.controls.show(pack, { ...state, view: view.figure }, view.figure6, view.top);
      this.draw();
    }

    // Draws the current frame; one whose picture is not decoded yet is drawn as soon as it is.
    draw() {
      const { view } = this;
      const { frame } = view.state;
      const picture = this.dial?.ahead ? this.dial.picture(view.pack, frame) : this.pictures.get(frame);
      if (picture === undefined || !this.root.clientWidth) return;
      const start = performance.now();
      const { pack, state, time } = view;
      const vote = view.energies.votes(state.side)[state.frame];
      const said = attentionWords.say("player.tiles.votes", { concept: pack.concepts[vote] });
      this.tiles.draw(picture, (concept) => view.tile(concept, this.highest), {
        name: time.name,
        time: time.at,
        note: said,
        label: attentionWords.say("player.tiles.bare", { frame: time.spoken, said }),
      });
      this.callouts.place(view, this.tiles.tiles, view.attention);
      this.transport.at(state.frame, time);
      this.timeline.at(state.frame);
      this.numbers.refresh();
      this.dial?.hide.lay();
      this.table.show(
        time.spoken,
        view.concepts.map((concept) => view.row(concept)),
        this.decimals,
      );
      this.speaker.say(() => view.spoken, Boolean(this.clock.running));
      this.lastDrawMs = performance.now() - start;
      if (this.drawn !== state.frame) {
        this.drawn = state.frame;
        this.root.dispatchEvent(
          new CustomEvent("attention:frame", { detail: { index: state.frame }, bubbles: true }),
        );
      }
    }

    // Uses a key of the keyboard; says whether it did.
    key(name) {
      if (!this.view) return false;
      this.callouts.want(false);
      if (this.presentation.key(name)) return true;
      const { frame, shown } = this.view.state;
      const last = this.view.pack.frames.length - 1;
      const step = { ArrowLeft: frame - 1, ArrowRight: frame + 1, Home: 0, End: last }[name];
      if (step !== undefined) this.#step(step);
      else if (name === " ") this.play();
      else if (/^[1-9]$/.test(name) && shown[name - 1] !== undefined) this.choosing.toggle(shown[name - 1]);
      else return false;
      return true;
    }

    // What is wanted and is not here is fetched; it is drawn when it has come.
    #fetchMaps() {
      const { energies, state, wanted } = this.paper;
      this.supply.want(wanted);
      if (this.view === this.paper && !energies.summable(state.side, state.s)) this.supply.wantAll();
      this.otherMaps?.want(this.paper);
    }

    // All concepts' mean energies and their order, by the paper's maps.
    #found(again) {
      const { energies, state, pack } = this.paper;
      const s = this.view === this.paper ? state.s : pack.window;
      return { means: energies.means(state.side, s, again), ranking: energies.ranking(state.side, s, again) };
    }

    // Goes on without maps that could not be fetched: without that concept, or with the analysis' own window.
    #without(sentence, concept) {
      const { pack, state } = this.view;
      const shown = state.shown.filter((other) => other !== concept);
      this.set(concept === null ? { s: pack.window } : { shown });
      this.concepts.say(sentence);
    }

    #atTheEnd() {
      this.pause();
      if (this.restAt !== null) this.set({ frame: this.restAt });
      this.restAt = null;
    }

    #step(frame) {
      this.restAt = null;
      this.pause();
      this.seek(frame);
    }

    #start(pack, value) {
      this.pictures?.close();
      this.supply?.close();
      const state = player.startingState(pack, this.before, this.options.linked);
      this.otherMaps?.renew(["clip", "model", "frame"].every((name) => pack[name] === this.before?.pack[name]));
      this.view = this.paper = this.before = new player.View(pack, state);
      this.pictures = new player.Pictures(pack, (frame) => {
        if (frame === this.view.state.frame) this.draw();
      });
      this.supply = new player.Supply(pack.maps, pack.concepts, {
        arrived: () => {
          this.concepts.say("");
          this.refresh();
        },
        failed: (sentence, concept) => this.#without(sentence, concept),
      });
      this.drawn = -1;
      this.concepts.clear();
      this.body.hidden = false;
      this.root.setAttribute("aria-label", attentionWords.say("player.view.heatmaps", { clip: pack.clip }));
      this.callouts.want(Boolean(value.callouts));
      this.dial?.opened(pack, value.change ?? {});
      this.#ask(value);
      this.dial?.meet(pack, this.link);
      if (value.play) this.playOnce();
    }

    #ask({ frame, concepts, side, figure, link, trouble, stopped, channels, ...more }) {
      const { state, pack } = this.view;
      this.link = link ?? {};
      const detail = { link: this.link };
      this.root.dispatchEvent(new CustomEvent("attention:open", { detail, bubbles: true }));
      this.message.hide();
      if (trouble) this.dial?.say(trouble);
      if (stopped) for (const one of [this.dial, this.otherMaps]) one?.stop();
      if (Number.isInteger(frame) && frame >= 0 && frame < pack.frames.length) state.frame = frame;
      if (pack.sides.has(side)) state.side = side;
      if (figure) state.view = figure;
      if (concepts?.length) this.show(concepts);
      else this.refresh();
      if (channels) this.numbers.channels.tell(channels);
      if (more.map_choices) this.otherMaps?.offer(more.map_choices);
      if (more.other_maps) this.otherMaps?.take(more.other_maps);
      if (more.map_trouble) this.otherMaps?.say(more.map_trouble);
      this.foot.remember();
    }

    #showTimeline(dark) {
      const { pack, energies, state, cnn } = this.view;
      this.timeline.root.hidden = pack.frames.length < 2;
      const votes = Array.from(energies.votes(state.side));
      this.timeline.show(pack, this.view.lines(dark), votes, this.decimals, cnn.name);
    }

    #build() {
      this.message = new player.Message();
      this.choosing = new player.Choosing(this);
      this.concepts = new player.Concepts(this.choosing);
      const row = el("div", { class: "tiles" });
      this.dial = this.options.dial && new player.Dial(this, this.options.dial);
      this.numbers = new player.Numbers(this);
      this.tiles = new player.Tiles(row, (concept) => this.numbers.open(concept));
      const seek = (frame) => this.#step(frame);
      this.transport = new player.Transport({
        step: (by) => seek(this.view.state.frame + by),
        play: () => this.play(),
        seek,
      });
      this.clock = new player.Clock(
        (frame) => this.set({ frame }),
        () => this.#atTheEnd(),
      );
      this.timeline = new player.Timeline(seek, (start, end) => {
        this.root.style.setProperty("--axis-start", `${start}px`);
        this.root.style.setProperty("--axis-end", `${end}px`);
      });
      this.callouts = new player.Callouts();
      this.presentation = new player.Presentation(this);
      this.verdict = el("p", {
        class: "finding",
        title: attentionWords.say("player.verdict.hint"),
      });
      const see = (frame) => {
        this.dial.hold();
        this.options.ask({ frame });
      };
      this.otherMaps = this.dial && new player.OtherMaps(this);
      this.controls = new player.Controls((change) => this.set(change), this.dial && see, this.otherMaps?.root);
      this.table = new player.FrameTable(() => this.draw());
      this.speaker = new player.Speaker();
      this.foot = new player.Foot(this);
      this.body = el(
        "div",
        { class: "body", hidden: true },
        this.concepts.root,
        this.otherMaps ? el("div", { class: "above-tiles" }, this.otherMaps.mark) : null,
        row,
        this.transport.root,
        this.timeline.root,
        this.controls.root,
        this.dial?.root ?? null,
        this.verdict,
        this.controls.notes,
        this.foot.root,
        this.table.root,
        this.speaker.root,
        this.numbers.root,
      );
      this.body.addEventListener("pointerdown", () => this.callouts.want(false));
      this.root.setAttribute("role", "group");
      this.root.replaceChildren(this.message.root, this.body);
      this.message.say(attentionWords.say(this.options.empty));
    }

    #empty(text, failed = false) {
      this.view = this.url = null;
      this.pictures?.close();
      this.supply?.close();
      this.body.hidden = true;
      this.message.say(text, { failed });
    }
  }

  // Makes `root` a player and returns it; it is root.player too.
  function mount(root, options = {}) {
    root.player = new Player(root, {
      linked: false,
      empty: "player.message.empty",
      ...options,
    });
    return root.player;
  }

  Object.assign(player, { mount });
})((globalThis.AttentionPlayer ??= {}));
