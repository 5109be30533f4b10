// Step "map": two maps of one frame as numbers, on one scale or each on its own; then the player.
(function (lesson) {
  "use strict";

  const { el, say, written } = lesson;

  class TwoMaps {
    constructor(room) {
      this.room = room;
      this.maps = el("div", { class: "pair" });
      this.stage = el("div", {});
      this.root = el(
        "div",
        {},
        lesson.choice(say("lesson.map.scale"), [["one", say("lesson.map.shared")], ["own", say("lesson.map.own")]], "one", (scale) => this.#show(scale)),
        this.maps,
        this.stage,
      );
      this.#show("one");
    }

    reveal() {
      this.room.play(this.stage);
    }

    #show(scale) {
      const { clip, step } = this.room;
      const { pack } = clip;
      const maps = step.concepts.map((concept) => lesson.cellsOf(pack, step.side, concept, step.frame));
      const most = Math.max(...maps.flat());
      this.maps.replaceChildren(
        ...maps.map((values, place) => {
          const own = Math.max(...values);
          const name = pack.concepts[step.concepts[place]];
          const shown = scale === "own" ? values.map((value) => (own > 0 ? value / own : 0)) : values;
          const canvas = el("canvas", { role: "img", "aria-label": say("lesson.map.picture", { concept: name }) });
          const over = lesson.over(pack, step.side, step.concepts[place], step.frame);
          if (scale === "one") over.top = (over.top * most) / own;
          clip.paint(canvas, step.frame, over);
          const zeros = values.filter((value) => value === 0).length;
          const said = { zeros, cells: values.length, most: written(scale === "own" ? 1 : own) };
          return el(
            "section",
            {},
            el("h3", {}, name),
            el("div", { class: "film" }, canvas),
            lesson.grid(shown, pack.mapSize, scale === "own" ? 1 : most, say("lesson.window.map", { concept: name })),
            el("p", { class: "hint" }, say("lesson.map.highest", said)),
          );
        }),
      );
    }
  }

  lesson.views.map = TwoMaps;
})((globalThis.AttentionLesson ??= {}));
