// The shift dial and what is hidden: a change of the clip, shown at once and then asked of the server.
(function (player) {
  "use strict";

  const { el, say } = player;
  const REST = 180; // ms without a move before the server is asked
  const WIDEST = 320; // pixels of the picture while a slider moves; at rest it has its own width
  const NOTE = {
    moving: attentionWords.say("player.dial.moving"),
    compression: attentionWords.say("player.dial.compression"),
  };

  class Dial {
    // owner: the player · rows: of attention/probe/shift, {name, most, levels, only_like, in_browser, curves}
    constructor(owner, rows) {
      this.owner = owner;
      this.answered = this.asked = "{}";
      this.moving = false;
      this.sliders = new player.Sliders(rows, (resting) => this.#moved(resting ? 0 : REST));
      this.note = el("p", { class: "note", role: "status" });
      this.curve = new player.Curve();
      this.preview = new player.Preview(() => this.ahead && owner.draw());
      this.breaks = new Map(); // shift → Map method → the least value at which it says something else
      this.hide = new player.Hide(owner, () => this.#moved(REST));
      const reset = { type: "button", onclick: () => this.reset() };
      this.root = el(
        "details",
        { class: "dial", ontoggle: () => this.root.open && this.#makeReady() },
        el("summary", {}, attentionWords.say("player.dial.summary")),
        this.hide.root,
        this.sliders.root,
        el("div", { class: "line" }, el("button", reset, attentionWords.say("player.dial.reset")), this.note),
        this.curve.root,
      );
    }

    // What the server is asked for.
    get change() {
      const { values } = this.sliders;
      return { ...(Object.keys(values).length && { shift: values }), ...(this.hide.asked && { hide: this.hide.asked }) };
    }

    get moved() {
      return Object.keys(this.change).length > 0;
    }

    // What the address of a look with this link says of the dial: as long as it is not followed, what it said.
    kept(link) {
      return this.wanted && player.isWanted(this.wanted, link) ? this.wanted.change : this.change;
    }

    // Follows the address as soon as its clip is open. Its whole frames, or their centre, are asked for once.
    follow(wanted) {
      this.wanted = wanted;
      const { view, link } = this.owner;
      if (view) this.meet(view.pack, link);
    }

    meet(pack, link) {
      const { wanted } = this;
      if (!wanted || !player.isWanted(wanted, link)) return;
      if (pack.frame !== wanted.frame) {
        if (!wanted.asked) this.owner.options.ask({ frame: wanted.frame });
        wanted.asked = true;
        return;
      }
      this.wanted = null;
      const before = JSON.stringify(this.change);
      this.#turn(wanted.change);
      if (this.moved) this.root.open = true;
      if (JSON.stringify(this.change) !== before) this.#moved(0);
    }

    // A pack was opened whose frames were changed like this.
    opened(pack, change) {
      const plain = !Object.keys(change).length;
      const another = pack.clip !== this.pack?.clip;
      this.answered = JSON.stringify(change);
      if (plain) this.#keep(pack);
      else this.#compare(pack, change);
      if (plain && another) this.giveUp();
      else if (plain && this.moved && !this.moving) this.#ask(); // another model, or another step: shifted alike
      this.#showCurve();
      if (!this.ahead) say(this.note, "");
    }

    // Something else is asked of the clip first; what it brings is changed as the sliders stand then.
    hold() {
      clearTimeout(this.waiting);
      this.moving = false;
      this.asked = JSON.stringify(this.change);
    }

    // What was asked for is not coming.
    stop() {
      this.wanted = null;
      this.giveUp();
    }

    // Back to what is shown.
    giveUp() {
      clearTimeout(this.waiting);
      this.moving = false;
      this.asked = this.answered;
      this.#turn(JSON.parse(this.answered));
      this.say("");
    }

    // Turns everything to a change, and asks nobody.
    #turn({ shift = {}, hide }) {
      this.sliders.put(shift);
      this.hide.put(hide);
    }

    // Notes which methods say something else under a single shift than without it.
    #compare(pack, { shift = {}, hide }) {
      const [[name, value] = [], ...others] = Object.entries(shift);
      if (!name || hide || others.length || pack.clip !== this.pack?.clip) return;
      if (!this.breaks.has(name)) this.breaks.set(name, new Map());
      const known = this.breaks.get(name);
      pack.methods.forEach((method, number) => {
        const same = method.prediction === this.pack.methods[number]?.prediction;
        if (!same) known.set(method.name, Math.min(value, known.get(method.name) ?? Infinity));
      });
    }

    // The curve of the shift that was moved last.
    #showCurve() {
      const { latest, values } = this.sliders;
      if (latest && this.pack)
        this.curve.show(latest, this.pack.model, values[latest.name] ?? 0, this.breaks.get(latest.name) ?? new Map());
    }

    // The pictures as they were, which a preview begins with.
    #keep(pack) {
      this.pictures?.close();
      this.preview.forget();
      this.breaks.clear();
      this.pack = pack;
      this.pictures = new player.Pictures(pack, () => this.ahead && this.owner.draw());
    }

    // Says what went wrong, or what is waited for.
    say(text) {
      say(this.note, text);
    }

    reset() {
      this.#turn({});
      this.#moved(0);
    }

    // Whether the sliders are ahead of what the methods have answered.
    get ahead() {
      return this.moving || this.asked !== this.answered;
    }

    // The picture of a pack's frame under the shifts, as far as it is computed; undefined while it is not there
    // yet, null where there is none.
    picture(pack, frame) {
      const number = pack.frames[frame];
      const original = this.pictures.get(Math.max(0, this.pack.frames.findIndex((one) => one >= number)));
      if (!original) return original;
      const width = this.moving ? Math.min(original.width, this.owner.tiles.width, WIDEST) : original.width;
      const { values } = this.sliders;
      return this.preview.see(original, { frame: number, width, values, boxes: this.hide.boxes(pack, frame), brush: this.hide.brush });
    }

    #makeReady() {
      if (this.pack) this.picture(this.owner.view.pack, this.owner.view.state.frame);
      this.owner.options.ask({ open: true });
    }

    #moved(rest) {
      clearTimeout(this.waiting);
      this.moving = true;
      this.wanted = null;
      this.#see();
      this.#showCurve();
      const { rows, values } = this.sliders;
      const seen = this.hide.asked || rows.some((row) => row.in_browser && row.name in values);
      this.say(seen || !this.moved ? NOTE.moving : NOTE.compression);
      this.waiting = setTimeout(() => this.#ask(), rest);
    }

    // Has the picture drawn as soon as it is computed.
    #see() {
      const { pack, state } = this.owner.view;
      this.picture(pack, state.frame);
      this.hide.lay();
    }

    #ask() {
      this.moving = false;
      this.#see();
      this.asked = JSON.stringify(this.change);
      this.owner.options.ask(this.change);
      this.owner.foot.remember();
    }
  }

  Object.assign(player, { Dial });
})((globalThis.AttentionPlayer ??= {}));
