// How well a drawing, a map and a true box agree; numbers only, no page.
//   box: [x0, y0, x1, y1] in shares of the square · map: h×w values, row by row · drawing: n×n of 0 and 1.
(function (lesson) {
  "use strict";

  const CELLS = 12; // rows and columns of a drawing

  // How much of each of n cells along an axis lies between two shares of it.
  const shares = (n, start, end) =>
    Array.from({ length: n }, (_, i) => Math.max(0, Math.min((i + 1) / n, end) - Math.max(i / n, start)) * n);

  // How much of each of rows×columns cells the box covers.
  function covered([x0, y0, x1, y1], rows, columns) {
    const across = shares(columns, x0, x1);
    return shares(rows, y0, y1).flatMap((down) => across.map((one) => down * one));
  }

  const sum = (values) => values.reduce((a, b) => a + b, 0);
  const dot = (a, b) => a.reduce((total, value, i) => total + value * b[i], 0);

  // A map of h×w cells as n×n cells, each with what lies in it: the sum stays.
  function resampled(map, h, w, n = CELLS) {
    const made = new Array(n * n).fill(0);
    for (let i = 0; i < h; i++)
      for (let j = 0; j < w; j++) {
        const value = map[i * w + j];
        if (!value) continue;
        const into = covered([j / w, i / h, (j + 1) / w, (i + 1) / h], n, n);
        const whole = sum(into);
        for (let k = 0; k < into.length; k++) if (into[k]) made[k] += (value * into[k]) / whole;
      }
    return made;
  }

  // Energy-based pointing game (Wang et al., 2020): Σ map inside the box ÷ Σ map; 0 for a map of zeros.
  function inside(map, h, w, box) {
    const all = sum(map);
    return all > 0 ? dot(map, covered(box, h, w)) / all : 0;
  }

  // {area: the drawing's share of the square, overlap: what is in drawing and box ÷ what is in either,
  //  under: the map's share under the drawing, inside: the map's share in the box}
  function score(drawing, map, [h, w], box) {
    const true_ = covered(box, CELLS, CELLS);
    const both = sum(drawing.map((cell, i) => Math.min(cell, true_[i])));
    const either = sum(drawing.map((cell, i) => Math.max(cell, true_[i])));
    const all = sum(map);
    return {
      area: sum(drawing) / drawing.length,
      overlap: either > 0 ? both / either : 0,
      under: all > 0 ? dot(drawing, resampled(map, h, w)) / all : 0,
      inside: inside(map, h, w, box),
    };
  }

  // The sum of the s×s window whose upper left cell is (row, column), of the map at maps[at …], w cells wide.
  function windowSum(maps, at, w, s, row, column) {
    let total = 0;
    for (let i = row; i < row + s; i++) for (let j = column; j < column + s; j++) total += maps[at + i * w + j];
    return total;
  }

  Object.assign(lesson, { CELLS, covered, resampled, inside, score, windowSum });
})((globalThis.AttentionLesson ??= {}));
