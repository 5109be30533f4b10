// The test of eight questions as a pupil takes it: asked, handed in, and after the second one what was right.
(function (room) {
  "use strict";

  const { ask, dispatch, el, say } = room;

  class Sheet {
    constructor(root) {
      Object.assign(this, { root, which: null, items: [], handed: false });
    }

    // Follows what the teacher has begun or ended. membership: of this page.
    async follow(membership) {
      const which = membership.isPupil ? (membership.state?.test ?? null) : null;
      if (which === this.which) return;
      const ended = this.which;
      this.which = which;
      dispatch("test", { which });
      if (ended && membership.isPupil && !this.handed && this.choices().some((choice) => choice !== null))
        await this.handIn(membership, ended, say("room.test_ended"));
      else if (ended && !this.solved) this.root.replaceChildren();
      if (which) await this.begin(membership);
    }

    async begin(membership) {
      const which = this.which;
      const query = { which, language: attentionWords.language };
      try {
        this.items = (await ask("GET", "items", { query })).told;
      } catch {
        this.which = null; // with the next news of the class once more
        return;
      }
      Object.assign(this, { handed: false, solved: null });
      this.said = el("p", { role: "status" });
      const form = el(
        "form",
        { "aria-labelledby": "class-test-title", class: "class-sheet" },
        el("h3", { id: "class-test-title", tabindex: "-1" }, say(`room.test_title_${which}`)),
        el("p", { class: "hint" }, say("room.test_hint")),
        ...this.items.map((item, number) => this.item(item, number)),
        el("button", { type: "submit", class: "primary" }, say("room.hand_in")),
        this.said,
      );
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        this.handIn(membership, which, say("room.handed_in"));
      });
      this.root.replaceChildren(form);
      form.querySelector("h3").focus({ preventScroll: true });
      form.scrollIntoView({ block: "start" });
    }

    item({ question, choices }, number) {
      const name = `class-item-${number}`;
      const offered = choices.map((choice, place) =>
        el("label", {}, el("input", { type: "radio", name, value: String(place) }), el("span", {}, choice)),
      );
      return el("fieldset", {}, el("legend", {}, `${number + 1}. ${question}`), ...offered);
    }

    choices() {
      return this.items.map((_, number) => {
        const chosen = this.root.querySelector(`input[name=class-item-${number}]:checked`);
        return chosen ? Number(chosen.value) : null;
      });
    }

    async handIn(membership, which, says) {
      try {
        const { status, told } = await membership.send("test", { which, choices: this.choices() });
        this.handed = status === 200;
        this.said.textContent = status === 200 ? says : told.error;
        if (told.solved) this.show(told);
      } catch {
        this.said.textContent = say("room.lost");
      }
    }

    // What was right, below each question, and how many.
    show({ scores, solved }) {
      this.solved = solved;
      const many = "pre" in scores ? "room.scores_both" : "room.scores";
      this.said.textContent = say(many, scores);
      for (const [number, set] of this.root.querySelectorAll("fieldset").entries()) {
        set.querySelector(".why")?.remove();
        const { right, why } = solved[number];
        const says = say("room.was_right", { choice: this.items[number].choices[right] });
        set.append(el("p", { class: "why" }, el("strong", {}, says), ` ${why}`));
      }
    }
  }

  Object.assign(room, { Sheet });
})((globalThis.AttentionClass ??= {}));
