// The shifts of a picture, by the formulas of attention/probe/shift: what the dial shows before the server answers.
// A picture is {data: RGBA bytes, width, height}; a shift gives another one and leaves its own as it is.
(function (player) {
  "use strict";

  const LINES = 240; // a line is the shorter side divided by this
  const MOVE = 0.27;
  const MIDDLE = 0.4;
  const LUMA = [0.299, 0.587, 0.114];
  const [LOST_COLOUR, WARMTH, LIFT] = [0.425, 0.275, 0.06];
  const SHADOWS = [0.3, 0.7667, 1];
  const [TONE, SHADED, GAP, SOFT] = [102, 81.6, 0.06, 1 / 45];
  const [BY_COLUMN, BY_ROW, BY_FRAME, BY_COLOUR, BY_SEED] = [
    0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f, 0x165667b1,
  ];
  const SPREAD = Math.sqrt((4 * (256 ** 2 - 1)) / 12);
  const [GREY, FREE] = [0.75, 0.66];

  const cut = (value, least, most) => Math.min(most, Math.max(least, value));
  const line = ({ width, height }) => Math.min(width, height) / LINES;
  // a clamped byte array rounds halves to even; the formulas round them up
  const byte = (value) => Math.floor(cut(value, 0, 255) + 0.5);
  const like = ({ width, height, data }) => ({ width, height, data: new Uint8ClampedArray(data) });

  // compute(index of a pixel's red byte, column, row, bytes of the source, place to write)
  function everyPixel(picture, compute) {
    const made = like(picture);
    const { width, data } = picture;
    for (let at = 0, pixel = 0; at < data.length; at += 4, pixel++)
      compute(at, pixel % width, Math.floor(pixel / width), data, made.data);
    return made;
  }

  function byTable(picture, formula) {
    const table = Uint8Array.from({ length: 256 }, (_, level) => byte(255 * formula(level / 255)));
    return everyPixel(picture, (at, column, row, from, to) => {
      for (let colour = 0; colour < 3; colour++) to[at + colour] = table[from[at + colour]];
    });
  }

  // Where each pixel of an axis comes from, and between which two pixels that lies.
  function sources(length, scale, move) {
    const centre = (length - 1) / 2;
    return Array.from({ length }, (_, pixel) => {
      const at = cut(centre + (pixel - centre - move * length) * scale, 0, length - 1);
      const first = Math.floor(at);
      return { first, second: Math.min(first + 1, length - 1), share: at - first };
    });
  }

  function shrunk(picture, value) {
    const { width, height } = picture;
    const down = sources(height, 1 + value, 0);
    const across = sources(width, 1 + value, MOVE * value);
    return everyPixel(picture, (at, column, row, from, to) => {
      const [x, y] = [across[column], down[row]];
      for (let colour = 0; colour < 3; colour++) {
        const value = (i, j) => from[4 * (i * width + j) + colour];
        const above = value(y.first, x.first) * (1 - y.share) + value(y.second, x.first) * y.share;
        const beside = value(y.first, x.second) * (1 - y.share) + value(y.second, x.second) * y.share;
        to[at + colour] = byte(above * (1 - x.share) + beside * x.share);
      }
    });
  }

  function pillar(picture, value, { seed }) {
    const { width } = picture;
    const wide = value * width;
    const gap = Math.min(GAP * width, (width - wide) / 2);
    const left = mixed(seed) & 1 ? width - gap - wide : gap;
    const ramp = (distance) => cut(distance / (SOFT * width) + 0.5, 0, 1);
    const columns = Array.from({ length: width }, (_, column) => {
      const x = column + 0.5;
      const cover = ramp(x - left) * ramp(left + wide - x);
      return { cover, paint: cover * (SHADED + (TONE - SHADED) * ramp(x - left - 0.3 * wide)) };
    });
    return everyPixel(picture, (at, column, row, from, to) => {
      const { cover, paint } = columns[column];
      for (let colour = 0; colour < 3; colour++)
        to[at + colour] = byte(from[at + colour] * (1 - cover) + paint);
    });
  }

  function gaussian(sigma) {
    const reach = Math.ceil(3 * sigma);
    return summedToOne(Array.from({ length: 2 * reach + 1 }, (_, k) => Math.exp(-((k - reach) ** 2) / (2 * sigma ** 2))));
  }

  function streak(length) {
    const half = (1 + length) / 2;
    const reach = Math.ceil(half - 0.5);
    const inside = (k) => Math.min(k + 0.5, half) - Math.max(k - 0.5, -half);
    return Array.from({ length: 2 * reach + 1 }, (_, k) => inside(k - reach) / (1 + length));
  }

  function summedToOne(weights) {
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return weights.map((weight) => weight / sum);
  }

  // Filters along the rows, then along the columns; beyond the picture its edge pixels go on.
  function convolved(picture, across, down) {
    const { width, height, data } = picture;
    const rows = new Float32Array(data);
    if (across.length > 1) filter(data, rows, across, { lines: height, next: 4 * width, length: width, step: 4 });
    const made = like(picture);
    const found = new Float32Array(rows);
    if (down.length > 1) filter(rows, found, down, { lines: width, next: 4, length: height, step: 4 * width });
    for (let at = 0; at < found.length; at++) if (at % 4 < 3) made.data[at] = byte(found[at]);
    return made;
  }

  function filter(from, to, weights, { lines, next, length, step }) {
    const reach = (weights.length - 1) / 2;
    const padded = new Float32Array(length + 2 * reach);
    for (let number = 0; number < lines; number++)
      for (let colour = 0; colour < 3; colour++) {
        const start = number * next + colour;
        for (let place = 0; place < padded.length; place++)
          padded[place] = from[start + cut(place - reach, 0, length - 1) * step];
        for (let place = 0; place < length; place++) {
          let sum = 0;
          for (let k = 0; k < weights.length; k++) sum += weights[k] * padded[place + k];
          to[start + place * step] = sum;
        }
      }
  }

  function cast(picture, value) {
    const s = WARMTH * value;
    const warm = [1, 1 - (s * 25) / 60, 1 - s];
    const luma = warm.reduce((sum, part, colour) => sum + LUMA[colour] * part, 0);
    const k = LOST_COLOUR * value;
    return everyPixel(picture, (at, column, row, from, to) => {
      let grey = 0;
      for (let colour = 0; colour < 3; colour++) grey += (LUMA[colour] * from[at + colour]) / 255;
      for (let colour = 0; colour < 3; colour++) {
        const lit = Math.min(1, ((grey * k + (from[at + colour] / 255) * (1 - k)) * warm[colour]) / luma);
        to[at + colour] = byte(255 * (lit + LIFT * value * SHADOWS[colour] * (1 - lit)));
      }
    });
  }

  // 32 bits, each of which depends on all of n.
  function mixed(n) {
    n ^= n >>> 16;
    n = Math.imul(n, 0x7feb352d);
    n ^= n >>> 15;
    n = Math.imul(n, 0x846ca68b);
    return (n ^ (n >>> 16)) >>> 0;
  }

  function normal(n) {
    const bits = mixed(n);
    const total = (bits & 255) + ((bits >>> 8) & 255) + ((bits >>> 16) & 255) + (bits >>> 24);
    return (total - 510) / SPREAD;
  }

  function noisy(picture, value, { number, seed }) {
    const { width } = picture;
    const cell = Math.max(1, Math.floor(line(picture) + 0.5));
    const start = Math.imul(seed, BY_SEED) + Math.imul(number, BY_FRAME);
    let [known, grain] = [NaN, [0, 0, 0]];
    return everyPixel(picture, (at, column, row, from, to) => {
      const [x, y] = [Math.floor(column / cell), Math.floor(row / cell)];
      const here = (start + Math.imul(x, BY_COLUMN) + Math.imul(y, BY_ROW)) | 0;
      if (here !== known) {
        const z = [0, 1, 2, 3].map((k) => normal((here + Math.imul(k, BY_COLOUR)) | 0));
        [known, grain] = [here, [1, 2, 3].map((k) => GREY * z[0] + FREE * z[k])];
      }
      for (let colour = 0; colour < 3; colour++) to[at + colour] = byte(from[at + colour] + 255 * value * grain[colour]);
    });
  }

  // In the order of a camera: framing, what stands in front, lens, light, sensor.
  const SHIFTS = {
    "shrink and move": shrunk,
    occluder: pillar,
    "motion blur": (picture, value) => convolved(picture, streak(value * line(picture)), [1]),
    blur: (picture, value) => {
      const kernel = gaussian(value * line(picture));
      return convolved(picture, kernel, kernel);
    },
    "colour cast": cast,
    contrast: (picture, value) => byTable(picture, (v) => (v - MIDDLE) * (1 - value) + MIDDLE),
    darkness: (picture, value) => byTable(picture, (v) => v * (1 - value)),
    noise: noisy,
  };

  // A picture under several shifts {name: value}; number: the frame's index in its clip. What only the server can
  // do, compression, is left out.
  function shifted(picture, values, number = 0, seed = 0) {
    for (const [name, apply] of Object.entries(SHIFTS))
      if (values[name] > 0) picture = apply(picture, values[name], { number, seed });
    return picture;
  }

  Object.assign(player, { shifted });
})((globalThis.AttentionPlayer ??= {}));
