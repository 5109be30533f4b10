// Step "labels": EnergyNet's four branches with live energies and both losses, the pool that keeps the hardest pairs,
// the hardest triplet, and Figure 5.
(function (lesson) {
  "use strict";

  const { el, say, written } = lesson;
  const KEPT = 4; // pairs that are kept of a pool, K of the paper
  const FIRST = 6; // pairs of the first pool
  const DECIMALS = 3;

  const netEnergy = ({ pack }, frame, concept) => pack.sides.get("tuned").netEnergies[frame * pack.concepts.length + concept];

  // Eq. 6: max{0, E(F, false) − E(F, true) + margin}.
  const energyLoss = (clip, frame, wrong, margin) =>
    Math.max(0, netEnergy(clip, frame, wrong) - netEnergy(clip, frame, clip.pack.truth) + margin);

  // The same order on every screen: whole numbers 0 … n-1, shuffled by a fixed seed.
  function shuffled(n) {
    const order = Array.from({ length: n }, (_, i) => i);
    let state = 7;
    for (let i = n - 1; i > 0; i--) {
      state = (state * 1103515245 + 12345) % 2147483648;
      const j = state % (i + 1);
      [order[i], order[j]] = [order[j], order[i]];
    }
    return order;
  }

  class Labels {
    constructor(room) {
      this.room = room;
      this.frame = room.step.frame;
      const { pack } = room.clip;
      const wrong = pack.concepts.map((name, place) => [place, name]).filter(([place]) => place !== pack.truth);
      this.wrong = room.step.concepts.find((concept) => concept !== pack.truth) ?? wrong[0][0];
      this.slider = el("input", {
        type: "range",
        min: 0,
        max: pack.frames.length - 1,
        value: this.frame,
        oninput: () => {
          this.frame = Number(this.slider.value);
          this.#branches();
        },
      });
      this.hardest = false; // whether F⁻ is the hardest
      this.cards = el("div", { class: "branches" });
      this.loss = el("p", { class: "sum", "aria-live": "polite" });
      this.triplet = el("p", { class: "sum", "aria-live": "polite" });
      this.triplets = el("div", { class: "triplets" });
      this.pool = el("div", { class: "pool" });
      this.stage = el("div", {});
      this.root = el(
        "div",
        {},
        el("h3", {}, say("lesson.labels.branches")),
        el(
          "div",
          { class: "tools" },
          el("label", {}, say("lesson.labels.frame"), " ", this.slider),
          el("span", {}, say("lesson.labels.false_class")),
          lesson.choice(say("lesson.labels.false_class"), wrong, this.wrong, (concept) => {
            this.wrong = concept;
            this.#branches();
          }),
          lesson.choice(say("lesson.labels.negative"), [[false, say("lesson.labels.any")], [true, say("lesson.labels.hardest")]], false, (hardest) => {
            this.hardest = hardest;
            this.#branches();
          }),
        ),
        this.cards,
        this.loss,
        this.triplet,
        el("p", { class: "hint" }, say("lesson.labels.distance")),
        el("h3", {}, say("lesson.labels.pool")),
        this.pool,
        el("h3", {}, say("lesson.labels.triplets")),
        this.triplets,
        this.stage,
      );
      this.#open();
    }

    reveal() {
      const { sweeps } = this.room.given;
      const figure5 = el("div", {});
      const show = (place) => {
        const { title, shares, rows } = sweeps[place];
        figure5.replaceChildren(lesson.table(title, [say("lesson.labels.method"), ...shares], rows));
      };
      show(0);
      this.stage.replaceChildren(
        el("h3", {}, say("lesson.labels.figure5")),
        lesson.choice(say("lesson.labels.clips"), sweeps.map(({ name }, place) => [place, name]), 0, (place) => show(place)),
        figure5,
        el("h3", {}, say("lesson.player")),
        (this.place = el("div", {})),
      );
      this.room.play(this.place);
    }

    async #open() {
      const keys = Object.keys(this.room.given.clips);
      this.clips = await Promise.all(keys.map((key) => this.room.clips.open(key)));
      this.other = this.clips.find((clip) => clip.key !== this.room.clip.key);
      this.pairs = this.clips.flatMap((clip) =>
        clip.pack.frames.flatMap((_, frame) =>
          clip.pack.concepts.flatMap((_, wrong) => (wrong === clip.pack.truth ? [] : [{ clip, frame, wrong }])),
        ),
      );
      this.order = shuffled(this.pairs.length);
      this.size = FIRST;
      this.#branches();
      this.#grow();
      this.#showTriplets();
    }

    #branches() {
      if (!this.other) return;
      const { clip, given } = this.room;
      const { pack } = clip;
      const plus = (this.frame + Math.floor(pack.frames.length / 2)) % pack.frames.length;
      const minus = this.hardest
        ? lesson.hardestNegative(given.distances, clip.key, this.frame)
        : { key: this.other.key, frame: Math.floor(this.other.pack.frames.length / 2) };
      const other = this.clips.find(({ key }) => key === minus.key);
      this.cards.replaceChildren(
        this.#card("F", clip, this.frame, pack.truth, say("lesson.labels.true_class")),
        this.#card("F", clip, this.frame, this.wrong, say("lesson.labels.false_class")),
        this.#card("F⁺", clip, plus, pack.truth, say("lesson.labels.same_class")),
        this.#card("F⁻", other, minus.frame, other.pack.truth, say("lesson.labels.other_class")),
      );
      const rows = given.distances[clip.key];
      this.#tellTriplet(rows[clip.key][this.frame][plus], rows[other.key][this.frame][minus.frame]);
      const loss = energyLoss(clip, this.frame, this.wrong, given.margin);
      const values = [netEnergy(clip, this.frame, this.wrong), netEnergy(clip, this.frame, pack.truth), given.margin, loss];
      this.slider.setAttribute("aria-valuetext", say("lesson.frame_of", { frame: this.frame + 1, frames: pack.frames.length }));
      this.loss.dataset.loss = loss;
      const [wrong, right, margin, found] = values.map((value) => written(value, DECIMALS));
      this.loss.textContent = say("lesson.labels.loss", { wrong, right, margin, loss: found });
    }

    #tellTriplet(near, far) {
      const { beta } = this.room.given;
      const loss = lesson.tripletLoss(near, far, beta);
      this.triplet.dataset.triplet = loss;
      const [closer, wider, margin, found] = [near, far, beta, loss].map((value) => written(value, DECIMALS));
      this.triplet.textContent = say("lesson.labels.triplet", { near: closer, far: wider, margin, loss: found });
    }

    // The triplet that EnergyNet tells apart least, of all that these clips have.
    #showTriplets() {
      const { distances, beta } = this.room.given;
      const { all, many, hardest } = lesson.allTriplets(distances, beta);
      const { key, frame, plus, near, minus, loss } = hardest;
      const [clip, other] = [key, minus.key].map((wanted) => this.clips.find((one) => one.key === wanted));
      const D = (distance) => `D = ${written(distance, DECIMALS)}`;
      this.triplets.dataset.loss = loss;
      this.triplets.dataset.many = many;
      this.triplets.replaceChildren(
        el("p", {}, say("lesson.labels.triplets_count", { all, many, loss: written(loss, DECIMALS) })),
        el(
          "div",
          { class: "branches" },
          this.#picture("F", clip, frame, clip.pack.truth, say("lesson.labels.true_class"), ""),
          this.#picture("F⁺", clip, plus, clip.pack.truth, say("lesson.labels.same_class"), D(near)),
          this.#picture("F⁻", other, minus.frame, other.pack.truth, say("lesson.labels.other_class"), D(minus.far)),
        ),
      );
    }

    #card(letter, clip, frame, concept, role) {
      const energy = netEnergy(clip, frame, concept);
      const card = this.#picture(letter, clip, frame, concept, role, `E = ${written(energy, DECIMALS)}`);
      card.dataset.energy = energy;
      return card;
    }

    // A frame under the map of a class, with its part and a number.
    #picture(letter, clip, frame, concept, role, number) {
      const canvas = el("canvas", { role: "img", "aria-label": `${clip.title}, ${say("lesson.frame_of", { frame: frame + 1, frames: clip.pack.frames.length })}` });
      clip.paint(canvas, frame, lesson.over(clip.pack, "tuned", concept, frame));
      return el(
        "figure",
        {},
        canvas,
        el("figcaption", {}, el("b", {}, letter), ` ${role}: ${clip.pack.concepts[concept]}`, el("span", { class: "energy" }, ` ${number}`)),
      );
    }

    // What the pool holds now: the hardest pairs of so many.
    #grow() {
      const { margin } = this.room.given;
      const drawn = this.order.slice(0, this.size).map((place) => this.pairs[place]);
      const rated = drawn.map((pair) => ({ ...pair, loss: energyLoss(pair.clip, pair.frame, pair.wrong, margin) }));
      const hard = rated.toSorted((a, b) => b.loss - a.loss).slice(0, KEPT);
      const mean = (pairs) => pairs.reduce((total, { loss }) => total + loss, 0) / pairs.length;
      const all = this.pairs.length;
      const more = lesson.button(say("lesson.labels.grow"), () => {
        this.size = Math.min(all, 2 * this.size);
        this.#grow();
        this.pool.querySelector("button")?.focus();
      });
      more.disabled = this.size >= all;
      const items = hard.map(({ clip, frame, wrong, loss }) => {
        const canvas = el("canvas", { "aria-hidden": "true" });
        clip.paint(canvas, frame);
        const said = { truth: clip.pack.concepts[clip.pack.truth], frame: frame + 1, wrong: clip.pack.concepts[wrong], loss: written(loss, DECIMALS) };
        return el("li", { "data-loss": loss }, canvas, el("span", {}, say("lesson.labels.pair", said)));
      });
      this.pool.replaceChildren(
        el("p", { "aria-live": "polite" }, say("lesson.labels.pool_size", { size: this.size, all, kept: hard.length, mean: written(mean(hard), DECIMALS), whole: written(mean(rated), DECIMALS) })),
        el("ul", {}, ...items),
        el("p", { class: "press" }, more),
      );
    }
  }

  lesson.views.labels = Labels;
})((globalThis.AttentionLesson ??= {}));
