// Small pieces that the lesson's steps share.
(function (lesson) {
  "use strict";

  const el = (...given) => AttentionPlayer.el(...given);
  const say = (key, values) => window.attentionWords.say(key, values);
  const written = (value, decimals = 2) => AttentionPlayer.written(value, decimals);
  const percent = (share) => `${Math.round(100 * share)} %`;

  // An element that holds HTML of ours: the step's words, made of Markdown by the server.
  function words(html, attributes = {}) {
    const made = el("div", { ...attributes, class: `words ${attributes.class ?? ""}` });
    made.innerHTML = html;
    return made;
  }

  const button = (text, onclick, attributes = {}) => el("button", { type: "button", onclick, ...attributes }, text);

  // A row of buttons of which one is pressed; choose(value) is called with each new one.
  function choice(label, options, chosen, choose) {
    const buttons = options.map(([value, text]) =>
      button(text, () => {
        press(value);
        choose(value);
      }),
    );
    const press = (value) =>
      options.forEach(([one], place) => buttons[place].setAttribute("aria-pressed", String(one === value)));
    press(chosen);
    return el("div", { class: "choice", role: "group", "aria-label": label }, ...buttons);
  }

  // A table of rows; the first cell of each is its head.
  function table(caption, heads, rows) {
    return el(
      "div",
      { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
      el(
        "table",
        {},
        el("caption", {}, caption),
        el("thead", {}, el("tr", {}, ...heads.map((head) => el("th", { scope: "col" }, head)))),
        el(
          "tbody",
          {},
          ...rows.map(([head, ...cells]) =>
            el("tr", {}, el("th", { scope: "row" }, head), ...cells.map((cell) => el("td", {}, cell))),
          ),
        ),
      ),
    );
  }

  // Whether a name of a key moves, and where to from (row, column).
  function moved(key, row, column) {
    return {
      ArrowUp: [row - 1, column],
      ArrowDown: [row + 1, column],
      ArrowLeft: [row, column - 1],
      ArrowRight: [row, column + 1],
    }[key];
  }

  // The map of a concept in one frame as numbers, row by row.
  function cellsOf(pack, sideName, concept, frame) {
    const [h, w] = pack.mapSize;
    const side = pack.sides.get(sideName);
    const maps = pack.maps.of(sideName, concept);
    return Array.from({ length: h * w }, (_, cell) => maps[frame * h * w + cell] * side.mapUnit);
  }

  // What the player's `paint` draws over a frame.
  function over(pack, sideName, concept, frame, { map = true, window = null, opacity = 0.7 } = {}) {
    const [h, w] = pack.mapSize;
    const maps = map ? pack.maps.of(sideName, concept) : null;
    const at = frame * h * w;
    return {
      maps,
      at,
      mapSize: pack.mapSize,
      whole: false,
      top: maps ? AttentionPlayer.highest(maps, at, h * w) : 1,
      table: AttentionPlayer.colourTable("viridis"),
      opacity,
      window,
    };
  }

  // A table of a map's cells, coloured; top: the value of the brightest.
  function grid(values, [h, w], top, name) {
    const colours = AttentionPlayer.colourTable("viridis");
    const row = (i) =>
      el(
        "tr",
        {},
        ...Array.from({ length: w }, (_, j) => {
          const cell = el("td", { "data-cell": `${i},${j}` }, written(values[i * w + j]));
          const [ground, ink] = AttentionPlayer.groundAndInk(colours, top > 0 ? Math.min(1, values[i * w + j] / top) : 0);
          Object.assign(cell.style, { background: ground, color: ink });
          return cell;
        }),
      );
    return el("table", { class: "cells", "aria-label": name }, el("tbody", {}, ...Array.from({ length: h }, (_, i) => row(i))));
  }

  const share = (value, most) => {
    const bar = el("span", { class: "share", "aria-hidden": "true" });
    bar.style.setProperty("--share", most > 0 ? Math.max(0, Math.min(1, value / most)) : 0);
    return bar;
  };

  Object.assign(lesson, { el, say, written, percent, words, button, choice, table, moved, cellsOf, over, grid, share, views: {} });
})((globalThis.AttentionLesson ??= {}));
