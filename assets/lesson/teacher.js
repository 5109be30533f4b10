// The teacher's panel: the code in giant letters, what is on all screens, what the class says, links, the end.
(function (room) {
  "use strict";

  const { ask, dispatch, el, say, write, Tallies } = room;
  const STEPS = 8;

  class Teacher {
    constructor(membership) {
      this.membership = membership;
      this.root = el("div", { class: "class-teacher" });
      this.root.append(this.head(), this.steering());
      this.tallies = new Tallies();
      this.root.append(this.tallies.root, this.links(), this.foot());
    }

    button(word, onclick, attributes = {}) {
      return el("button", { type: "button", onclick, ...attributes }, say(`room.${word}`));
    }

    head() {
      this.code = el("p", { class: "code" });
      this.address = el("p", { class: "address" });
      this.count = el("span", { class: "count" });
      this.title = el("summary", {}, el("span"), " · ", this.count);
      const own = () => `${this.link({ step: "" })}#teach=${this.membership.secret}`;
      return el(
        "details",
        { open: true, class: "class-code" },
        this.title,
        el("p", { class: "hint" }, say("room.code_hint")),
        this.code,
        this.address,
        el("div", { class: "row" }, this.button("copy_link", (event) => this.copy(event, this.link({ step: "" }))), this.button("copy_teacher", (event) => this.copy(event, own()))),
        el("p", { class: "hint" }, say("room.teacher_hint")),
      );
    }

    steering() {
      const { membership } = this;
      this.step = el("select", {}, ...Array.from({ length: STEPS }, (_, step) => el("option", { value: String(step + 1) }, String(step + 1))));
      this.step.addEventListener("change", () => {
        const step = Number(this.step.value);
        membership.at = { step, clip: "" };
        dispatch("go", { step, clip: "" });
        membership.steer();
      });
      this.lead = this.button("let_go", () => membership.steer({ led: !membership.state?.led }));
      const test = (which) => this.button(`begin_${which}`, () => membership.steer({ test: membership.state?.test === which ? null : which }));
      this.begin = { pre: test("pre"), post: test("post") };
      return el(
        "div",
        { class: "row steering" },
        this.lead,
        el("label", {}, `${say("room.step")} `, this.step),
        this.begin.pre,
        this.begin.post,
      );
    }

    // A link builder: what is ticked stands in the address.
    links() {
      const step = el("input", { type: "number", min: "1", max: String(STEPS), value: "1" });
      const boxes = ["answers", "controls", "class", "settings"].map((name) => [name, el("input", { type: "checkbox", checked: name === "class" })]);
      const written = el("input", { type: "text", readonly: true, "aria-label": say("room.link") });
      const write = () => {
        const ticked = Object.fromEntries(boxes.map(([name, box]) => [name, box.checked]));
        written.value = this.link({ step: step.value, ...ticked });
      };
      const found = el(
        "details",
        { class: "class-links" },
        el("summary", {}, say("room.links")),
        el("div", { class: "row" }, el("label", {}, `${say("room.link_step")} `, step), ...boxes.map(([name, box]) => el("label", {}, box, say(`room.link_${name}`)))),
        el("div", { class: "row" }, written, this.button("copy", (event) => this.copy(event, written.value))),
      );
      for (const name of ["input", "toggle"]) found.addEventListener(name, write, true);
      return found;
    }

    // The address of the lesson. step: to open at, or "" · the rest: whether.
    link({ step, answers = false, controls = false, class: joins = true, settings = false }) {
      const query = new URLSearchParams(settings ? location.search : "");
      for (const name of ["class", "at", "answers", "controls", "step"]) query.delete(name);
      query.set("tab", "learn");
      if (step) query.set("step", step);
      if (answers) query.set("answers", "hidden");
      if (controls) query.set("controls", "hidden");
      if (joins) query.set("class", this.membership.code);
      return `${location.origin}${location.pathname}?${query}`;
    }

    async copy({ target }, text) {
      try {
        await navigator.clipboard.writeText(text);
        this.said(target, say("room.copied"));
      } catch {
        this.said(target, text); // a browser that lets nobody copy: to be copied by hand
      }
    }

    said(after, text) {
      this.heard ??= el("output", { class: "hint" });
      after.after(this.heard);
      this.heard.textContent = text;
    }

    foot() {
      const { membership } = this;
      const close = this.button("close", async () => {
        if (close.dataset.sure !== "yes") {
          close.dataset.sure = "yes";
          close.textContent = say("room.close_sure");
          return;
        }
        const { status } = await membership.tried(() => membership.send("close"));
        if (status === 200) membership.leave("over");
      });
      const handout = el("a", { href: `class/handout?language=${attentionWords.language}`, download: "handout.pdf" }, say("room.handout"));
      return el("div", { class: "row" }, this.button("export", () => this.export()), handout, close, el("span", { class: "hint" }, say("room.close_hint")));
    }

    async export() {
      const { membership } = this;
      const headers = { "x-class-secret": membership.secret };
      const { status, told } = await membership.tried(() => ask("GET", "export", { query: { code: membership.code }, headers }));
      if (status !== 200) return;
      const url = URL.createObjectURL(new Blob([told], { type: "text/csv" }));
      el("a", { href: url, download: `class-${membership.code}.csv` }).click();
      setTimeout(() => URL.revokeObjectURL(url), 1000);
    }

    show() {
      const { membership } = this;
      const { code, state } = membership;
      write(this.title.firstChild, say("room.you_teach", { code }));
      write(this.count, state?.pupils ? say("room.here", { count: state.pupils }) : say("room.here_none"));
      write(this.code, code);
      this.code.setAttribute("aria-label", [...code].join(" "));
      write(this.address, this.link({ step: "" }));
      if (!state) return;
      write(this.lead, state.led ? say("room.let_go") : say("room.lead"));
      this.lead.classList.toggle("primary", !state.led);
      for (const which of ["pre", "post"]) {
        write(this.begin[which], state.test === which ? say("room.end_test") : say(`room.begin_${which}`));
        this.begin[which].classList.toggle("primary", state.test === which);
      }
      if (document.activeElement !== this.step) this.step.value = String(state.step);
      this.tallies.show(state);
    }
  }

  Object.assign(room, { Teacher });
})((globalThis.AttentionClass ??= {}));
