// Step "doubt": a map with its true box; then a dial on the picture with curves measured beforehand and a player of
// the shifted clip's maps, and maps of networks whose weights were drawn anew.
(function (lesson) {
  "use strict";

  const { el, say, written } = lesson;
  const WIDTH = 320; // pixels of the shifted picture

  class Doubt {
    constructor(room) {
      this.room = room;
      const { clip, step } = room;
      const concept = step.concepts[0];
      this.canvas = el("canvas", { role: "img", "aria-label": say("lesson.doubt.map", { concept: clip.pack.concepts[concept] }) });
      this.more = el("div", {});
      this.root = el("div", {}, el("div", { class: "film" }, this.canvas), el("p", { class: "hint" }, say("lesson.doubt.box")), this.more);
      clip.paint(this.canvas, step.frame, lesson.over(clip.pack, step.side, concept, step.frame), clip.boxes[step.frame]);
    }

    reveal() {
      this.stage = el("div", {});
      const { weights, shifts } = this.room.given;
      const words = window.attentionWords;
      const said = ({ name }, what) => words.say(words.keyOf("shifts", name, what));
      this.rows = shifts
        .filter((row) => row.in_browser)
        .map((row) => ({ ...row, plain: said(row, "plain"), only_like: row.only_like ? said(row, "only_like") : "" }));
      this.more.replaceChildren(
        el("h3", {}, say("lesson.doubt.dial")),
        this.#dial(),
        el("h3", {}, say("lesson.player")),
        this.stage,
        el("h3", {}, say("lesson.doubt.weights")),
        lesson.table(
          say("lesson.doubt.weights_caption"),
          [say("lesson.doubt.layer"), say("lesson.doubt.correlation"), say("lesson.doubt.interval")],
          weights.map(({ layer, mean, low, high }) => [
            layer,
            el("span", { class: "number" }, written(mean), lesson.share(Math.abs(mean), 1)),
            `${written(low)} … ${written(high)}`,
          ]),
        ),
      );
    }

    #dial() {
      [this.row] = this.rows;
      this.value = 0;
      this.picture = el("canvas", { role: "img" });
      this.preview = new AttentionPlayer.Preview(() => this.#see());
      this.curve = new AttentionPlayer.Curve();
      this.levels = el("div", {});
      this.said = el("p", { class: "sum", "aria-live": "polite" });
      this.asked = 0;
      this.#hear();
      const names = el(
        "select",
        {
          onchange: () => {
            this.row = this.rows[names.selectedIndex];
            this.value = 0;
            this.#choose();
          },
        },
        ...this.rows.map(({ plain }) => el("option", {}, plain)),
      );
      const root = el(
        "div",
        { class: "dial" },
        el("div", { class: "tools" }, el("label", {}, say("lesson.doubt.shift"), " ", names), this.levels),
        el("div", { class: "pair" }, el("div", { class: "film" }, this.picture), el("div", { class: "attention-player" }, this.curve.root)),
        this.said,
      );
      this.#choose();
      return root;
    }

    #choose() {
      const steps = [[0, say("lesson.doubt.none")], ...Object.entries(this.row.levels).map(([name, value]) => [value, say(`shifts.${name}`)])];
      this.levels.replaceChildren(
        lesson.choice(say("lesson.doubt.strength"), steps, 0, (value) => {
          this.value = value;
          this.#see();
          this.#ask();
        }),
      );
      this.#see();
      this.#ask();
    }

    // Asks the network about the whole clip under the shift; of the clip as it is, the answer is known.
    #ask() {
      this.asked += 1;
      if (this.value) {
        this.said.textContent = say("lesson.doubt.asking");
        this.room.ask({ number: this.asked, shift: { [this.row.name]: this.value } });
        return;
      }
      const { methods, concepts } = this.room.clip.pack;
      const [vote, attention] = ["CNN", "UnAtt"].map((name) => concepts[methods.find((method) => method.name === name).prediction]);
      this.said.textContent = say("lesson.doubt.says", { vote, attention });
      this.room.play(this.stage);
    }

    // Only the latest question's answer is shown, and none once the step has gone.
    #hear() {
      const hear = ({ detail }) => {
        if (!this.said.isConnected) return document.removeEventListener("lesson:dialled", hear);
        if (detail?.asked !== this.asked) return;
        const { vote, attention, look, waiting, trouble } = detail;
        this.said.textContent = trouble ?? waiting ?? say("lesson.doubt.says", { vote, attention });
        if (look) this.room.play(this.stage, { ...look, concepts: this.#named(vote, attention) });
      };
      document.addEventListener("lesson:dialled", hear);
    }

    // The places of what the methods say, and of the truth.
    #named(...said) {
      const { concepts, truth } = this.room.clip.pack;
      return [...new Set([...said.map((name) => concepts.indexOf(name)), truth])];
    }

    async #see() {
      const { clip, step } = this.room;
      const picture = await clip.picture(step.frame);
      if (!picture) return;
      const values = this.value ? { [this.row.name]: this.value } : {};
      const made = this.preview.see(picture, { frame: clip.pack.frames[step.frame], width: WIDTH, values, boxes: [] });
      this.curve.show(this.row, clip.pack.model, this.value, new Map());
      this.picture.setAttribute("aria-label", `${this.row.plain} ${this.value}`);
      if (!made) return;
      Object.assign(this.picture, { width: made.width, height: made.height });
      this.picture.getContext("2d").drawImage(made, 0, 0);
    }
  }

  lesson.views.doubt = Doubt;
})((globalThis.AttentionLesson ??= {}));
