// What a chart on a canvas needs: round axes, marks, shortened words, the page's colours.
(function (player) {
  "use strict";

  // The theme's colours and font, for a canvas.
  function inkOf(root) {
    const style = getComputedStyle(root);
    const of = (name) => style.getPropertyValue(name).trim();
    return {
      text: of("--ink"),
      quiet: of("--quiet"),
      line: of("--rule"),
      ground: of("--ground"),
      font: `11.5px ${style.fontFamily}`,
    };
  }

  // The next of 1, 2, 2.5, 5, 10 … above the highest value.
  function niceTop(value) {
    const power = 10 ** Math.floor(Math.log10(value));
    return power * [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].find((step) => step * power >= value * 0.9999);
  }

  // At most three digits.
  const shortNumber = (value) => String(Number(value.toPrecision(3)));

  // Round times to write along `span` seconds, at most `most` of them and the first.
  function ticks(span, most) {
    const step =
      [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300].find((size) => span / size <= most) ?? 600;
    return Array.from({ length: Math.floor(span / step + 1e-6) + 1 }, (_, i) => i * step);
  }

  // The text, or its beginning where `room` CSS pixels are too few.
  function shortened(context, text, room) {
    if (context.measureText(text).width <= room) return text;
    let length = text.length;
    while (length > 1 && context.measureText(`${text.slice(0, length)}…`).width > room) length--;
    return `${text.slice(0, length)}…`;
  }

  // A mark of radius r: each line has a shape of its own.
  function stamp(c, mark, x, y, r) {
    const path = (points) => {
      points.forEach(([dx, dy], i) =>
        i ? c.lineTo(x + dx * r, y + dy * r) : c.moveTo(x + dx * r, y + dy * r),
      );
    };
    c.beginPath();
    if (mark === "circle" || mark === "ring") c.arc(x, y, r, 0, 7);
    else if (mark === "square") c.rect(x - r * 0.88, y - r * 0.88, r * 1.76, r * 1.76);
    else if (mark === "triangle")
      path([
        [0, -1.1],
        [1.05, 0.85],
        [-1.05, 0.85],
      ]);
    else if (mark === "wedge")
      path([
        [0, 1.1],
        [1.05, -0.85],
        [-1.05, -0.85],
      ]);
    else if (mark === "diamond")
      path([
        [0, -1.2],
        [1.2, 0],
        [0, 1.2],
        [-1.2, 0],
      ]);
    else if (mark === "plus") {
      path([
        [-1, 0],
        [1, 0],
      ]);
      path([
        [0, -1],
        [0, 1],
      ]);
    } else {
      path([
        [-0.8, -0.8],
        [0.8, 0.8],
      ]);
      path([
        [-0.8, 0.8],
        [0.8, -0.8],
      ]);
    }
    if (["ring", "plus", "cross"].includes(mark)) c.stroke();
    else c.fill();
  }

  Object.assign(player, { inkOf, niceTop, shortNumber, shortened, stamp, ticks });
})((globalThis.AttentionPlayer ??= {}));
