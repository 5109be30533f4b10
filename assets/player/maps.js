// The maps of a pack: the first came with its beginning, the others are fetched when they are chosen.
(function (player) {
  "use strict";

  class Maps {
    // file: {url, size} · at: the byte where the blocks begin · shape: [C, S, N, h, w] · order: the concept
    // of each block · sides: the S names · buffer: the beginning of the file, or all of it.
    constructor(file, { at, shape, order, sides }, buffer) {
      this.file = file;
      this.at = at;
      this.sides = sides;
      this.cells = shape[2] * shape[3] * shape[4]; // of one concept as one side sees it
      this.length = 2 * shape[1] * this.cells; // bytes of a block
      this.places = new Map(order.map((concept, place) => [concept, place]));
      this.blocks = new Array(order.length).fill(null);
      this.coming = new Map(); // place, or "all" → the promise
      this.#keep(buffer, at, 0);
    }

    // Whether every map is here.
    get complete() {
      return !this.blocks.includes(null);
    }

    has(concept) {
      return this.blocks[this.places.get(concept)] !== null;
    }

    // The maps of a concept on one side, Uint16 [N·h·w], frame after frame; null where there are none yet.
    of(side, concept) {
      const block = this.blocks[this.places.get(concept)];
      const first = this.sides.indexOf(side) * this.cells;
      return block && first >= 0 ? block.subarray(first, first + this.cells) : null;
    }

    // Fetches the maps of one concept; a promise, or null when they are here or on their way.
    fetch(concept) {
      const place = this.places.get(concept);
      return this.has(concept) ? null : this.#once(place, place, place + 1);
    }

    // Fetches all that are missing in one go; a promise, or null when they are here or on their way.
    fetchAll(onProgress) {
      const place = this.blocks.indexOf(null);
      return place < 0 ? null : this.#once("all", place, this.blocks.length, onProgress);
    }

    #once(key, from, to, onProgress) {
      if (this.coming.has(key)) return null;
      const start = this.at + from * this.length;
      const coming = player
        .fetchBytes(this.file.url, start, this.at + to * this.length, { onProgress })
        .then((buffer) => this.#keep(buffer, 0, from))
        .finally(() => this.coming.delete(key));
      this.coming.set(key, coming);
      return coming;
    }

    // Keeps the whole blocks of a buffer, which begin at byte `at` with that of `place`.
    #keep(buffer, at, place) {
      for (; place < this.blocks.length && at + this.length <= buffer.byteLength; place++) {
        this.blocks[place] ??= numbers(buffer, at, this.length);
        at += this.length;
      }
    }
  }

  // A typed array can only look at an even place; what does not lie at one is copied.
  function numbers(buffer, at, length) {
    return at % 2 ? new Uint16Array(buffer.slice(at, at + length)) : new Uint16Array(buffer, at, length / 2);
  }

  // Fetches the maps that are to be drawn and are not here yet.
  class Supply {
    // on: {arrived(), failed(sentence, concept | null)}; null when the maps of all concepts were asked for.
    constructor(maps, names, on) {
      Object.assign(this, { maps, names, on });
    }

    // Has the maps of these concepts fetched.
    want(concepts) {
      for (const concept of concepts)
        this.#follow(
          this.maps?.fetch(concept),
          (why) => attentionWords.say("player.maps.failed_one", { concept: this.names[concept], why }),
          concept,
        );
    }

    // Has the maps of all concepts fetched.
    wantAll(onProgress) {
      this.#follow(
        this.maps?.fetchAll(onProgress),
        (why) => attentionWords.say("player.maps.failed_all", { why }),
        null,
      );
    }

    // The pack was closed: what still arrives is of no interest.
    close() {
      this.closed = true;
    }

    #follow(coming, sentence, concept) {
      coming?.then(
        () => this.closed || this.on.arrived(),
        (error) => this.closed || this.on.failed(sentence(why(error)), concept),
      );
    }
  }

  function why(error) {
    return error.status ? attentionWords.say("player.maps.gone") : attentionWords.say("player.maps.silent");
  }

  Object.assign(player, { Maps, Supply });
})((globalThis.AttentionPlayer ??= {}));
