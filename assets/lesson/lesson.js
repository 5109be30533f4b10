// The lesson: its list of steps, the step that is open, and what others on the page hear of it.
//   says on document: lesson:at {step, clip} · lesson:question {step, question, text, choices} ·
//     lesson:answer {step, question, choice, when} · lesson:drawing {step, clip, frame, cells}
//   hears: lesson:go {step, clip} · lesson:test {which}: while a test is on, the step is out of sight
//   address: step=3 · answers=hidden · controls=hidden
(function (lesson) {
  "use strict";

  const { el, say, button } = lesson;
  const QUESTION = "prediction";
  const GAP = "lesson-gap";
  const asked = (name) => new URLSearchParams(location.search).get(name);

  class Lesson {
    constructor(root) {
      this.root = root;
      this.progress = new lesson.Progress();
      this.said = el("p", { class: "unseen", role: "status" });
      this.nav = el("nav", { "aria-label": say("lesson.steps") });
      this.article = el("article", {});
      this.player = el("div", { class: "attention-player" });
      root.replaceChildren(this.nav, this.article, this.said);
      document.addEventListener("lesson:go", ({ detail }) => this.#follow(detail));
      document.addEventListener("lesson:test", ({ detail }) => (this.article.hidden = Boolean(detail.which)));
      window.addEventListener("popstate", () => this.given && this.#here() !== this.number && this.go(this.#here()));
    }

    // given: what the server tells once the tab is opened, or null until then
    open(given) {
      if (!given) return this.article.replaceChildren(el("p", { class: "hint" }, say("lesson.waiting")));
      this.given = given;
      this.clips = new lesson.Clips(given.clips);
      const { wanted } = this;
      this.go(wanted?.step ?? this.#here(), { clip: wanted?.clip });
    }

    // Shows a step. moved: a person went there, who is to find its beginning; clip: another than the step's own
    async go(number, { moved = false, clip = null } = {}) {
      const step = this.given.steps[number - 1];
      if (!step) return;
      this.number = number;
      this.progress.at(number);
      this.#list();
      if (moved) this.#address(number);
      const key = clip && this.clips.has(clip) ? clip : step.clip;
      const title = el("h2", { tabindex: "-1" }, `${number}. ${step.title}`);
      this.article.replaceChildren(title, el("p", { class: "hint" }, say("lesson.fetching")));
      if (moved) this.#arrive(title);
      try {
        const opened = await this.clips.open(key);
        if (this.number === number) this.#lay(step, opened, title);
      } catch (error) {
        if (this.number !== number) return;
        const again = button(say("lesson.try_again"), () => this.go(number, { clip }));
        this.article.replaceChildren(title, el("p", { role: "alert" }, AttentionPlayer.reasonOf(error), " ", again));
      }
      this.#dispatch("at", { clip: key });
    }

    #lay(step, clip, title) {
      const { number } = step;
      const view = new lesson.views[step.view]({
        step,
        clip,
        clips: this.clips,
        given: this.given,
        work: this.progress.work(number),
        made: (work) => this.progress.made(number, work),
        said: (text) => this.say(text),
        dispatch: (name, detail) => this.#dispatch(name, detail),
        ask: (request) => this.ask?.({ clip: clip.key, ...request }),
        play: (place, look) => this.#play(place, step, clip, look),
      });
      const question = new lesson.Question(step, this.progress.answers(number), asked("answers") === "hidden", {
        ready: () => view.ready?.() ?? "",
        locked: (choice) => {
          this.#answer("before", choice);
          view.lock?.();
          view.reveal?.();
          this.#gap();
        },
        answered: (choice) => {
          this.#answer("after", choice);
          this.#list();
        },
        said: (text) => this.say(text),
      });
      const about = el("div", { class: "about-step" }, lesson.words(step.do, { class: "do" }), question.root, question.answer, this.#ends(number));
      while (title.nextSibling) title.nextSibling.remove(); // the title stays: it has the focus
      title.after(el("div", { class: "columns" }, about, el("div", { class: "view", "data-view": step.view }, view.root)));
      this.#dispatch("question", { question: QUESTION, text: step.question, choices: step.choices });
      if (this.progress.answers(number).before !== undefined) view.reveal?.();
      this.#gap();
    }

    // What the page has of the gap between stills and frames stands below the first step, once that is predicted.
    #gap() {
      const place = document.getElementById(GAP);
      if (place) place.style.display = this.number === 1 && this.progress.answers(1).before !== undefined ? "" : "none";
    }

    // Says something to who listens.
    say(text) {
      this.said.textContent = text;
    }

    #answer(when, choice) {
      this.progress.answer(this.number, when, choice);
      this.#dispatch("answer", { question: QUESTION, choice, when });
    }

    // look: of the clip under a shift; without it the clip as it is, as the step shows it.
    #play(place, { concepts, side, frame }, clip, look) {
      if (this.player.parentElement !== place) place.replaceChildren(this.player);
      this.player.player ?? AttentionPlayer.mount(this.player, { linked: false });
      this.player.player.open(look ?? { pack: clip.file, first: clip.first, concepts, side, frame });
    }

    #ends(number) {
      const last = this.given.steps.length;
      const to = (next, text) => (next < 1 || next > last ? "" : button(text, () => this.go(next, { moved: true })));
      return el(
        "div",
        { class: "ends", hidden: asked("controls") === "hidden" },
        to(number - 1, say("lesson.previous")),
        to(number + 1, say("lesson.next")),
        number === last ? button(say("lesson.begin_again"), () => this.#anew()) : "",
      );
    }

    #list() {
      this.nav.hidden = asked("controls") === "hidden";
      const link = ({ number, title }) => {
        const here = number === this.number;
        const done = this.progress.answers(number).after !== undefined;
        const query = new URLSearchParams(location.search);
        query.set("tab", "learn");
        query.set("step", number);
        return el(
          "li",
          {},
          el(
            "a",
            {
              href: `?${query}`,
              "aria-current": here ? "step" : undefined,
              onclick: (event) => {
                if (event.ctrlKey || event.metaKey || event.shiftKey) return;
                event.preventDefault();
                this.go(number, { moved: true });
              },
            },
            el("span", { class: "number" }, String(number), done ? el("span", { class: "done", "aria-hidden": "true" }, "✓") : ""),
            el("span", { class: "name" }, title),
            done ? el("span", { class: "unseen" }, say("lesson.done")) : "",
          ),
        );
      };
      this.nav.replaceChildren(el("ol", {}, ...this.given.steps.map(link)));
    }

    #anew() {
      if (!confirm(say("lesson.forget"))) return;
      this.progress.forget();
      this.go(1, { moved: true });
    }

    #follow({ step, clip }) {
      if (!this.given) return void (this.wanted = { step, clip });
      if (step !== this.number || clip) this.go(step, { moved: true, clip });
    }

    // The step of the address, else where this browser was.
    #here() {
      const wanted = Number(asked("step")) || this.progress.kept.step;
      return Math.min(Math.max(1, Math.round(wanted)), this.given.steps.length);
    }

    #address(number) {
      const query = new URLSearchParams(location.search);
      if (query.get("step") === String(number)) return;
      query.set("tab", "learn");
      query.set("step", number);
      history.pushState(history.state, "", `${location.pathname}?${query}${location.hash}`);
    }

    #arrive(title) {
      title.focus({ preventScroll: true });
      title.scrollIntoView({ block: "nearest" });
      this.said.textContent = say("lesson.step_of", { step: this.number, steps: this.given.steps.length });
    }

    #dispatch(name, detail) {
      document.dispatchEvent(new CustomEvent(`lesson:${name}`, { detail: { step: this.number, ...detail } }));
    }
  }

  // Makes `root` the lesson, once the player's scripts are there; returns it.
  lesson.mount = (root) => (root.lesson = new Lesson(root));
})((globalThis.AttentionLesson ??= {}));
