// One concept's box: its name, its stills and clips, and the button that records more.
(function (own) {
  "use strict";

  const MOST = 200; // files in a box, as the server has it
  const LARGEST = 20e6; // bytes
  const SEEN = 12; // thumbnails; more are counted
  const PER_SECOND = 6; // stills of a hold
  const MOST_IN_A_HOLD = 60;
  const AT_ONCE = 3; // files on their way
  const { say } = window.attentionWords;
  const { el, say: write } = globalThis.AttentionPlayer;

  let takes = 0; // recordings of this page; a file that is brought belongs to none: 0

  class Box {
    // number: on the server · owner: {server, camera, records(), say(sentence), changed()}
    constructor(number, owner) {
      Object.assign(this, { number, owner, things: [], waiting: [], sending: 0 });
      this.name = el("input", {
        type: "text", maxlength: 40, value: say("own.box", { number: number + 1 }), "aria-label": say("own.name"), autocomplete: "off",
        onchange: () => this.#changed(),
      });
      this.files = el("input", {
        type: "file", multiple: true, accept: owner.accept, hidden: true,
        onchange: () => this.bring([...this.files.files]).then(() => (this.files.value = "")),
      });
      this.thumbs = el("ul", { class: "thumbs" });
      this.about = el("p", { class: "about-box", "aria-live": "polite" });
      this.hold = el("button", { type: "button", class: "hold" });
      own.holdable(this.hold, () => this.#record());
      this.choose = el("button", { type: "button", onclick: () => this.files.click() }, say("own.files"));
      this.empty = el("button", { type: "button", onclick: () => this.remove(this.things) }, say("own.empty"));
      this.root = el(
        "section", { class: "box", tabindex: -1, ondragover: (event) => this.#over(event),
          ondragleave: () => this.root.classList.remove("over"), ondrop: (event) => this.#dropped(event) },
        this.name, this.thumbs, this.about,
        el("div", { class: "box-buttons" }, this.hold, this.choose, this.files, this.empty),
      );
      this.draw();
    }

    get title() {
      return this.name.value.trim() || say("own.box", { number: this.number + 1 });
    }

    // Takes files of any number and kind, one after the other.
    async bring(files, { take = 0, camera = false } = {}) {
      const room = MOST - this.things.length - this.waiting.length - this.sending;
      const taken = files.slice(0, Math.max(0, room));
      if (!taken.length && files.length) this.owner.say(say("own.full", { most: MOST }));
      else if (taken.length < files.length) this.owner.say(say("own.too_many", { files: files.length, most: MOST, taken: taken.length }));
      this.waiting.push(...taken.map((file) => ({ file, take, camera })));
      this.draw();
      await Promise.all(Array.from({ length: AT_ONCE }, () => this.#send()));
    }

    // Deletes some of its things, here and on the server.
    async remove(things) {
      const keys = things.map((thing) => thing.key);
      for (const thing of things) URL.revokeObjectURL(thing.picture);
      this.things = this.things.filter((thing) => !things.includes(thing));
      this.#changed();
      for (let at = 0; at < keys.length; at += 50)
        await this.owner.server
          .send("remove", { keys: keys.slice(at, at + 50).join(",") })
          .catch((error) => this.owner.say(error.message));
    }

    async #send() {
      for (let next; (next = this.waiting.shift()); ) {
        this.sending++;
        try {
          await this.#sent(next);
        } catch (error) {
          this.owner.say(error instanceof own.Trouble ? error.message : say("own.lost", { name: next.file.name }));
        }
        this.sending--;
        this.#changed();
      }
    }

    async #sent({ file, take, camera }) {
      const small = await own.smallStill(file);
      if (small.size > LARGEST) throw new own.Trouble(say("own.too_large", { name: file.name }));
      const query = { box: this.number, name: file.name, take, camera: camera ? 1 : 0 };
      const { key } = await this.owner.server.send("bring", query, small);
      if (this.things.some((thing) => thing.key === key)) return; // the same file once more
      const isClip = small.type.startsWith("video/");
      const picture = small.type === "image/jpeg" ? URL.createObjectURL(small) : "";
      this.things.push({ key, name: file.name, picture, isClip });
    }

    // Records while the button is held; returns what ends it.
    async #record() {
      const kind = this.owner.records();
      await this.owner.camera.start();
      this.hold.classList.add("holding");
      write(this.hold, kind === "clip" ? say("own.holding.clip") : say("own.holding.still"));
      const take = ++takes;
      const film = kind === "clip" ? this.owner.camera.film() : null;
      let count = 0;
      const shoot = async () => {
        if (count++ >= MOST_IN_A_HOLD) return;
        const blob = await this.owner.camera.still();
        if (blob) this.bring([new File([blob], `camera-${take}-${count}.jpg`, { type: blob.type })], { take, camera: true });
      };
      const shooting = film ? 0 : setInterval(shoot, 1000 / PER_SECOND);
      if (!film) shoot();
      return async () => {
        clearInterval(shooting);
        this.hold.classList.remove("holding");
        this.draw();
        if (film) await this.bring([await film.stop()], { take, camera: true });
      };
    }

    #over(event) {
      event.preventDefault();
      this.root.classList.add("over");
    }

    #dropped(event) {
      event.preventDefault();
      this.root.classList.remove("over");
      this.bring([...event.dataTransfer.files]);
    }

    #changed() {
      this.draw();
      this.owner.changed();
    }

    draw() {
      const clips = this.things.filter((thing) => thing.isClip).length;
      const coming = this.waiting.length + this.sending;
      const said = this.things.length || coming ? counted(this.things.length - clips, clips) : say("own.drop");
      write(this.about, coming ? `${said} · ${say("own.bringing", { files: coming })}` : said);
      if (!this.hold.classList.contains("holding")) write(this.hold, this.owner.records() === "clip" ? say("own.hold.clip") : say("own.hold.still"));
      this.hold.setAttribute("aria-label", say("own.hold_for", { name: this.title }));
      this.root.setAttribute("aria-label", this.title);
      this.empty.hidden = !this.things.length;
      const last = this.things.slice(-SEEN);
      const more = this.things.length - last.length;
      this.thumbs.replaceChildren(
        ...last.map((thing) => el("li", {}, this.#thumb(thing))),
        ...(more ? [el("li", { class: "more" }, say("own.more", { files: more }))] : []),
      );
    }

    #thumb(thing) {
      const face = thing.picture ? el("img", { src: thing.picture, alt: "" }) : el("span", { "aria-hidden": "true" }, "▶");
      const title = say("own.remove", { name: thing.name });
      const onclick = () => {
        this.remove([thing]);
        this.root.focus({ preventScroll: true }); // the button is gone
      };
      return el("button", { type: "button", title, "aria-label": title, onclick }, face);
    }
  }

  function counted(stills, clips) {
    const said = say("own.stills", { count: stills });
    return clips ? `${said}, ${say("own.clips", { count: clips })}` : said;
  }

  // Makes a button work while it is held, by mouse, finger or key. begin(): starts, a promise of what ends it.
  own.holdable = function (button, begin) {
    let work = null;
    const down = () => {
      if (work) return;
      const mine = (work = begin());
      mine.catch((error) => {
        if (work === mine) work = null;
        button.dispatchEvent(new CustomEvent("trouble", { bubbles: true, detail: error.message }));
      });
    };
    const up = async () => {
      const mine = work;
      work = null;
      (await mine?.catch(() => null))?.();
    };
    button.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      button.setPointerCapture?.(event.pointerId);
      down();
    });
    for (const end of ["pointerup", "pointercancel", "blur"]) button.addEventListener(end, up);
    button.addEventListener("contextmenu", (event) => event.preventDefault()); // a long press on a phone
    button.addEventListener("keydown", (event) => {
      if (![" ", "Enter"].includes(event.key)) return;
      event.preventDefault();
      if (!event.repeat) down();
    });
    button.addEventListener("keyup", (event) => [" ", "Enter"].includes(event.key) && up());
  };

  Object.assign(own, { Box, MOST });
})((globalThis.OwnConcepts ??= {}));
