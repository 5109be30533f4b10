// Eq. 2 in the browser: the largest s×s window sum of every map, where it lies, and its mean over the clip.
(function (player) {
  "use strict";

  const STEP = 1 << 20; // map cells summed between two looks at the clock: some 5 ms

  class Energies {
    constructor(pack) {
      this.pack = pack;
      this.known = new Map();
    }

    // Energies of one concept over the clip and the window's upper left cell: {energy, row, col}, each [N].
    // At the analysis' own window they are the stored ones, bit for bit; other windows need the concept's maps.
    series(sideName, concept, s) {
      return this.#once(`series ${sideName} ${concept} ${s}`, () => {
        const side = this.pack.sides.get(sideName);
        return s === this.pack.window || !side.mapped
          ? this.#stored(side, concept)
          : this.#summed(side, concept, s);
      });
    }

    #stored(side, concept) {
      const found = emptySeries(this.pack.frames.length);
      const concepts = this.pack.concepts.length;
      for (let frame = 0; frame < found.energy.length; frame++) {
        const at = frame * concepts + concept;
        found.energy[frame] = side.energies[at];
        found.row[frame] = side.windows[2 * at];
        found.col[frame] = side.windows[2 * at + 1];
      }
      return found;
    }

    #summed(side, concept, s) {
      const found = emptySeries(this.pack.frames.length);
      const [h, w] = this.pack.mapSize;
      const maps = this.pack.maps.of(side.name, concept);
      for (let frame = 0; frame < found.energy.length; frame++) {
        const best = largestWindow(maps, frame * h * w, h, w, s);
        found.energy[frame] = best.sum * side.mapUnit;
        found.row[frame] = best.row;
        found.col[frame] = best.col;
      }
      return found;
    }

    // Whether the mean energies with windows of side s can be summed from what is here.
    summable(sideName, s) {
      const { mapped } = this.pack.sides.get(sideName);
      return s === this.pack.window || !mapped || this.pack.maps.complete;
    }

    // Mean energy of every concept over the clip (Eq. 2), Float64 [C], or null while it is being summed or
    // maps are missing. whenReady is called once it is summed, unless it was known at once.
    means(sideName, s, whenReady) {
      if (!this.summable(sideName, s)) return null;
      const key = `means ${sideName} ${s}`;
      if (!this.known.has(key)) this.#sumMeans(key, sideName, s, whenReady);
      return this.known.get(key).means;
    }

    #sumMeans(key, sideName, s, whenReady) {
      const entry = { means: null };
      this.known.set(key, entry);
      const side = this.pack.sides.get(sideName);
      const steps = meanSteps(this.pack, side, side.mapped ? s : this.pack.window);
      const go = (late) => {
        const { done, value } = steps.next();
        if (!done) return void setTimeout(go, 0, true);
        entry.means = value;
        if (late) whenReady?.();
      };
      go(false);
    }

    // The concepts by falling mean energy, Uint16/32 indices, or null while unknown.
    ranking(sideName, s, whenReady) {
      const means = this.means(sideName, s, whenReady);
      return (
        means &&
        this.#once(`ranking ${sideName} ${s}`, () =>
          Array.from(means.keys()).sort((a, b) => means[b] - means[a] || a - b),
        )
      );
    }

    // The CNN's class of each frame: the concept of the highest score among all C, Uint32 [N].
    votes(sideName) {
      return this.#once(`votes ${sideName}`, () => {
        const { scores } = this.pack.sides.get(sideName);
        const concepts = this.pack.concepts.length;
        return Uint32Array.from(this.pack.frames, (_, frame) => {
          let best = 0;
          for (let c = 1; c < concepts; c++)
            if (scores[frame * concepts + c] > scores[frame * concepts + best]) best = c;
          return best;
        });
      });
    }

    #once(key, compute) {
      if (!this.known.has(key)) this.known.set(key, compute());
      return this.known.get(key);
    }
  }

  function emptySeries(frames) {
    return { energy: new Float32Array(frames), row: new Uint8Array(frames), col: new Uint8Array(frames) };
  }

  function* meanSteps(pack, side, s) {
    const [h, w] = pack.mapSize;
    const concepts = pack.concepts.length;
    const frames = pack.frames.length;
    const means = new Float64Array(concepts);
    let cells = 0;
    for (let concept = 0; concept < concepts; concept++) {
      const maps = s === pack.window ? null : pack.maps.of(side.name, concept);
      for (let frame = 0; frame < frames; frame++)
        means[concept] += maps
          ? largestWindow(maps, frame * h * w, h, w, s).sum * side.mapUnit
          : side.energies[frame * concepts + concept];
      if (maps && (cells += frames * h * w) >= STEP) {
        cells = 0;
        yield;
      }
    }
    return means.map((sum) => sum / frames);
  }

  let rows = new Float64Array(0); // sums along the rows of one map, made anew for a larger one
  const best = { sum: 0, row: 0, col: 0 }; // one record for all calls: millions of them make garbage

  // The largest s×s sum of the map at maps[at …]; of equal ones the first, row by row. Sums of the stored
  // integers are exact, and rows first, columns second costs 2·h·w additions whatever s is.
  function largestWindow(maps, at, h, w, s) {
    const wide = w - s + 1;
    if (rows.length < h * wide) rows = new Float64Array(h * wide);
    for (let i = 0; i < h; i++) {
      let sum = 0;
      for (let j = 0; j < w; j++) {
        sum += maps[at + i * w + j];
        if (j >= s) sum -= maps[at + i * w + j - s];
        if (j >= s - 1) rows[i * wide + j - s + 1] = sum;
      }
    }
    best.sum = -1;
    for (let j = 0; j < wide; j++) {
      let sum = 0;
      for (let i = 0; i < h; i++) {
        sum += rows[i * wide + j];
        if (i >= s) sum -= rows[(i - s) * wide + j];
        const row = i - s + 1;
        if (row >= 0 && (sum > best.sum || (sum === best.sum && row < best.row))) {
          best.sum = sum;
          best.row = row;
          best.col = j;
        }
      }
    }
    return best;
  }

  Object.assign(player, { Energies, largestWindow });
})((globalThis.AttentionPlayer ??= {}));
