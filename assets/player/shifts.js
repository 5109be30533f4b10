// The shift dial on a canvas: the formulas of attention/probe/shift, within 3 of 255 levels. Pixels are the RGBA of ImageData; each shift returns new ones. Compression is the server's alone.
(function shifts(player) {
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
    const gain = warm.map((v) => v / luma / 255);
    const lift = [0.3, 0.7667, 1].map((v) => 0.06 * value * v);
    const out = new Uint8ClampedArray(pixels);
    for (let i = 0; i < pixels.length; i += 4) {
      const grey = k * (0.299 * pixels[i] + 0.587 * pixels[i + 1] + 0.114 * pixels[i + 2]);
      for (let c = 0; c < 3; c++) {
        const lit = Math.min(1, (grey + pixels[i + c] * (1 - k)) * gain[c]);
        out[i + c] = 255 * (lit + lift[c] * (1 - lit));
      }
    }
    return out;
  }

  // Kernels are symmetric: the weight of the middle, then of both its neighbours, and so on.
  function gaussian(sigma) {
    const weights = Array.from({ length: Math.ceil(3 * sigma) + 1 }, (_, i) =>
      sigma > 0 ? Math.exp(-(i ** 2) / (2 * sigma ** 2)) : 1,
    );
    const sum = 2 * weights.reduce((a, b) => a + b) - weights[0];
    return weights.map((w) => w / sum);
  }

  function streak(length) {
    const half = (1 + length) / 2;
    return Array.from({ length: Math.ceil(half - 0.5) + 1 }, (_, k) => (Math.min(k + 0.5, half) - Math.max(k - 0.5, -half)) / (1 + length));
  }

  // What lies beyond the frame is its edge.
  function across(values, w, h, kernel) {
    const out = new Float32Array(values.length);
    const row = 4 * w, before = 4 * (kernel.length - 1);
    const line = new Float32Array(row + 2 * before);
    for (let y = 0; y < h; y++) {
      const to = y * row;
      line.set(values.subarray(to, to + row), before);
      for (let i = 0; i < before; i++) {
        line[i] = values[to + (i & 3)];
        line[before + row + i] = values[to + row - 4 + (i & 3)];
      }
      for (let i = 0; i < row; i++) {
        let sum = kernel[0] * line[before + i];
        for (let k = 1; k < kernel.length; k++) sum += kernel[k] * (line[before + i - 4 * k] + line[before + i + 4 * k]);
        out[to + i] = sum;
      }
    }
    return out;
  }

  function down(values, w, h, kernel) {
    const out = new Float32Array(values.length);
    const row = 4 * w;
    for (let y = 0; y < h; y++)
      for (let k = 0; k < kernel.length; k++) {
        const to = y * row, above = clamp(y - k, 0, h - 1) * row, below = clamp(y + k, 0, h - 1) * row;
        const weight = k ? kernel[k] : kernel[k] / 2;
        for (let i = 0; i < row; i++) out[to + i] += weight * (values[above + i] + values[below + i]);
      }
    return out;
  }

  const motionBlur = ({ pixels, w, h }, value) => new Uint8ClampedArray(across(pixels, w, h, streak(value * line(w, h))));

  function blur({ pixels, w, h }, value) {
    const kernel = gaussian(value * line(w, h));
    return new Uint8ClampedArray(down(across(pixels, w, h, kernel), w, h, kernel));
  }

  function shrink({ pixels, w, h }, value) {
    // of each column or row: where it comes from
    const places = (length, move) =>
      Float64Array.from({ length }, (_, i) => {
        const c = (length - 1) / 2;
        return clamp(c + (i - c - move * length) * (1 + value), 0, length - 1);
      });
    const [columns, rows] = [places(w, 0.27 * value), places(h, 0)];
    const out = new_(w, h);
    for (let y = 0, to = 0; y < h; y++) {
      const y0 = Math.floor(rows[y]), v = rows[y] - y0;
      const upper = 4 * y0 * w, lower = 4 * Math.min(y0 + 1, h - 1) * w;
      for (let x = 0; x < w; x++, to += 4) {
        const x0 = Math.floor(columns[x]), u = columns[x] - x0;
        const left = 4 * x0, right = 4 * Math.min(x0 + 1, w - 1);
        for (let c = 0; c < 3; c++) {
          const above = pixels[upper + left + c] * (1 - u) + pixels[upper + right + c] * u;
          const below = pixels[lower + left + c] * (1 - u) + pixels[lower + right + c] * u;
          out[to + c] = above * (1 - v) + below * v;
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

  // Noise of standard deviation 1, a value for each cell and channel; the latest is kept, as it is the same
  // whatever its strength.
  let grain = { of: "" };
  function grainOf(across, tall, frame, seed) {
    const of = [across, tall, frame, seed].join();
    if (grain.of === of) return grain.field;
    const field = new Float32Array(3 * across * tall);
    const own = Math.imul(frame, 0xc2b2ae3d) + Math.imul(seed, 0x165667b1);
    for (let y = 0, at = 0; y < tall; y++)
      for (let x = 0; x < across; x++, at += 3) {
        const here = Math.imul(x, 0x9e3779b1) + Math.imul(y, 0x85ebca77) + own;
        const shared = 0.75 * normal(here | 0);
        for (let c = 0; c < 3; c++) field[at + c] = shared + 0.66 * normal((here + Math.imul(c + 1, 0x27d4eb2f)) | 0);
      }
    grain = { of, field };
    return field;
  }

  function noise({ pixels, w, h, frame, seed }, value) {
    const cell = Math.max(1, Math.floor(line(w, h) + 0.5));
    const wide = Math.ceil(w / cell);
    const field = grainOf(wide, Math.ceil(h / cell), frame, seed);
    const out = new Uint8ClampedArray(pixels);
    for (let y = 0, at = 0; y < h; y++)
      for (let x = 0; x < w; x++, at += 4) {
        const from = 3 * (Math.floor(y / cell) * wide + Math.floor(x / cell));
        for (let c = 0; c < 3; c++) out[at + c] = pixels[at + c] + 255 * value * field[from + c];
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
  const shifted = (picture, values) => staged(picture)(values);

  // The same again and again: what comes before the first shift that is another is kept.
  function staged(picture) {
    let kept = []; // of each shift: {name, value, pixels}
    return (values) => {
      const names = Object.keys(SHIFTS).filter((name) => values[name] > 0);
      const changed = names.findIndex((name, at) => kept[at]?.name !== name || kept[at].value !== values[name]);
      kept = kept.slice(0, changed < 0 ? names.length : changed);
      for (const name of names.slice(kept.length)) {
        const pixels = SHIFTS[name]({ ...picture, pixels: kept.at(-1)?.pixels ?? picture.pixels }, values[name]);
        kept.push({ name, value: values[name], pixels });
      }
      return kept.at(-1)?.pixels ?? picture.pixels;
    };
  }

  // What a worker does: answers {picture (where it is another than before), values, boxes, brush} with pixels.
  function shifter() {
    let source, stages;
    return ({ picture, values, boxes, brush }) => {
      if (picture) [source, stages] = [picture, staged(picture)];
      const pixels = stages(values);
      return boxes.length ? player.hidden({ ...source, pixels }, boxes, brush) : pixels;
    };
  }

  Object.assign(player, { shifts, shifted, shifter, SHIFTS: Object.keys(SHIFTS) });
})((globalThis.AttentionPlayer ??= {}));
