// A prediction that is locked before anything is shown, the same question once more, then the answer.
(function (lesson) {
  "use strict";

  const { el, say, words, button } = lesson;

  class Question {
    // step: as the server tells it · known: {before, after} · hidden: no answer is shown ·
    // on: {ready: () → a sentence that says what is missing, or "", locked(choice), answered(choice), said(text)}
    constructor(step, known, hidden, on) {
      Object.assign(this, { step, known, hidden, on });
      this.root = el("div", { class: "question" });
      this.answer = el("div", { class: "answer", hidden: true });
      this.#draw();
    }

    #draw() {
      const { before, after } = this.known;
      const open = before === undefined || after === undefined;
      this.root.replaceChildren(
        before === undefined ? "" : this.#kept("lesson.locked", before),
        after === undefined ? "" : this.#kept("lesson.answered", after),
        open ? this.#asked(before) : "",
        open && before === undefined ? this.#press(say("lesson.lock"), () => this.#lock()) : "",
        open && before !== undefined ? this.#press(say("lesson.show_answer"), () => this.#settle()) : "",
      );
      this.answer.hidden = after === undefined;
      if (after !== undefined) this.answer.replaceChildren(...this.#told(before, after));
    }

    #asked(before) {
      const { question, choices, number } = this.step;
      const options = choices.map((text, place) =>
        el(
          "label",
          { class: "option" },
          el("input", { type: "radio", name: `lesson-${number}`, value: place, checked: place === before }),
          el("span", {}, text),
        ),
      );
      const first = before === undefined;
      const legend = el("legend", {}, el("b", {}, say(first ? "lesson.predict" : "lesson.again")), " ", question);
      return el("fieldset", { "data-when": first ? "before" : "after" }, legend, ...options);
    }

    // A choice that stands.
    #kept(key, choice) {
      return el("p", { class: "locked", "data-choice": choice }, el("span", {}, say(key)), el("b", {}, this.step.choices[choice]));
    }

    #press(text, onclick) {
      return el("p", { class: "press" }, button(text, onclick, { class: "primary" }));
    }

    #chosen() {
      const found = this.root.querySelector("input:checked");
      return found ? Number(found.value) : null;
    }

    #lock() {
      const choice = this.#chosen();
      const missing = this.on.ready() || (choice === null ? say("lesson.choose_first") : "");
      if (missing) return this.#note(missing);
      this.known = { before: choice };
      this.#draw();
      this.on.locked(choice);
      this.on.said(say("lesson.locked_now"));
      this.root.querySelector("input:checked")?.focus({ preventScroll: true });
    }

    #settle() {
      const choice = this.#chosen();
      this.known = { ...this.known, after: choice };
      this.#draw();
      this.on.answered(choice);
      this.on.said(this.answer.querySelector(".feedback")?.textContent ?? "");
      const title = this.answer.querySelector("h3");
      title.focus({ preventScroll: true });
      title.scrollIntoView({ block: "nearest" });
    }

    // What is missing, to who looks and to who listens.
    #note(text) {
      this.note ??= el("p", { class: "note", role: "alert" });
      this.note.textContent = text;
      this.root.append(this.note);
    }

    #told(before, after) {
      if (this.hidden) return [el("h3", { tabindex: "-1" }, say("lesson.answer")), el("p", { class: "feedback" }, say("lesson.answer_later"))];
      const { choices, right, yes, no, answer, more } = this.step;
      const way = after === right ? (before === right ? "held" : "turned") : before === right ? "left" : "missed";
      return [
        el("h3", { tabindex: "-1" }, say("lesson.answer")),
        el(
          "div",
          { class: `feedback ${after === right ? "right" : "wrong"}` },
          el("p", {}, el("b", {}, say(`lesson.feedback.${way}`, { right: choices[right] }))),
          words(after === right ? yes : no),
        ),
        words(answer, { class: "reason" }),
        el("h3", {}, say("lesson.try_next")),
        words(more, { class: "more" }),
      ];
    }
  }

  Object.assign(lesson, { Question });
})((globalThis.AttentionLesson ??= {}));
