// Maps by another method or at another layer, which no method of the paper uses: computed by the server when a
// person asks, and shown in place of the paper's.
(function (player) {
  "use strict";

  const { el, freshId, say } = player;
  const PAPERS = { method: "Grad-CAM", layer: "" };
  const LAST = attentionWords.say("player.othermaps.last");

  class OtherMaps {
    // owner: the player
    constructor(owner) {
      this.owner = owner;
      const choose = () => this.#choose();
      const row = (text, select) => {
        select.id = freshId("maps");
        return el("p", {}, el("label", { for: select.id }, text), select);
      };
      this.method = el("select", { onchange: choose }, el("option", {}, PAPERS.method));
      this.layer = el("select", { onchange: choose }, el("option", { value: "" }, LAST));
      this.said = el("p", { class: "hint", role: "status" });
      this.summary = el("summary", {}, PAPERS.method);
      this.back = el("button", { type: "button", onclick: () => this.#usual() }, attentionWords.say("player.othermaps.back"));
      this.panel = el(
        "details",
        { ontoggle: () => this.panel.open && this.#opened(), onkeydown: (event) => this.#hear(event) },
        this.summary,
        el("div", { class: "panel" }, row(attentionWords.say("player.othermaps.method"), this.method), row(attentionWords.say("player.othermaps.layer"), this.layer), this.said, this.back),
      );
      this.root = el("div", { class: "control other-maps" }, el("span", { class: "name" }, attentionWords.say("player.othermaps.maps")), this.panel);
      this.mark = el("p", { class: "not-used", hidden: true });
    }

    get isUsual() {
      return this.method.value === PAPERS.method && this.layer.value === PAPERS.layer;
    }

    // A pack was opened; same: the same clip through the same model, changed.
    renew(same) {
      this.found = this.asked = null;
      if (same) return;
      this.offered = null;
      this.#put(PAPERS);
      this.panel.open = false;
    }

    // What is to be seen under the current settings: a View of these maps, or the paper's until they are here.
    viewOf(paper) {
      const view = this.#fits(paper) ? this.found.view : paper;
      const usual = view === paper;
      const name = usual ? PAPERS.method : nameOf(this.found);
      say(this.summary, name);
      const method = { method: name };
      this.summary.setAttribute(
        "aria-label",
        usual ? attentionWords.say("player.othermaps.label_usual", method) : attentionWords.say("player.othermaps.label", method),
      );
      this.mark.hidden = usual;
      say(this.mark, usual ? "" : attentionWords.say("player.othermaps.unused", method));
      this.back.disabled = this.isUsual;
      return view;
    }

    // Has the maps of what is shown computed, where they are wanted and not here.
    want({ pack, state, wanted }) {
      const [method, layer] = [this.method.value, this.layer.value];
      const asked = { method, layer, side: state.side, concepts: wanted };
      const key = JSON.stringify([asked, pack.clip]);
      const here = this.found?.side === state.side && wanted.every((concept) => this.found.concepts.includes(concept));
      if (this.isUsual || !wanted.length || here || key === this.asked) return;
      this.asked = key;
      say(this.said, attentionWords.say("player.othermaps.computing"));
      this.owner.options.ask({ maps: asked });
    }

    // Takes what can be chosen: {methods: [{name, hint}], layers: [{name, size}]}.
    offer({ methods, layers }) {
      this.offered = { methods, layers };
      const { method, layer } = { method: this.method.value, layer: this.layer.value };
      this.method.replaceChildren(...methods.map(({ name, hint }) => el("option", { value: name, title: hint }, name)));
      const sizes = (size) => (this.owner.paper.pack.frame === "whole" ? "" : ` (${size.join("×")})`);
      this.layer.replaceChildren(
        el("option", { value: "" }, LAST),
        ...layers.toReversed().map(({ name, size }) => el("option", { value: name }, `${name}${sizes(size)}`)),
      );
      this.#put({ method, layer });
    }

    // Takes maps of the server: {file, method, layer, side, concepts, map_size, unit, computed}.
    async take({ file, ...maps }) {
      const { pack, state } = this.owner.paper;
      if (maps.method !== this.method.value || maps.layer !== this.layer.value) return;
      try {
        const cells = new Uint16Array(await player.fetchBytes(file.url, 0, file.size, { whole: true }));
        if (pack !== this.owner.paper.pack) return;
        this.found = { ...maps, of: pack, view: new player.View(withMaps(pack, maps, cells), state) };
        say(this.said, this.#hint(maps, pack));
        this.owner.refresh();
      } catch {
        this.say(attentionWords.say("player.othermaps.failed"));
      }
    }

    // Says why there are no such maps; those of before stay.
    say(trouble) {
      say(this.said, trouble);
    }

    // What was asked for is not coming.
    stop() {
      this.#put(this.found ?? PAPERS);
      say(this.said, "");
    }

    #fits({ pack, state }) {
      const { found } = this;
      return !this.isUsual && found?.of === pack && found.side === state.side;
    }

    #hint({ method, computed }, { frames }) {
      const hint = this.offered?.methods.find(({ name }) => name === method)?.hint ?? "";
      const few = attentionWords.say("player.othermaps.few", { computed, frames: frames.length });
      return computed < frames.length ? `${hint} ${few}` : hint;
    }

    #opened() {
      if (!this.offered) {
        say(this.said, attentionWords.say("player.othermaps.asking"));
        this.owner.options.ask({ maps: { open: true, side: this.owner.view.state.side } });
      }
    }

    #choose() {
      this.asked = null;
      if (this.isUsual) say(this.said, "");
      if (this.found && (this.found.method !== this.method.value || this.found.layer !== this.layer.value)) this.found = null;
      this.owner.refresh();
    }

    #usual() {
      this.#put(PAPERS);
      this.#choose();
      this.panel.open = false;
      this.summary.focus();
    }

    #put({ method, layer }) {
      this.method.value = method;
      this.layer.value = layer;
    }

    #hear(event) {
      if (event.key !== "Escape" || !this.panel.open) return;
      this.panel.open = false;
      this.summary.focus();
      event.stopPropagation();
    }
  }

  const nameOf = ({ method, layer }) => (layer ? attentionWords.say("player.othermaps.at", { method, layer }) : method);

  // A pack that shows these maps instead of its own; cells: Uint16 [C', N, h, w].
  function withMaps(pack, { method, layer, side, concepts, map_size: mapSize, unit }, cells) {
    const [h, w] = mapSize;
    const frames = pack.frames.length;
    const length = frames * h * w;
    const of = (name, concept) => {
      const place = name === side ? concepts.indexOf(concept) : -1;
      return place < 0 ? null : cells.subarray(place * length, (place + 1) * length);
    };
    const energies = new Float32Array(frames * pack.concepts.length);
    const windows = new Uint8Array(2 * energies.length);
    for (const concept of concepts)
      for (let frame = 0; frame < frames; frame++) {
        const best = player.largestWindow(of(side, concept), frame * h * w, h, w, pack.window);
        const at = frame * pack.concepts.length + concept;
        energies[at] = best.sum * unit;
        [windows[2 * at], windows[2 * at + 1]] = [best.row, best.col];
      }
    const none = () => null;
    const maps = { of, has: (concept) => concepts.includes(concept), complete: true, fetch: none, fetchAll: none };
    const own = { ...pack.sides.get(side), energies, windows, netEnergies: null, mapped: true, mapUnit: unit };
    return { ...pack, maps, mapSize, others: nameOf({ method, layer }), sides: new Map(pack.sides).set(side, own) };
  }

  Object.assign(player, { OtherMaps });
})((globalThis.AttentionPlayer ??= {}));
