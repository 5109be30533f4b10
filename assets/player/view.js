// What is to be seen of a pack under the current settings: numbers and words, no page.
(function (player) {
  "use strict";

  const { decimalsFor, listed, written } = player;
  const LEVELS = 65535; // a stored map cell of this height equals the highest of its side

  class View {
    constructor(pack, state) {
      this.pack = pack;
      this.state = state;
      this.energies = new player.Energies(pack);
      this.places = new Map();
    }

    get side() {
      return this.pack.sides.get(this.state.side);
    }

    // The highest value of any map of this side: the top of the shared scale.
    get top() {
      return this.side.mapUnit * LEVELS;
    }

    // The CNN's own verdict on this side, as the analysis gave it.
    get cnn() {
      return this.pack.methods.find(
        (method) => method.side === this.state.side && method.name.endsWith("CNN"),
      );
    }

    // Figure 6 shows the truth beside the CNN's wrong choice: {possible, reason}.
    get figure6() {
      const { pack, cnn } = this;
      if (pack.truth < 0)
        return { possible: false, reason: attentionWords.say("player.view.no_truth") };
      if (cnn.prediction === pack.truth)
        return { possible: false, reason: attentionWords.say("player.view.cnn_right", { cnn: cnn.name }) };
      return { possible: true, reason: "" };
    }

    // The figure that is drawn: "2" where "6" is wished for and not possible.
    get figure() {
      return this.figure6.possible ? this.state.view : "2";
    }

    // The concepts that have a tile, in order: those wanted whose maps are here.
    get concepts() {
      const { maps } = this.pack;
      return this.wanted.filter((concept) => !maps || maps.has(concept));
    }

    // UnAtt on this side, which looks where its energies lie; undefined where there is none.
    get attention() {
      const { pack, state } = this;
      return pack.methods.find(({ name, side }) => side === state.side && name.endsWith("UnAtt"));
    }

    // The concepts that are to have a tile.
    get wanted() {
      if (this.state.present) return this.presented;
      if (this.figure === "6") return [this.pack.truth, this.cnn.prediction];
      return this.state.shown.filter((concept) => !this.state.off.includes(concept));
    }

    // What is shown to a room: the concept chosen for it, or what attention and the vote say.
    get presented() {
      const { alone } = this.state;
      if (Number.isInteger(alone)) return [alone];
      const said = [this.attention, this.cnn].filter(Boolean).map(({ prediction }) => prediction);
      return [...new Set(said)];
    }

    // Concept → "truth" or "wrong", for those that are one; before a room else whose choice it is, "attention",
    // "vote" or "both".
    get marks() {
      const marks = this.state.present ? this.#choices : new Map();
      if (this.pack.truth < 0) return marks;
      if (this.cnn.prediction !== this.pack.truth) marks.set(this.cnn.prediction, "wrong");
      return marks.set(this.pack.truth, "truth");
    }

    get #choices() {
      const { attention, cnn } = this;
      if (!attention) return new Map([[cnn.prediction, "vote"]]);
      if (attention.prediction === cnn.prediction) return new Map([[cnn.prediction, "both"]]);
      return new Map([[attention.prediction, "attention"], [cnn.prediction, "vote"]]);
    }

    series(concept) {
      return this.energies.series(this.state.side, concept, this.state.s);
    }

    // A concept's line has the look of its place among the pack's, as on the cards and under Compare; any
    // other concept keeps the first look nobody has while it is shown.
    line(concept, dark) {
      const present = new Set([...this.state.shown, ...this.concepts]);
      for (const known of this.places.keys()) if (!present.has(known)) this.places.delete(known);
      const place = this.pack.looks.indexOf(concept);
      if (place >= 0) this.places.set(concept, place);
      if (!this.places.has(concept)) {
        const taken = new Set([...this.pack.looks.keys(), ...this.places.values()]);
        const free = player.LINES.findIndex((_, place) => !taken.has(place));
        this.places.set(concept, free < 0 ? taken.size % player.LINES.length : free);
      }
      const { light, dark: pale, dash, mark } = player.LINES[this.places.get(concept)];
      return { colour: dark ? pale : light, dash, mark };
    }

    // What the timeline draws: {concept, name, colour, dash, mark, values} of every shown concept.
    lines(dark) {
      return this.concepts.map((concept) => ({
        concept,
        name: this.pack.concepts[concept],
        ...this.line(concept, dark),
        values: Array.from(this.series(concept).energy),
      }));
    }

    // The highest energy of the shown concepts over the clip.
    get highestEnergy() {
      return Math.max(
        0,
        ...this.concepts.map((concept) => this.series(concept).energy.reduce((a, b) => Math.max(a, b), 0)),
      );
    }

    // Everything a tile shows of one concept in the current frame.
    tile(concept, highest) {
      const { pack, side, state } = this;
      const found = this.at(concept);
      const decimals = decimalsFor(highest);
      const energy = written(found.energy, decimals);
      return {
        over: this.over(concept, found),
        energy,
        note: attentionWords.say("player.tiles.score", {
          score: written(side.scores[state.frame * pack.concepts.length + concept], 2),
        }),
        share: highest > 0 ? Math.max(0, Math.min(1, found.energy / highest)) : 0,
        equation: player.equation(pack, side, concept, state.frame, state.s, found, decimals),
        label: attentionWords.say("player.tiles.label", {
          concept: this.#spokenConcept(concept),
          frame: this.time.spoken,
          energy,
          row: found.row + 1,
          column: found.col + 1,
        }),
      };
    }

    #spokenConcept(concept) {
      const mark = this.marks.get(concept);
      const name = { concept: this.pack.concepts[concept] };
      if (mark === "truth") return attentionWords.say("player.tiles.truth_spoken", name);
      return mark === "wrong" ? attentionWords.say("player.tiles.vote_spoken", name) : name.concept;
    }

    at(concept) {
      const { energy, row, col } = this.series(concept);
      const { frame } = this.state;
      return { energy: energy[frame], row: row[frame], col: col[frame] };
    }

    over(concept, { energy, row, col }) {
      const { pack, side, state } = this;
      const [h, w] = pack.mapSize;
      const at = state.frame * h * w;
      const maps = pack.maps?.of(side.name, concept) ?? null;
      return {
        maps,
        at,
        mapSize: pack.mapSize,
        whole: pack.frame === "whole",
        top: !maps || state.scale === "shared" ? LEVELS : player.highest(maps, at, h * w),
        table: player.colourTable(state.map),
        opacity: state.opacity / 100,
        window: energy > 0 ? { row, col, s: state.s } : null, // an empty map has none
      };
    }

    // A row of the table: the current frame of one concept.
    row(concept) {
      const at = this.state.frame * this.pack.concepts.length + concept;
      return {
        name: this.pack.concepts[concept],
        ...this.at(concept),
        s: this.state.s,
        net: this.side.netEnergies ? this.side.netEnergies[at] : null,
        score: this.side.scores[at],
      };
    }

    // The current frame in words: {name, at, short, spoken}.
    get time() {
      return this.timeOf(this.state.frame);
    }

    timeOf(frame) {
      const { frames, seconds } = this.pack;
      const at = `${seconds[frame].toFixed(2)} s`;
      if (frames.length === 1) {
        const spoken = attentionWords.say("player.view.one_picture");
        return { name: attentionWords.say("player.view.picture"), at: "", short: spoken, spoken };
      }
      return {
        name: attentionWords.say("player.view.frame", { frame: frame + 1 }),
        at,
        short: `${frame + 1} / ${frames.length} · ${at}`,
        spoken: attentionWords.say("player.view.frame_of", { frame: frame + 1, frames: frames.length, seconds: at }),
      };
    }

    // What a listener hears of the current frame.
    get spoken() {
      const decimals = decimalsFor(this.highestEnergy);
      const energies = this.concepts.map(
        (concept) => `${this.pack.concepts[concept]} ${written(this.at(concept).energy, decimals)}`,
      );
      return attentionWords.say("player.view.spoken", {
        frame: this.time.spoken,
        energies: listed(energies) || attentionWords.say("player.view.none"),
      });
    }

    // What attention says with these windows; see verdict.js.
    verdict(whenReady) {
      return player.verdictOf(this, whenReady);
    }
  }

  Object.assign(player, { View });
})((globalThis.AttentionPlayer ??= {}));
