// Hidden boxes on a canvas: the fill of attention/probe/hide.py, within 1 of 255 levels.
(function fill(player) {
  "use strict";

  const clamp = (v, low, high) => Math.min(high, Math.max(low, v));

  // The 4×4 means of a picture, [tile][channel]; a pixel in two tiles counts by its share in each.
  function tileMeans({ pixels, w, h }) {
    const sums = Array.from({ length: 16 }, () => [0, 0, 0]);
    const shares = (i, length) => {
      const from = Math.floor((4 * i) / length);
      const next = clamp((4 * (i + 1)) / length - (from + 1), 0, 1) / (4 / length);
      return [[from, 1 - next], [from + 1, next]].filter(([, share]) => share > 0);
    };
    for (let y = 0; y < h; y++)
      for (const [row, tall] of shares(y, h))
        for (let x = 0; x < w; x++)
          for (const [column, wide] of shares(x, w))
            for (let c = 0; c < 3; c++)
              sums[4 * row + column][c] += pixels[4 * (y * w + x) + c] * tall * wide;
    return sums.map((tile) => tile.map((sum) => (sum * 16) / (w * h)));
  }

  const CELLS = 16;

  // Whether a place (u, v) lies in a box [x0, y0, x1, y1]; with a brush, of 64 hexadecimal digits, whether it
  // lies in one of the box's 16×16 cells that are set.
  function covers([x0, y0, x1, y1], brush, u, v) {
    if (!(x0 <= u && u < x1 && y0 <= v && v < y1)) return false;
    if (!brush) return true;
    const cell = (at, low, high) => clamp(Math.floor(((at - low) / (high - low)) * CELLS), 0, CELLS - 1);
    const bit = CELLS * cell(v, y0, y1) + cell(u, x0, x1);
    return Boolean((parseInt(brush[bit >> 2], 16) >> (3 - (bit & 3))) & 1);
  }

  // picture with boxes, in shares of it, filled by its blurred mean; brush: the cells of each that are covered.
  function hidden(picture, boxes, brush = "") {
    const { pixels, w, h } = picture;
    const means = tileMeans(picture);
    const out = new Uint8ClampedArray(pixels);
    const tile = (i, length) => clamp(((i + 0.5) * 4) / length - 0.5, 0, 3);
    for (let y = 0; y < h; y++)
      for (let x = 0; x < w; x++) {
        const [u, v] = [(x + 0.5) / w, (y + 0.5) / h];
        if (!boxes.some((box) => covers(box, brush, u, v))) continue;
        const [j, i] = [tile(x, w), tile(y, h)];
        const [b, a] = [Math.floor(j), Math.floor(i)];
        const [d, e] = [Math.min(b + 1, 3), Math.min(a + 1, 3)];
        for (let c = 0; c < 3; c++) {
          const upper = means[4 * a + b][c] * (1 - j + b) + means[4 * a + d][c] * (j - b);
          const lower = means[4 * e + b][c] * (1 - j + b) + means[4 * e + d][c] * (j - b);
          out[4 * (y * w + x) + c] = upper * (1 - i + a) + lower * (i - a);
        }
      }
    return out;
  }

  Object.assign(player, { fill, hidden, covers });
})((globalThis.AttentionPlayer ??= {}));
