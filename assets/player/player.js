// The player: opens a pack, keeps the settings, and draws a frame whenever one of them changes.
(function (player) {
  "use strict";

  const { el, say } = player;
  const KEYS = [["← →", "frame"], ["Home End", "first, last"], ["space", "play"], ["1 – 8", "show or hide a concept"]];

  const RIGHT = { true: " ✓ right", false: " ✗ wrong" };

  class Player {
    // options: {linked: keep the state in the address, empty: what to say with nothing to show}
    constructor(root, options) {
      this.root = root;
      this.options = options;
      this.lastDrawMs = 0;
      this.drawn = -1; // the frame on the screen
      this.#build();
      this.#watchPage();
      player.hearKeys(this);
    }

    // Shows what `value` names: {pack: {url, size} | null, message, frame, concepts, link}, or nothing.
    async open(value) {
      this.loading?.abort();
      this.pause();
      const file = value?.pack;
      if (!file?.url) return this.#empty(value?.message || this.options.empty);
      if (file.url === this.url) return this.#ask(value);
      this.loading = new AbortController();
      const { signal } = this.loading;
      try {
        this.#tell("Fetching the analysis …");
        const buffer = await player.fetchPack(file.url, file.size, (sofar, total) => this.#progress(sofar, total), signal);
        if (signal.aborted) return;
        this.#start(player.readPack(buffer), value);
        this.url = file.url;
      } catch (error) {
        if (signal.aborted) return;
        const reason = error instanceof player.PackError ? error.message : "This analysis is broken or not whole: analyse the clip again.";
        this.#empty(reason, true);
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
      const known = concepts.filter((concept) => this.view?.pack.concepts[concept] !== undefined);
      if (this.view) this.set({ shown: [...new Set(known)].slice(0, player.MOST), off: [], view: "2" });
    }

    // Changes settings; only a new frame leaves everything but the drawing alone.
    set(change) {
      Object.assign(this.view.state, change);
      if (Object.keys(change).join() === "frame") this.draw();
      else this.refresh();
      this.#remember();
    }

    play() {
      if (this.timer) return this.pause();
      const { seconds } = this.view.pack;
      if (seconds.length < 2) return;
      if (this.view.state.frame === seconds.length - 1) this.set({ frame: 0 });
      const start = performance.now() - (seconds[this.view.state.frame] - seconds[0]) * 1000;
      const end = seconds.at(-1) + (seconds.at(-1) - seconds[0]) / (seconds.length - 1); // the last frame lasts too
      const tick = (now) => {
        const time = (now - start) / 1000 + seconds[0];
        if (time >= end || !this.root.isConnected) return this.pause();
        this.timer = requestAnimationFrame(tick);
        const frame = seconds.findLastIndex((at) => at <= time);
        if (frame >= 0 && frame !== this.view.state.frame) this.set({ frame });
      };
      this.timer = requestAnimationFrame(tick);
      this.transport.playing(true);
    }

    pause() {
      cancelAnimationFrame(this.timer);
      this.timer = null;
      this.transport.playing(false);
      if (this.view) this.#remember();
    }

    // Lays out everything that depends on more than the frame, then draws.
    refresh() {
      const { view } = this;
      if (!view || !this.root.clientWidth) return;
      const { pack, state } = view;
      const dark = this.root.closest(".dark") !== null;
      const lineOf = (concept) => view.line(concept, dark);
      const again = () => this.refresh();
      this.highest = view.highestEnergy;
      this.decimals = player.decimalsFor(this.highest);
      const verdict = view.verdict(again);
      this.concepts.show(pack, {
        ...state, lineOf, decimals: this.decimals,
        means: view.energies.means(state.side, state.s, again), ranking: view.energies.ranking(state.side, state.s, again),
      });
      this.tiles.arrange(pack, view.concepts, view.marks, lineOf, (concept) => state.shown.indexOf(concept) + 1);
      this.transport.show(pack.frames.length, view.timeOf(pack.frames.length - 1).short);
      this.#showTimeline(lineOf);
      this.verdict.replaceChildren(verdict.text, RIGHT[verdict.right] ? el("span", { class: `right-${verdict.right}` }, RIGHT[verdict.right]) : "");
      this.controls.show(pack, state, view.figure6, view.top);
      this.draw();
    }

    // Draws the current frame; one whose picture is not decoded yet is drawn as soon as it is.
    draw() {
      const { view } = this;
      const picture = this.pictures.get(view.state.frame);
      if (picture === undefined || !this.root.clientWidth) return;
      const start = performance.now();
      const { pack, state, time } = view;
      const said = `${view.cnn.name}: ${pack.concepts[view.energies.votes(state.side)[state.frame]]}`;
      this.tiles.draw(picture, (concept) => view.tile(concept, this.highest),
        { name: time.name, time: time.at, note: said, label: `The bare picture: ${time.spoken}. ${said}` });
      this.transport.at(state.frame, time);
      this.timeline.at(state.frame);
      this.table.show(time.spoken, view.concepts.map((concept) => view.row(concept)), this.decimals);
      this.speaker.say(() => view.spoken, Boolean(this.timer));
      this.lastDrawMs = performance.now() - start;
      if (this.drawn !== state.frame) {
        this.drawn = state.frame;
        this.root.dispatchEvent(new CustomEvent("attention:frame", { detail: { index: state.frame }, bubbles: true }));
      }
    }

    // Uses a key of the keyboard; says whether it did.
    key(name) {
      if (!this.view) return false;
      const { frame, shown } = this.view.state;
      const last = this.view.pack.frames.length - 1;
      const step = { ArrowLeft: frame - 1, ArrowRight: frame + 1, Home: 0, End: last }[name];
      if (step !== undefined) this.#step(step);
      else if (name === " ") this.play();
      else if (/^[1-9]$/.test(name) && shown[name - 1] !== undefined) this.#toggle(shown[name - 1]);
      else return false;
      return true;
    }

    #step(frame) {
      this.pause();
      this.seek(frame);
    }

    #toggle(concept) {
      const { off } = this.view.state;
      this.set({ view: "2", off: off.includes(concept) ? off.filter((other) => other !== concept) : [...off, concept] });
    }

    #start(pack, value) {
      this.pictures?.close();
      const state = { ...player.defaults(pack), ...this.#kept(this.before, pack) };
      this.view = this.before = new player.View(pack, state);
      this.pictures = new player.Pictures(pack, (frame) => {
        if (frame === this.view.state.frame) this.draw();
      });
      this.drawn = -1;
      this.concepts.clear();
      this.message.hidden = true;
      this.body.hidden = false;
      this.root.setAttribute("aria-label", `Heatmaps of ${pack.clip}`);
      this.#ask(value);
    }

    // What stays from before: the address at first; then the look, and everything for the same clip again.
    #kept(before, pack) {
      if (!before) return this.options.linked ? player.readAddress(location.search, pack) : {};
      const { opacity, map, scale } = before.state;
      const same = before.pack.clip === pack.clip && before.pack.frames.length === pack.frames.length &&
        String(before.pack.concepts) === String(pack.concepts) && pack.sides.has(before.state.side);
      return same ? before.state : { opacity, map, scale };
    }

    #ask({ frame, concepts, link }) {
      const { state, pack } = this.view;
      this.link = link ?? {};
      if (Number.isInteger(frame) && frame >= 0 && frame < pack.frames.length) state.frame = frame;
      if (concepts?.length) this.show(concepts);
      else this.refresh();
      if (link) this.#remember();
    }

    #showTimeline(lineOf) {
      const { view } = this;
      const { pack } = view;
      this.timeline.root.hidden = pack.frames.length < 2;
      const lines = view.concepts.map((concept) =>
        ({ name: pack.concepts[concept], ...lineOf(concept), values: Array.from(view.series(concept).energy) }));
      const voters = new Map(view.concepts.map((concept) => [concept, lineOf(concept)]));
      this.timeline.show(pack, lines, Array.from(view.energies.votes(view.state.side)), voters, this.decimals, view.cnn.name);
    }

    #remember() {
      clearTimeout(this.remembering);
      if (!this.options.linked || this.timer) return;
      this.remembering = setTimeout(() => {
        if (this.view) history.replaceState(history.state, "", this.#address());
      }, 250);
    }

    #address() {
      const { pack, state } = this.view;
      return location.pathname + player.writeAddress(location.search, pack, state, this.link) + location.hash;
    }

    async #copyLink() {
      const link = location.origin + this.#address();
      try {
        await navigator.clipboard.writeText(link);
        this.#answer(Object.values(this.link).includes(null) ? "Link copied; your own clip is not in it." : "Link copied.");
      } catch {
        this.#answer(link); // no clipboard without https: the person can copy it by hand
      }
    }

    #savePicture() {
      const { view } = this;
      const { pack, state } = view;
      const own = state.scale === "own";
      const tiles = view.concepts.map((concept) => {
        const { over, energy } = view.tile(concept, this.highest);
        return { name: pack.concepts[concept], energy: `E = ${energy}`, over, mark: view.marks.get(concept) };
      });
      const canvas = player.drawFigure(pack.size, this.pictures.get(state.frame), [{ name: "frame", energy: "", over: null }, ...tiles], {
        title: `${pack.clip}, ${view.time.spoken}`,
        note: `${pack.model}, ${state.side} CNN · energy: largest ${state.s}×${state.s} window sum · ${view.verdict().text}`,
        bar: { map: state.map, low: "0", high: own ? "each map's own maximum" : player.written(view.top, player.decimalsFor(view.top)) },
      });
      const clip = pack.clip.replace(/\.\w+$/, "").replace(/[^\p{L}\p{N}_-]+/gu, "-").slice(0, 60) || "clip";
      player.saveCanvas(canvas, `${clip}-figure${state.view}-frame${state.frame + 1}.png`);
      this.#answer("Picture saved.");
    }

    #answer(text) {
      say(this.answer, text);
      clearTimeout(this.answering);
      this.answering = setTimeout(() => say(this.answer, ""), 6000);
    }

    #build() {
      const set = (change) => this.set(change);
      this.message = el("div", { class: "message", role: "status" });
      this.concepts = new player.Concepts({
        toggle: (concept) => this.#toggle(concept),
        add: (concept) => set({ view: "2", shown: [...this.view.state.shown, concept] }),
        remove: (concept) => set({
          view: "2",
          shown: this.view.state.shown.filter((other) => other !== concept),
          off: this.view.state.off.filter((other) => other !== concept),
        }),
      });
      const row = el("div", { class: "tiles" });
      this.tiles = new player.Tiles(row);
      const seek = (frame) => this.#step(frame);
      this.transport = new player.Transport({ step: (by) => seek(this.view.state.frame + by), play: () => this.play(), seek });
      this.timeline = new player.Timeline(seek);
      this.verdict = el("p", { class: "finding", title: "the mean over the frames of each concept's energy; the highest wins (Eqs. 2 and 3)" });
      this.controls = new player.Controls(set);
      this.table = new player.FrameTable(() => this.draw());
      this.speaker = new player.Speaker();
      this.answer = el("span", { class: "answer", role: "status" });
      const keys = el("p", { class: "keys" }, ...KEYS.flatMap(([key, text]) => [el("kbd", {}, key), ` ${text} `]));
      const foot = el("div", { class: "foot" },
        el("button", { type: "button", onclick: () => this.#copyLink(), hidden: !this.options.linked }, "Copy link"),
        el("button", { type: "button", onclick: () => this.#savePicture() }, "Save picture"), this.answer, keys);
      this.body = el("div", { class: "body", hidden: true }, this.concepts.root, row, this.transport.root, this.timeline.root,
        this.verdict, this.controls.root, foot, this.table.root, this.speaker.root);
      this.root.setAttribute("role", "group");
      this.root.replaceChildren(this.message, this.body);
      this.#tell(this.options.empty);
    }

    // Room and colours are the page's: both are followed.
    #watchPage() {
      let width = 0;
      new ResizeObserver(() => {
        if (this.root.clientWidth === width) return;
        width = this.root.clientWidth;
        this.refresh();
      }).observe(this.root);
      const themes = new MutationObserver(() => this.refresh());
      for (const node of [document.documentElement, document.body]) themes.observe(node, { attributes: true, attributeFilter: ["class"] });
    }

    #empty(text, failed = false) {
      this.view = this.url = null;
      this.pictures?.close();
      this.body.hidden = true;
      this.#tell(text, failed);
    }

    #tell(text, failed = false) {
      // while a clip is replaced, the one before stays: nothing jumps
      this.message.hidden = false;
      this.message.classList.toggle("over", !this.body.hidden);
      this.message.classList.toggle("failed", failed);
      this.message.replaceChildren(el("p", {}, text));
    }

    #progress(sofar, total) {
      const megabytes = (bytes) => (bytes / 1e6).toFixed(1);
      this.message.replaceChildren(el("p", {}, `Fetching the analysis: ${megabytes(sofar)} of ${megabytes(total)} MB`),
        el("progress", { value: sofar, max: total }));
    }
  }

  // Makes `root` a player and returns it; it is root.player too.
  function mount(root, options = {}) {
    root.player = new Player(root, { linked: false, empty: "Choose a clip: its heatmaps appear here.", ...options });
    return root.player;
  }

  Object.assign(player, { mount });
})((globalThis.AttentionPlayer ??= {}));
