// The sliders of the shift dial: one for each shift, from none by way of its named levels to the most.
(function (player) {
  "use strict";

  const { el, freshId, say } = player;
  const STEPS = 400; // of a slider: a hundred for each of none → mild → medium → hard → most
  const NONE = attentionWords.say("player.dial.none");

  class Sliders {
    // rows: of attention/probe/shift, {name, most, levels, only_like, in_browser, curves} · onMove(resting) is called
    // when a person moves one; resting: whether it stands where it is to stand
    constructor(rows, onMove) {
      this.onMove = onMove;
      this.rows = rows.map((row) => ({
        ...row,
        plain: wordOf(row, "plain"),
        only_like: row.only_like ? wordOf(row, "only_like") : "",
        stops: [0, ...Object.values(row.levels), row.most],
      }));
      this.sliders = this.rows.map((row) => this.#slider(row));
      this.root = el("div", { class: "shifts" }, ...this.sliders.map((slider) => slider.root));
    }

    // {name: value} of every shift above 0.
    get values() {
      const found = {};
      this.rows.forEach((row, at) => {
        const value = valueAt(row, Number(this.sliders[at].range.value));
        if (value > 0) found[row.name] = value;
      });
      return found;
    }

    // The shift that was moved last.
    get latest() {
      return this.rows[this.moved];
    }

    // Turns all of them to {name: value}, and calls nobody.
    put(values) {
      this.rows.forEach((row, at) => this.#put(at, placeOf(row, values[row.name] ?? 0)));
    }

    #slider(row) {
      const id = freshId("shift");
      const at = this.rows.indexOf(row);
      const range = el("input", {
        id,
        type: "range",
        min: 0,
        max: STEPS,
        step: 1,
        value: 0,
        oninput: () => this.#move(at, Number(range.value), false),
      });
      const said = el("output", { for: id }, NONE);
      const levels = Object.keys(row.levels).map((name, number) => {
        const level = attentionWords.say(`shifts.${name}`);
        const title = attentionWords.say("player.dial.level", { change: row.plain, level });
        const onclick = () => this.#move(at, ((number + 1) * STEPS) / 4, true);
        return el("button", { type: "button", title, onclick }, level);
      });
      const title = [wordOf(row, "hint"), row.only_like].filter(Boolean).join(" ");
      const root = el(
        "div",
        { class: "shift", title },
        el("label", { for: id }, row.plain),
        said,
        range,
        el("div", { class: "levels" }, ...levels),
      );
      return { root, range, said };
    }

    #move(at, place, resting) {
      this.moved = at;
      this.#put(at, place);
      this.onMove(resting);
    }

    #put(at, place) {
      const [row, { range, said }] = [this.rows[at], this.sliders[at]];
      range.value = place;
      const value = valueAt(row, Number(range.value));
      const level = Object.keys(row.levels).find((name) => Math.abs(row.levels[name] - value) < 1e-9);
      const text = value === 0 ? NONE : level ? attentionWords.say(`shifts.${level}`) : numbered(row, value);
      say(said, text);
      range.setAttribute("aria-valuetext", text);
    }
  }

  const wordOf = ({ name }, what) => attentionWords.say(attentionWords.keyOf("shifts", name, what));
  const numbered = (row, value) =>
    attentionWords.say("player.dial.value", { value: Number(value.toPrecision(2)), unit: wordOf(row, "unit") });

  // A slider's place is a straight line between two named levels, which lie a quarter apart.
  function valueAt({ stops }, place) {
    const [at, share] = [Math.floor((4 * place) / STEPS), ((4 * place) / STEPS) % 1];
    return at >= 4 ? stops[4] : stops[at] + (stops[at + 1] - stops[at]) * share;
  }

  // The place whose value is this one, or nearest to it.
  function placeOf({ stops }, value) {
    const above = stops.findIndex((stop) => stop >= value);
    if (above <= 0) return above ? STEPS : 0;
    const [low, high] = [stops[above - 1], stops[above]];
    return Math.round(((above - 1 + (value - low) / (high - low)) * STEPS) / 4);
  }

  Object.assign(player, { Sliders });
})((globalThis.AttentionPlayer ??= {}));
