// What a class has answered, for its teacher: bars before and after, one heat map of all drawings, both tests.
(function (room) {
  "use strict";

  const { dispatch, el, say } = room;
  const CELL = 18; // units of the drawing's own

  // A row for each choice: how many predicted it, and how many answered it afterwards.
  function bars(bar, known) {
    const { step, question, before, after, changed } = bar;
    const { text, choices = [] } = known.get(`${step} ${question}`) ?? {};
    const count = Math.max(before.length, after.length, choices.length);
    const most = Math.max(1, ...before, ...after);
    const row = (_, choice) => {
      const votes = { before: before[choice] ?? 0, after: after[choice] ?? 0 };
      const name = choices[choice] ?? say("room.choice", { number: choice + 1 });
      const track = (when) => el("i", { class: when, style: `width: ${(100 * votes[when]) / most}%` });
      const said = after.length ? `${votes.before} → ${votes.after}` : String(votes.before);
      return el(
        "li",
        {},
        el("span", { class: "name" }, name),
        el("span", { class: "tracks", "aria-hidden": "true" }, track("before"), after.length ? track("after") : null),
        el("span", { class: "number" }, said),
      );
    };
    const title = say("room.step_question", { step, question: text ?? question });
    const note = after.length ? say("room.changed", { count: changed }) : "";
    return el(
      "section",
      { class: "class-bars" },
      el("h4", {}, title),
      el("ul", {}, ...Array.from({ length: count }, row)),
      note ? el("p", { class: "hint" }, note) : null,
    );
  }

  // All drawings of a frame on one grid; the largest number in words.
  function heat(drawn) {
    const { step, clip, frame, pupils, cells } = drawn;
    const space = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(space, "svg");
    const side = CELL * cells.length;
    for (const [name, value] of [["viewBox", `0 0 ${side} ${side}`], ["aria-hidden", "true"]]) svg.setAttribute(name, value);
    let most = { count: 0, row: 0, column: 0 };
    cells.forEach((row, r) =>
      row.forEach((count, c) => {
        if (count > most.count) most = { count, row: r + 1, column: c + 1 };
        const cell = document.createElementNS(space, "rect");
        const shape = { x: c * CELL, y: r * CELL, width: CELL - 1, height: CELL - 1, "fill-opacity": count / Math.max(1, pupils) };
        for (const [name, value] of Object.entries(shape)) cell.setAttribute(name, value);
        svg.append(cell);
      }),
    );
    return el(
      "figure",
      { class: "class-heat" },
      svg,
      el(
        "figcaption",
        {},
        say("room.drawing_of", { step, clip, frame: frame + 1, count: pupils }),
        ` ${say("room.drawing_most", most)}`,
      ),
    );
  }

  // How many got each item right, and what those who took both got.
  function tests({ pre, post, both }) {
    const share = ({ pupils, right }, item) => (pupils ? `${right[item]} / ${pupils}` : "–");
    const line = (_, item) =>
      el(
        "tr",
        {},
        el("th", { scope: "row" }, String(item + 1)),
        el("td", {}, share(pre, item)),
        el("td", {}, share(post, item)),
      );
    const head = [say("room.item"), say("room.first"), say("room.second")].map((name) => el("th", { scope: "col" }, name));
    const counts = say("room.tests_taken", { pre: pre.pupils, post: post.pupils, both: both.pupils });
    const mean = both.pupils ? ` ${say("room.tests_mean", { pre: both.pre, post: both.post })}` : "";
    return [
      el("p", {}, counts + mean),
      el("table", {}, el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...Array.from({ length: 8 }, line))),
    ];
  }

  // The three together; known: words of questions, by step and name.
  class Tallies {
    constructor() {
      this.known = new Map();
      this.hidden = false;
      this.bars = el("div", { class: "class-columns" });
      this.heat = el("div", { class: "class-columns" });
      this.tests = el("div", { class: "class-tests" });
      const hide = el("input", { type: "checkbox" });
      hide.addEventListener("change", () => {
        this.hidden = hide.checked;
        this.draw();
      });
      const section = (word, ...held) => el("section", {}, el("h3", {}, say(`room.${word}`)), ...held);
      this.drawn = section("drawings", this.heat);
      this.root = el(
        "div",
        { class: "class-tallies" },
        section("answers", el("label", {}, hide, say("room.hide_bars")), el("p", { class: "hint" }, `▨ ${say("room.before")} · ■ ${say("room.after")}`), this.bars),
        this.drawn,
        section("tests", this.tests),
      );
      document.addEventListener("lesson:question", ({ detail }) => {
        this.known.set(`${detail.step} ${detail.question}`, detail);
        this.draw();
      });
    }

    // told: what the server counts, or nothing yet.
    show(told) {
      if (told === this.told) return;
      this.told = told;
      for (const drawn of told.heat ?? []) dispatch("heat", drawn);
      this.draw();
    }

    draw() {
      const { told } = this;
      if (!told?.tests) return;
      // a projector shows no name of a question that some browser made up, once the lesson has named its own
      const names = new Set([...this.known.values()].map(({ question }) => question));
      const named = told.bars.filter(({ question }) => !names.size || names.has(question));
      const newest = [...named].sort((a, b) => (b.step === told.step) - (a.step === told.step) || b.step - a.step);
      this.bars.hidden = this.hidden;
      this.bars.replaceChildren(...(newest.length ? newest.map((bar) => bars(bar, this.known)) : [el("p", { class: "hint" }, say("room.no_answers"))]));
      this.drawn.hidden = !told.heat.length;
      this.heat.replaceChildren(...told.heat.map((drawn) => heat(drawn)));
      const taken = told.tests.pre.pupils + told.tests.post.pupils;
      this.tests.replaceChildren(...(taken ? tests(told.tests) : [el("p", { class: "hint" }, say("room.no_tests"))]));
    }
  }

  Object.assign(room, { Tallies });
})((globalThis.AttentionClass ??= {}));
