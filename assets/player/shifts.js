// The shift dial and hidden boxes on a canvas: the formulas of attention/probe/shift and hide.py, within 3 of 255
// levels. Pixels are the RGBA of ImageData; each shift returns new ones. Compression is the server's alone.
(function (player) {
  "use strict";

  const clamp = (v, low, high) => Math.min(high, Math.max(low, v));
  const line = (w, h) => Math.min(w, h) / 240;
  const new_ = (w, h) => new Uint8ClampedArray(4 * w * h).fill(255);

  // Each pixel by itself: value(level 0…255 of a channel).
  function byTable(pixels, level) {
    const table = Uint8ClampedArray.from({ length: 256 }, (_, v) => level(v));
    const out = new Uint8ClampedArray(pixels);
    for (let i = 0; i < out.length; i += 4)
      for (let c = i; c < i + 3; c++) out[c] = table[pixels[c]];
    return out;
  }

  const darkness = ({ pixels }, value) => byTable(pixels, (v) => v * (1 - value));
  const contrast = ({ pixels }, value) => byTable(pixels, (v) => (v - 102) * (1 - value) + 102);

  function cast({ pixels }, value) {
    const s = 0.275 * value, k = 0.425 * value;
    const warm = [1, 1 - (s * 25) / 60, 1 - s];
    const luma = 0.299 * warm[0] + 0.587 * warm[1] + 0.114 * warm[2];
    const gain = warm.map((v) => v / luma);
    const lift = [0.3, 0.7667, 1].map((v) => 0.06 * value * v);
    const out = new Uint8ClampedArray(pixels);
    for (let i = 0; i < pixels.length; i += 4) {
      const grey = 0.299 * pixels[i] + 0.587 * pixels[i + 1] + 0.114 * pixels[i + 2];
      for (let c = 0; c < 3; c++) {
        const lit = Math.min(1, ((grey * k + pixels[i + c] * (1 - k)) / 255) * gain[c]);
        out[i + c] = 255 * (lit + lift[c] * (1 - lit));
      }
    }
    return out;
  }

  function gaussian(sigma) {
    const reach = Math.ceil(3 * sigma);
    const weights = Array.from({ length: 2 * reach + 1 }, (_, i) =>
      sigma > 0 ? Math.exp(-((i - reach) ** 2) / (2 * sigma ** 2)) : 1,
    );
    const sum = weights.reduce((a, b) => a + b);
    return weights.map((w) => w / sum);
  }

  function streak(length) {
    const half = (1 + length) / 2, reach = Math.ceil(half - 0.5);
    return Array.from({ length: 2 * reach + 1 }, (_, i) => {
      const k = i - reach;
      return (Math.min(k + 0.5, half) - Math.max(k - 0.5, -half)) / (1 + length);
    });
  }

  // Along one axis; what lies beyond the frame is its edge.
  function along(values, w, h, kernel, down) {
    const out = new Float32Array(values.length);
    const reach = (kernel.length - 1) / 2, row = 4 * w;
    kernel.forEach((weight, k) => {
      const j = k - reach;
      for (let y = 0; y < h; y++) {
        const to = y * row;
        if (down) {
          const from = clamp(y + j, 0, h - 1) * row;
          for (let i = 0; i < row; i++) out[to + i] += weight * values[from + i];
          continue;
        }
        const [start, end] = [clamp(-j, 0, w), clamp(w - j, 0, w)]; // where x + j lies in the row
        for (let i = 4 * start; i < 4 * end; i++) out[to + i] += weight * values[to + i + 4 * j];
        const edge = j < 0 ? to : to + row - 4;
        const [first, last] = j < 0 ? [0, start] : [end, w];
        for (let i = 4 * first; i < 4 * last; i++) out[to + i] += weight * values[edge + (i % 4)];
      }
    });
    return out;
  }

  const motionBlur = ({ pixels, w, h }, value) =>
    new Uint8ClampedArray(along(pixels, w, h, streak(value * line(w, h)), false));

  function blur({ pixels, w, h }, value) {
    const kernel = gaussian(value * line(w, h));
    return new Uint8ClampedArray(along(along(pixels, w, h, kernel, false), w, h, kernel, true));
  }

  function shrink({ pixels, w, h }, value) {
    const source = (i, length, move) => {
      const c = (length - 1) / 2;
      return clamp(c + (i - c - move * length) * (1 + value), 0, length - 1);
    };
    const out = new_(w, h);
    for (let y = 0; y < h; y++) {
      const v = source(y, h, 0), y0 = Math.floor(v), y1 = Math.min(y0 + 1, h - 1);
      for (let x = 0; x < w; x++) {
        const u = source(x, w, 0.27 * value), x0 = Math.floor(u), x1 = Math.min(x0 + 1, w - 1);
        for (let c = 0; c < 3; c++) {
          const at = (row, column) => pixels[4 * (row * w + column) + c];
          const upper = at(y0, x0) * (1 - u + x0) + at(y0, x1) * (u - x0);
          const lower = at(y1, x0) * (1 - u + x0) + at(y1, x1) * (u - x0);
          out[4 * (y * w + x) + c] = upper * (1 - v + y0) + lower * (v - y0);
        }
      }
    }
    return out;
  }

  function mixed(n) {
    n ^= n >>> 16;
    n = Math.imul(n, 0x7feb352d);
    n ^= n >>> 15;
    n = Math.imul(n, 0x846ca68b);
    return (n ^ (n >>> 16)) >>> 0;
  }

  function normal(n) {
    const bits = mixed(n);
    const sum = (bits & 255) + ((bits >>> 8) & 255) + ((bits >>> 16) & 255) + (bits >>> 24);
    return (sum - 510) / Math.sqrt((4 * (256 ** 2 - 1)) / 12);
  }

  function noise({ pixels, w, h, frame, seed }, value) {
    const cell = Math.max(1, Math.floor(line(w, h) + 0.5));
    const own = Math.imul(frame, 0xc2b2ae3d) + Math.imul(seed, 0x165667b1);
    const out = new Uint8ClampedArray(pixels);
    for (let y = 0; y < h; y += cell)
      for (let x = 0; x < w; x += cell) {
        const here =
          Math.imul(x / cell, 0x9e3779b1) + Math.imul(y / cell, 0x85ebca77) + own;
        const z = [0, 1, 2, 3].map((k) => normal((here + Math.imul(k, 0x27d4eb2f)) | 0));
        for (let j = y; j < Math.min(h, y + cell); j++)
          for (let i = x; i < Math.min(w, x + cell); i++)
            for (let c = 0; c < 3; c++) {
              const at = 4 * (j * w + i) + c;
              out[at] = pixels[at] + 255 * value * (0.75 * z[0] + 0.66 * z[c + 1]);
            }
      }
    return out;
  }

  function occluder({ pixels, w, h, seed }, value) {
    const wide = value * w, gap = Math.min(0.06 * w, (w - wide) / 2);
    const left = mixed(seed) & 1 ? w - gap - wide : gap;
    const ramp = (distance) => clamp((distance * 45) / w + 0.5, 0, 1);
    const out = new Uint8ClampedArray(pixels);
    for (let x = 0; x < w; x++) {
      const cover = ramp(x + 0.5 - left) * ramp(left + wide - x - 0.5);
      const tone = 81.6 + 20.4 * ramp(x + 0.5 - left - 0.3 * wide);
      for (let y = 0; y < h; y++)
        for (let c = 0; c < 3; c++) {
          const at = 4 * (y * w + x) + c;
          out[at] = pixels[at] * (1 - cover) + tone * cover;
        }
    }
    return out;
  }

  // In the order in which they are applied.
  const SHIFTS = {
    "shrink and move": shrink,
    occluder,
    "motion blur": motionBlur,
    blur,
    "colour cast": cast,
    contrast,
    darkness,
    noise,
  };

  // picture: {pixels, w, h, frame (its index in the clip), seed} · values: {name: number}
  function shifted(picture, values) {
    return Object.keys(SHIFTS)
      .filter((name) => values[name] > 0)
      .reduce((pixels, name) => SHIFTS[name]({ ...picture, pixels }, values[name]), picture.pixels);
  }

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

  // picture with boxes [x0, y0, x1, y1], in shares of it, filled by its blurred mean.
  function hidden(picture, boxes) {
    const { pixels, w, h } = picture;
    const means = tileMeans(picture);
    const out = new Uint8ClampedArray(pixels);
    const tile = (i, length) => clamp(((i + 0.5) * 4) / length - 0.5, 0, 3);
    for (let y = 0; y < h; y++)
      for (let x = 0; x < w; x++) {
        const [u, v] = [(x + 0.5) / w, (y + 0.5) / h];
        if (!boxes.some(([x0, y0, x1, y1]) => x0 <= u && u < x1 && y0 <= v && v < y1)) continue;
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

  Object.assign(player, { shifted, hidden, SHIFTS: Object.keys(SHIFTS) });
})((globalThis.AttentionPlayer ??= {}));
