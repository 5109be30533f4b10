// Accuracy against one shift, measured beforehand on many clips, and where the clip at hand breaks.
(function (player) {
  "use strict";

  const { el, say } = player;
  const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [508, 190, 40, 166, 14, 34]; // names are longest in German
  const SPREAD = 3; // pixels between the intervals of two methods at one value

  class Curve {
    constructor() {
      this.caption = el("figcaption", {});
      this.drawing = el("div", {});
      this.root = el("figure", { class: "curve", hidden: true }, this.drawing, this.caption);
    }

    // row: a shift with its name in everyday words, plain, in what it is only like the drawn set's, only_like, and
    // its curves, {model: {clips, lines: [{method, colour, dashed, points: [[value,
    // accuracy, low, high]…]}]}} · value: of the slider · broken: Map method → the least value tried at which
    // it says something else of this clip.
    show(row, model, value, broken) {
      const known = named(row.curves[model]);
      const drawn = JSON.stringify([row.name, model, [...broken]]);
      if (known && drawn === this.drawn) return this.#stand(value);
      this.drawn = drawn;
      this.root.hidden = false;
      this.drawing.hidden = !known;
      if (!known) return this.#caption(attentionWords.say("player.curve.unknown", { change: row.plain }), row.only_like);
      const values = known.lines[0].points.map(([at]) => at);
      const x = (at) => LEFT + (place(values, at) / (values.length - 1)) * (WIDTH - LEFT - RIGHT);
      const y = (percent) => TOP + (1 - percent / 100) * (HEIGHT - TOP - BOTTOM);
      const names = [
        attentionWords.say("player.dial.none"),
        ...Object.keys(row.levels).map((level) => attentionWords.say(`shifts.${level}`)),
        attentionWords.say("player.curve.beyond"),
      ];
      this.drawing.replaceChildren(
        svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": spoken(row, known) }, [
          ...[0, 50, 100].flatMap((percent) => [
            svg("line", { class: "rule", x1: LEFT, x2: WIDTH - RIGHT, y1: y(percent), y2: y(percent) }),
            text(`${percent} %`, LEFT - 6, y(percent) + 4, "end"),
          ]),
          ...values.map((at, number) => text(names[number], x(at), HEIGHT - 12, "middle")),
          (this.here = svg("line", { class: "here", y1: TOP, y2: HEIGHT - BOTTOM })),
          ...known.lines.flatMap((line, number) => this.#line(line, number - (known.lines.length - 1) / 2, x, y)),
          ...known.lines.flatMap((line) => this.#mark(line, broken.get(line.method), x, y)),
          ...legend(known.lines, y),
        ]),
      );
      this.stands = x;
      this.#stand(value);
      this.#caption(
        attentionWords.say("player.curve.title", { change: row.plain, clips: known.clips }),
        broken.size ? attentionWords.say("player.curve.broken") : attentionWords.say("player.curve.stands"),
        row.only_like,
      );
    }

    #caption(...sentences) {
      say(this.caption, sentences.filter(Boolean).join(" "));
    }

    // Moves the upright line to the slider's value.
    #stand(value) {
      for (const end of ["x1", "x2"]) this.here.setAttribute(end, this.stands(value));
    }

    #line({ name, colour, dashed, points }, aside, x, y) {
      const path = points.map(([at, accuracy], i) => `${i ? "L" : "M"}${x(at)} ${y(accuracy)}`).join("");
      return [
        svg("path", { d: path, fill: "none", stroke: colour, "stroke-width": 2, "stroke-dasharray": dashed ? "5 3" : "none" }, [
          svg("title", {}, [name]),
        ]),
        ...points.map(([at, , low, high]) => {
          const across = x(at) + aside * SPREAD;
          return svg("line", { x1: across, x2: across, y1: y(low), y2: y(high), stroke: colour, "stroke-opacity": 0.45 });
        }),
      ];
    }

    #mark({ name, colour, points }, value, x, y) {
      if (value === undefined) return [];
      const values = points.map(([at]) => at);
      const at = place(values, value);
      const [low, high] = [points[Math.floor(at)], points[Math.ceil(at)]];
      const percent = low[1] + (high[1] - low[1]) * (at % 1);
      return [svg("text", { class: "broken", x: x(value), y: y(percent) + 5, fill: colour }, ["✗", svg("title", {}, [attentionWords.say("player.curve.breaks", { method: name })])])];
    }
  }

  // Where a value lies among the values of a curve: 1.5 is halfway between the second and the third.
  function place(values, value) {
    const above = values.findIndex((one) => one >= value);
    if (above < 0) return values.length - 1;
    if (above === 0) return 0;
    return above - 1 + (value - values[above - 1]) / (values[above] - values[above - 1]);
  }

  // The curves of a model with the methods' names in everyday words.
  function named(known) {
    const name = (line) => attentionWords.say(attentionWords.keyOf("methods", line.method, "plain"));
    return known && { ...known, lines: known.lines.map((line) => ({ ...line, name: name(line) })) };
  }

  // The methods' names beside their lines' ends, one below the other where they would touch.
  function legend(lines, y) {
    let next = -Infinity;
    return [...lines]
      .sort((a, b) => b.points.at(-1)[1] - a.points.at(-1)[1])
      .flatMap(({ name, colour, dashed, points }) => {
        next = Math.max(next + 13, y(points.at(-1)[1]) + 4);
        const [x1, x2] = [WIDTH - RIGHT + 8, WIDTH - RIGHT + 24];
        return [
          svg("line", { x1, x2, y1: next - 4, y2: next - 4, stroke: colour, "stroke-width": 2.5, "stroke-dasharray": dashed ? "5 3" : "none" }),
          text(name, x2 + 4, next, "start"),
        ];
      });
  }

  function spoken(row, { lines }) {
    const ends = lines.map(({ name, points }) =>
      attentionWords.say("player.curve.end", {
        method: name,
        first: Math.round(points[0][1]),
        last: Math.round(points.at(-2)[1]),
      }),
    );
    return attentionWords.say("player.curve.spoken", { change: row.plain, ends: ends.join(", ") });
  }

  function text(words, x, y, anchor) {
    return svg("text", { x, y, "text-anchor": anchor }, [words]);
  }

  function svg(tag, attributes, children = []) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children);
    return made;
  }

  Object.assign(player, { Curve });
})((globalThis.AttentionPlayer ??= {}));
