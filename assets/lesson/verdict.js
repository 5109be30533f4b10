// Steps "vote" and "verdict": the bare clip first; then the player, and what the vote and attention add up.
(function (lesson) {
  "use strict";

  const { el, say, written } = lesson;

  class Verdict {
    constructor(room) {
      this.room = room;
      this.film = new lesson.Film(room.clip);
      this.sums = el("div", { class: "sums" });
      this.stage = el("div", {});
      this.root = el("div", {}, this.film.root, this.sums, this.stage);
    }

    reveal() {
      this.film.stop();
      this.film.root.remove();
      this.#add();
      this.room.play(this.stage);
    }

    #add() {
      const { pack } = this.room.clip;
      const heads = [say("lesson.class"), ...this.#columns().map(([name]) => name)];
      const rows = pack.concepts.map((name, concept) => [
        name + (concept === pack.truth ? " ✓" : ""),
        ...this.#columns().map(([, values, decimals]) => {
          const most = Math.max(...values);
          const cell = el("span", { class: "number" }, written(values[concept], decimals), lesson.share(values[concept], most));
          cell.classList.toggle("most", values[concept] === most);
          return cell;
        }),
      ]);
      const tuned = this.room.step.view === "vote" ? "" : el("p", { class: "hint" }, say("lesson.verdict.tuned"));
      this.sums.replaceChildren(lesson.table(say("lesson.verdict.caption", { frames: pack.frames.length }), heads, rows), tuned);
    }

    // [name, value of each concept, decimals]
    #columns() {
      const { pack } = this.room.clip;
      const energies = (this.energies ??= new AttentionPlayer.Energies(pack));
      const counted = (side) => {
        const votes = new Array(pack.concepts.length).fill(0);
        for (const one of energies.votes(side)) votes[one] += 1;
        return votes;
      };
      const vote = [say("lesson.verdict.vote"), counted("web"), 0];
      if (this.room.step.view === "vote") return [vote];
      return [
        vote,
        [say("lesson.verdict.attention"), energies.means("web", pack.window), 2],
        [say("lesson.verdict.tuned_vote"), counted("tuned"), 0],
        [say("lesson.verdict.tuned_attention"), energies.means("tuned", pack.window), 2],
      ];
    }
  }

  lesson.views.vote = lesson.views.verdict = Verdict;
})((globalThis.AttentionLesson ??= {}));
