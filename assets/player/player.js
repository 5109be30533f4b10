// The player: keeps the settings of the pack that is open, and draws a frame whenever one of them changes.
(function (player) {
  "use strict";

  const { el } = player;
  const RIGHT = {
    true: attentionWords.say("player.verdict.right"),
    false: attentionWords.say("player.verdict.wrong"),
  };

  class Player {
    // options: {linked: keep the state in the address, empty: the key of what to say with nothing to show}
    constructor(root, options) {
      this.root = root;
      this.options = options;
      this.lastDrawMs = 0;
      this.drawn = -1; // the frame on the screen
      this.#build();
      player.watchPage(root, () => this.refresh());
      player.hearKeys(this);
      if (this.dial && options.linked) {
        const follow = () => this.dial.follow(player.readWanted(location.search));
        window.addEventListener("popstate", follow);
        follow();
      }
    }

    // Shows what a value names, see `Opening`.
    open(value) {
      return this.opening.open(value);
    }

    pause() {
      this.playing.pause();
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
      this.speaker.say(() => view.spoken, this.playing.on);
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
      if (step !== undefined) this.playing.step(step);
      else if (name === " ") this.playing.toggle();
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

    #showTimeline(dark) {
      const { pack, energies, state, cnn } = this.view;
      this.timeline.root.hidden = pack.frames.length < 2;
      const votes = Array.from(energies.votes(state.side));
      this.timeline.show(pack, this.view.lines(dark), votes, this.decimals, cnn.name);
    }

    #build() {
      this.message = new player.Message();
      this.opening = new player.Opening(this);
      this.choosing = new player.Choosing(this);
      this.concepts = new player.Concepts(this.choosing);
      const row = el("div", { class: "tiles" });
      this.dial = this.options.dial && new player.Dial(this, this.options.dial);
      this.numbers = new player.Numbers(this);
      this.tiles = new player.Tiles(row, (concept) => this.numbers.open(concept));
      const seek = (frame) => this.playing.step(frame);
      this.transport = new player.Transport({
        step: (by) => seek(this.view.state.frame + by),
        play: () => this.playing.toggle(),
        seek,
      });
      this.playing = new player.Playing(this);
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
