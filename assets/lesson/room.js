// A class room in the browser: joins by code, follows the teacher, sends what a pupil answers and draws.
//
// It talks to the lesson by events on `document`, so that neither needs the other:
//   from the lesson  lesson:answer {step, question, choice, when: "before"|"after"}  choice counts from 0
//                    lesson:drawing {step, clip, frame, cells}  12 rows of 12; what is above 0 was drawn
//                    lesson:at {step, clip}  where this page is
//                    lesson:question {step, question, text, choices}  words for the teacher's bars
//   from the room    lesson:go {step, clip}  the teacher is there now
//                    lesson:test {which}  "pre" or "post" has begun, null: it is over
//                    lesson:heat {step, clip, frame, pupils, cells}  all drawings of the class, for the teacher's page
//                    lesson:class {code, role, led, teacher}  the class this page is in; code "" when in none
// Addresses: ?tab=learn&class=CODE joins · &step=3 opens a step · &answers=hidden · &controls=hidden; the lesson reads
// the last three · clip, model and the player's settings as everywhere (assets/player/address.js). #teach=SECRET is the
// teacher's own link; a fragment is not sent, and is taken out of the address at once.
(function (room) {
  "use strict";

  const { ask, dispatch, pupil, secretOf, writeCode } = room;
  const EVERY = 1000; // ms between two questions to the server
  const HIDDEN = 5000; // of a pupil's page that nobody looks at
  const MOST_WAITING = 60; // answers that wait for a connection

  // A page in a class, or in none. show: called with it whenever what it knows has changed.
  class Membership {
    constructor(show) {
      this.show = show;
      this.code = this.secret = this.error = this.note = "";
      this.state = null; // as the server gives it
      this.at = null; // where this page is, once the lesson has said so
      this.outbox = [];
      this.lost = 0; // questions without an answer, in a row
      this.went = "";
      this.timer = 0;
      this.turn = 0; // a class that was left takes its answers with it
      document.addEventListener("lesson:at", ({ detail }) => this.moved(detail));
      document.addEventListener("lesson:answer", ({ detail }) => this.answered(detail));
      document.addEventListener("lesson:drawing", ({ detail }) => this.drew(detail));
      document.addEventListener("visibilitychange", () => document.hidden || this.soon(0));
      window.addEventListener("pagehide", () => this.isTeacher && this.send("leave").catch(() => {}));
    }

    get isTeacher() {
      return Boolean(this.code && this.secret);
    }

    get isPupil() {
      return Boolean(this.code && !this.secret);
    }

    // What the address asks for, when the page opens.
    async follow() {
      const code = (new URLSearchParams(location.search).get("class") ?? "").trim();
      const [, secret] = location.hash.match(/^#teach=([\w-]+)$/) ?? [];
      if (!code) return;
      const known = secretOf(code, secret);
      if (secret) writeCode(code);
      if (known) this.enter(code.toUpperCase(), known, null);
      else await this.join(code);
    }

    async open() {
      const { status, told } = await this.tried(() => ask("POST", "open", { body: {} }));
      if (status !== 200) return;
      this.enter(told.code, secretOf(told.code, told.secret), null);
      if (this.at) await this.steer();
    }

    async join(code) {
      const { status, told } = await this.tried(() => ask("POST", "join", { body: { code, pupil: pupil() } }));
      if (status === 200) this.enter(told.code, "", told);
    }

    // An answer to a click; what is wrong is said.
    async tried(asking) {
      this.error = "";
      try {
        const answer = await asking();
        if (answer.status >= 400) this.error = answer.told.error ?? String(answer.status);
        this.show(this);
        return answer;
      } catch {
        this.error = "lost";
        this.show(this);
        return { status: 0, told: null };
      }
    }

    enter(code, secret, state) {
      Object.assign(this, { code, secret, state, mark: "", error: "", note: "", went: "", lost: 0, outbox: [] });
      this.turn += 1;
      writeCode(code);
      this.told();
      this.soon(0);
    }

    // why: the class is over, the secret was refused, or nothing: one left.
    leave(why = "") {
      const code = this.code;
      if (why) secretOf(code, null);
      Object.assign(this, { code: "", secret: "", state: null, note: why === "over" ? "over" : "", before: code });
      this.turn += 1;
      clearTimeout(this.timer);
      writeCode("");
      this.told();
    }

    soon(wait = document.hidden && !this.isTeacher ? HIDDEN : EVERY) {
      clearTimeout(this.timer);
      if (this.code) this.timer = setTimeout(() => this.poll(), wait);
    }

    async poll() {
      const turn = this.turn;
      const proof = this.isTeacher ? { "x-class-secret": this.secret } : { "x-class-pupil": pupil() };
      const headers = { ...proof, ...(this.mark ? { "if-none-match": this.mark } : {}) };
      try {
        const what = this.isTeacher ? "tally" : "state";
        const { status, told, mark } = await ask("GET", what, { query: { code: this.code }, headers });
        if (turn !== this.turn) return;
        const wasLost = this.lost;
        this.lost = 0;
        if (status === 404) return this.leave("over");
        if (status === 403) {
          this.leave("refused");
          this.error = told.error;
          return this.show(this);
        }
        if (status === 200) Object.assign(this, { state: told, mark });
        if (status === 200 || wasLost) this.told();
        await this.flush();
      } catch {
        this.lost += 1;
        if (turn === this.turn && this.lost === 3) this.told();
      }
      if (turn === this.turn) this.soon();
    }

    // Shows what is known now, and tells the lesson.
    told() {
      const { state } = this;
      const role = this.isTeacher ? "teacher" : this.code ? "pupil" : "";
      dispatch("class", { code: this.code, role, led: Boolean(state?.led), teacher: Boolean(state?.teacher) });
      const there = state && `${state.led} ${state.step} ${state.clip}`;
      if (this.isPupil && state?.led && there !== this.went) dispatch("go", { step: state.step, clip: state.clip });
      this.went = there ?? "";
      this.show(this);
    }

    moved({ step, clip }) {
      const first = this.at === null;
      this.at = { step: Number(step), clip: clip ?? "" };
      const { state } = this;
      // a lesson that came later than the news of where the teacher is
      if (first && this.isPupil && state?.led && state.step !== this.at.step) dispatch("go", { step: state.step, clip: state.clip });
      if (this.isTeacher && state?.led && (state.step !== this.at.step || state.clip !== this.at.clip)) this.steer();
      this.show(this);
    }

    answered({ step, question, choice, when, after }) {
      this.put("answer", { step, question, choice, when: when ?? (after ? "after" : "before") });
    }

    drew({ step, clip, frame, cells }) {
      this.put("draw", { step, clip: clip ?? "", frame, cells: cells.map((row) => [...row].map((cell) => cell > 0)) });
    }

    // To be counted as soon as there is a connection; of a pupil alone.
    put(what, given) {
      if (!this.isPupil) return;
      this.outbox.push({ what, given });
      this.outbox.splice(0, this.outbox.length - MOST_WAITING);
      this.flush().catch(() => {});
    }

    async flush() {
      while (this.outbox.length && !this.flushing) {
        const [{ what, given }] = this.outbox;
        this.flushing = true;
        try {
          const { status } = await this.send(what, given);
          if (status === 429 || status >= 500) return; // with the next question
          this.outbox.shift();
        } finally {
          this.flushing = false;
        }
      }
    }

    send(what, given = {}) {
      const proof = this.isTeacher ? { secret: this.secret } : { pupil: pupil() };
      return ask("POST", what, { body: { code: this.code, ...proof, ...given } });
    }

    // Puts on all screens where the teacher is, with what is changed.
    async steer(change = {}) {
      const { led = true, test = null, step = 1, clip = "" } = this.state ?? {};
      const asked = { led, test, step, clip, ...this.at, ...change };
      const { status, told } = await this.tried(() => this.send("steer", asked));
      if (status !== 200) return;
      this.state = { ...this.state, ...told };
      this.mark = "";
      this.told();
    }
  }

  Object.assign(room, { Membership });
})((globalThis.AttentionClass ??= {}));
