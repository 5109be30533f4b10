// What a brush has painted on a frame: cells of a fine grid, and the box around them with its 16×16 cells.
(function (player) {
  "use strict";

  const FINE = 96; // cells of the frame, in each direction
  const CELLS = 16; // of the box, as attention/probe/hide.py reads them
  const RADIUS = 0.07; // of the brush, in shares of the frame's height

  class Painted {
    // aspect: the frame's width ÷ its height · box, brush: what is painted already, if anything.
    constructor(aspect, box, brush) {
      this.aspect = aspect;
      this.cells = new Uint8Array(FINE * FINE);
      if (box) this.#set((u, v) => player.covers(box, brush, u, v));
    }

    // Paints from where the brush was to a place [x, y] in shares of the frame.
    stroke([x, y]) {
      const [fromX, fromY] = this.last ?? [x, y];
      this.last = [x, y];
      const [dx, dy] = [(x - fromX) * this.aspect, y - fromY];
      const length = dx * dx + dy * dy;
      this.#set((u, v) => {
        const [px, py] = [(u - fromX) * this.aspect, v - fromY];
        const along = length ? Math.min(1, Math.max(0, (px * dx + py * dy) / length)) : 0;
        return Math.hypot(px - along * dx, py - along * dy) <= RADIUS;
      });
    }

    // The box around all that is painted, in shares of the frame.
    get box() {
      const painted = [...this.cells.keys()].filter((cell) => this.cells[cell]);
      const columns = painted.map((cell) => cell % FINE);
      const rows = painted.map((cell) => Math.floor(cell / FINE));
      const [x0, y0] = [Math.min(...columns), Math.min(...rows)];
      return [x0, y0, Math.max(...columns) + 1, Math.max(...rows) + 1].map((at) => at / FINE);
    }

    // The cells of the box that are painted: 64 hexadecimal digits, row by row, the highest bit first.
    get digits() {
      const [x0, y0, x1, y1] = this.box;
      const fine = (cell, low, high) => Math.floor((low + ((cell + 0.5) / CELLS) * (high - low)) * FINE);
      const bit = (at) => this.cells[FINE * fine(Math.floor(at / CELLS), y0, y1) + fine(at % CELLS, x0, x1)];
      const digit = (_, at) => (8 * bit(4 * at) + 4 * bit(4 * at + 1) + 2 * bit(4 * at + 2) + bit(4 * at + 3)).toString(16);
      return Array.from({ length: (CELLS * CELLS) / 4 }, digit).join("");
    }

    #set(covered) {
      for (let cell = 0; cell < this.cells.length; cell++)
        if (covered(((cell % FINE) + 0.5) / FINE, (Math.floor(cell / FINE) + 0.5) / FINE)) this.cells[cell] = 1;
    }
  }

  Object.assign(player, { Painted });
})((globalThis.AttentionPlayer ??= {}));
