// What a pupil has done, kept in this browser: the step, the answers, the drawings.
(function (lesson) {
  "use strict";

  const PLACE = "attention_lesson";

  class Progress {
    constructor() {
      this.kept = { step: 1, answers: {}, work: {} };
      try {
        const found = JSON.parse(localStorage.getItem(PLACE));
        if (found && typeof found === "object") this.kept = { ...this.kept, ...found };
      } catch {} // no storage, or what somebody else wrote there: the lesson begins anew
    }

    // {before, after} of a step: places of choices, undefined where nothing is answered yet.
    answers(step) {
      return this.kept.answers[step] ?? {};
    }

    answer(step, when, choice) {
      this.kept.answers[step] = { ...this.answers(step), [when]: choice };
      this.#keep();
    }

    // What was made in a step, such as a drawing.
    work(step) {
      return this.kept.work[step];
    }

    made(step, work) {
      this.kept.work[step] = work;
      this.#keep();
    }

    at(step) {
      this.kept.step = step;
      this.#keep();
    }

    forget() {
      this.kept = { step: 1, answers: {}, work: {} };
      this.#keep();
    }

    #keep() {
      try {
        localStorage.setItem(PLACE, JSON.stringify(this.kept));
      } catch {} // it lasts as long as the page
    }
  }

  Object.assign(lesson, { Progress });
})((globalThis.AttentionLesson ??= {}));
