// What a person takes away: the address that leads back here, and the picture of this view.
(function (player) {
  "use strict";

  const { el, say } = player;
  const KEYS = [
    ["← →", attentionWords.say("player.foot.keys_frame")],
    ["Home End", attentionWords.say("player.foot.keys_ends")],
    [attentionWords.say("player.foot.space"), attentionWords.say("player.foot.keys_play")],
    ["1 – 8", attentionWords.say("player.foot.keys_concept")],
    ["p", attentionWords.say("player.foot.keys_present")],
  ];
  const OFTEN = 250; // ms: browsers refuse an address that changes more often than some three times a second

  class Foot {
    // owner: the player, with its view, pictures, link and options
    constructor(owner) {
      this.owner = owner;
      this.answer = el("span", { class: "answer", role: "status" });
      const link = { type: "button", onclick: () => this.#copyLink(), hidden: !owner.options.linked };
      this.root = el(
        "div",
        { class: "foot" },
        el("button", link, attentionWords.say("player.foot.copy")),
        el("button", { type: "button", onclick: () => this.#savePicture() }, attentionWords.say("player.foot.save")),
        el("button", { type: "button", onclick: () => owner.presentation.toggle() }, attentionWords.say("player.foot.present")),
        this.answer,
        el("p", { class: "keys" }, ...KEYS.flatMap(([key, text]) => [el("kbd", {}, key), ` ${text} `])),
      );
    }

    // Leaves the page's address as it is for now.
    wait() {
      clearTimeout(this.remembering);
    }

    // Brings the page's address up to date, once things rest.
    remember() {
      this.wait();
      if (!this.owner.options.linked || this.owner.playing.on) return;
      this.remembering = setTimeout(() => {
        if (this.owner.view) this.#write();
      }, OFTEN);
    }

    // Another clip is a step that Back undoes, and so is a clip that is changed, or as it was; more of the change,
    // another frame or setting is none.
    #write() {
      const query = new URLSearchParams(location.search);
      const { link, dial } = this.owner;
      const isChanged = query.has("shift") || query.has("hide");
      const another = ["clip", "own"].some(
        (name) => query.has(name) && link[name] !== undefined && link[name] !== query.get(name),
      );
      const step = dial && isChanged !== Object.keys(dial.kept(link)).length > 0;
      const how = another || step ? "pushState" : "replaceState";
      history[how](history.state, "", this.#address());
    }

    #address() {
      const { view, link, dial } = this.owner;
      const search = player.writeAddress(location.search, view.pack, view.state, link, dial?.kept(link));
      return location.pathname + search + location.hash;
    }

    async #copyLink() {
      const link = location.origin + this.#address();
      const own = Boolean(this.owner.link.own);
      try {
        await navigator.clipboard.writeText(link);
        this.#say(own ? attentionWords.say("player.foot.copied_own") : attentionWords.say("player.foot.copied"));
      } catch {
        this.#say(link); // no clipboard without https: the person can copy it by hand
      }
    }

    #savePicture() {
      const { view, pictures, highest } = this.owner;
      const { pack, state } = view;
      const tiles = view.concepts.map((concept) => {
        const { over, energy } = view.tile(concept, highest);
        return { name: pack.concepts[concept], energy: `E = ${energy}`, over, mark: view.marks.get(concept) };
      });
      const top = player.written(view.top, player.decimalsFor(view.top));
      const high = state.scale === "own" ? attentionWords.say("player.foot.own_maximum") : top;
      const energy = attentionWords.say("player.foot.energy", { s: state.s });
      const { model } = pack;
      const seen = state.side === "web" ? attentionWords.say("player.foot.web", { model }) : attentionWords.say("player.foot.tuned", { model });
      const sees = pack.frame === "whole" ? attentionWords.say("player.foot.whole", { seen }) : seen;
      const says = [sees, energy, view.verdict().text].join(" · ");
      const canvas = player.drawFigure(
        pack.size,
        pictures.get(state.frame),
        [{ name: view.time.name, energy: "", over: null }, ...tiles],
        { title: `${pack.clip}, ${view.time.spoken}`, note: says, bar: { map: state.map, low: "0", high } },
      );
      const clip =
        pack.clip
          .replace(/\.\w+$/, "")
          .replace(/[^\p{L}\p{N}_-]+/gu, "-")
          .slice(0, 60) || "clip";
      player.saveCanvas(canvas, `${clip}-figure${view.figure}-frame${state.frame + 1}.png`);
      this.#say(attentionWords.say("player.foot.saved"));
    }

    #say(text) {
      say(this.answer, text);
      clearTimeout(this.answering);
      this.answering = setTimeout(() => say(this.answer, ""), 6000);
    }
  }

  Object.assign(player, { Foot });
})((globalThis.AttentionPlayer ??= {}));
