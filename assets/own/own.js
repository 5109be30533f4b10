// One's own concepts: boxes, a camera, Learn; then a clip, or the camera live. Mounted once on its element.
(function (own) {
  "use strict";

  const LEAST = 2;
  const MOST = 6; // boxes
  const { say } = window.attentionWords;
  const { el, say: write, freshId } = globalThis.AttentionPlayer;

  class Page {
    // ask(request): an event of the page, {learn: {session, names}} or {forget: session} · clip: the file input
    // for one's own clip · accept: the names of files that are read
    constructor(root, { ask, clip, accept }) {
      Object.assign(this, { ask, clip, accept, boxes: [], server: new own.Server(), kind: "still" });
      this.video = el("video", { muted: true, playsinline: true, "aria-label": say("own.camera") });
      this.video.muted = true;
      this.camera = new own.Camera(this.video, () => this.#cameraChanged());
      this.live = new own.Live(this);
      this.said = el("p", { class: "note trouble", role: "alert", hidden: true });
      this.row = el("div", { class: "boxes" });
      this.more = el("button", { type: "button", onclick: () => this.#addBox() }, say("own.another"));
      this.fewer = el("button", { type: "button", onclick: () => this.#removeBox() }, say("own.fewer"));
      this.learn = el("button", { type: "button", class: "learn", onclick: () => this.#learn() }, say("own.learn"));
      this.forget = el("button", { type: "button", onclick: () => this.#forget() }, say("own.forget"));
      this.state = el("p", { class: "about-learn", role: "status" });
      this.film = el("button", { type: "button", class: "hold" }, say("own.film"));
      own.holdable(this.film, () => this.#film());
      this.after = el(
        "div", { class: "after", hidden: true }, el("h3", {}, say("own.try")),
        el("div", { class: "after-buttons" }, this.film, this.live.button), this.live.about, this.live.tiles,
      );
      root.append(
        el("p", { class: "privacy" }, say("own.privacy")), this.row,
        el("div", { class: "under" }, this.#cameraPanel(),
          el("div", { class: "deeds" }, el("div", {}, this.more, this.fewer),
            el("div", {}, this.learn, this.forget), this.state, this.said)),
        this.after,
      );
      root.addEventListener("trouble", (event) => this.say(event.detail));
      addEventListener("paste", (event) => this.#pasted(event, root));
      // from the browser's memory of pages: the session was ended when it was left
      addEventListener("pageshow", (event) => event.persisted && this.#cleared(say("own.ended")));
      for (let number = 0; number < LEAST; number++) this.#addBox();
    }

    // What the server said last: {learnt: concepts}, {trouble} or nothing.
    tell(value) {
      this.learn.disabled = false;
      write(this.learn, say("own.learn"));
      if (value?.trouble) this.say(value.trouble);
      if (!value?.learnt) return;
      this.after.hidden = false;
      this.stale = false;
      write(this.state, "");
      this.say("");
    }

    // A sentence for the person; "" takes it away.
    say(sentence) {
      this.said.hidden = !sentence;
      write(this.said, sentence);
    }

    records() {
      return this.kind;
    }

    // The boxes are not what was learnt any more.
    changed() {
      const learnt = !this.after.hidden;
      write(this.state, learnt ? say("own.changed") : say("own.learn_first"));
    }

    async #learn() {
      this.say("");
      try {
        const session = await this.server.session();
        const names = Object.fromEntries(this.boxes.map((box) => [box.number, box.title]));
        this.learn.disabled = true;
        write(this.learn, say("own.learning"));
        this.ask({ learn: { session, names } });
      } catch (error) {
        this.tell({ trouble: error.message });
      }
    }

    async #forget() {
      this.live.stop();
      if (this.camera.on) this.camera.stop();
      await this.server.leave();
      this.#cleared(say("own.forgotten"));
      this.ask({ forget: true });
    }

    #cleared(sentence) {
      this.server.leave();
      this.boxes = [];
      this.row.replaceChildren();
      this.after.hidden = true;
      for (let number = 0; number < LEAST; number++) this.#addBox();
      write(this.state, sentence);
      this.say("");
    }

    #addBox() {
      const taken = new Set(this.boxes.map((box) => box.number));
      const number = [...Array(MOST).keys()].find((each) => !taken.has(each));
      if (number === undefined) return;
      const box = new own.Box(number, this);
      this.boxes.push(box);
      this.row.append(box.root);
      this.#counted();
    }

    #removeBox() {
      const box = this.boxes.pop();
      box.remove(box.things);
      box.root.remove();
      this.#counted();
    }

    #counted() {
      this.more.hidden = this.boxes.length >= MOST;
      this.fewer.hidden = this.boxes.length <= LEAST;
    }

    #cameraPanel() {
      this.toggle = el("button", { type: "button", onclick: () => this.#toggleCamera() });
      this.turn = el(
        "button", { type: "button", hidden: true, onclick: () => this.#tried(() => this.camera.turn()) }, say("own.other_camera"),
      );
      const group = freshId("records");
      const kinds = Object.entries({ still: say("own.kinds.still"), clip: say("own.kinds.clip") }).map(([kind, name]) => {
        const input = el("input", { type: "radio", name: group, value: kind, checked: kind === this.kind });
        input.addEventListener("change", () => {
          this.kind = kind;
          for (const box of this.boxes) box.draw();
        });
        return el("label", {}, input, ` ${name}`);
      });
      const legend = el("legend", {}, say("own.records"));
      const panel = el("div", { class: "camera" }, this.video,
        el("div", {}, el("div", {}, this.toggle, this.turn), el("fieldset", {}, legend, ...kinds)));
      this.#cameraChanged();
      return panel;
    }

    #toggleCamera() {
      if (this.camera.on) this.camera.stop();
      else this.#tried(() => this.camera.start());
    }

    async #tried(deed) {
      try {
        this.say("");
        await deed();
      } catch (error) {
        this.say(error.message);
      }
    }

    async #cameraChanged() {
      write(this.toggle, this.camera.on ? say("own.turn_off") : say("own.turn_on"));
      this.video.hidden = !this.camera.on;
      const devices = (await navigator.mediaDevices?.enumerateDevices?.().catch(() => [])) ?? [];
      this.turn.hidden = !this.camera.on || devices.filter(({ kind }) => kind === "videoinput").length < 2;
    }

    // Films while the button is held, and gives the clip to the page as if it had been chosen.
    async #film() {
      await this.camera.start();
      const film = this.camera.film();
      this.film.classList.add("holding");
      write(this.film, say("own.holding.clip"));
      return async () => {
        this.film.classList.remove("holding");
        write(this.film, say("own.film"));
        const files = new DataTransfer();
        files.items.add(await film.stop());
        const input = document.querySelector(this.clip);
        input.files = files.files;
        input.dispatchEvent(new Event("change", { bubbles: true }));
      };
    }

    // Pasted stills go into the box that has the focus, or into the first that is empty.
    #pasted(event, root) {
      const files = [...(event.clipboardData?.files ?? [])];
      if (!files.length || !root.offsetParent || root.closest("[hidden]")) return;
      const focused = this.boxes.find((box) => box.root.contains(document.activeElement));
      const box = focused ?? this.boxes.find((each) => !each.things.length) ?? this.boxes[0];
      box.bring(files);
    }
  }

  own.mount = (root, options) => new Page(root, options);
})((globalThis.OwnConcepts ??= {}));
