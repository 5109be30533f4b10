// The class room's place on the page: for who is in no class, for a pupil, for a teacher.
(function (room) {
  "use strict";

  const { el, say, write, Membership, Sheet, Teacher } = room;

  // root: an empty element.
  function mount(root) {
    const parts = {
      outside: el("div", { class: "outside" }),
      pupil: el("div", { class: "pupil row" }),
      teacher: el("div"),
      sheet: el("div"),
      status: el("p", { role: "status", class: "says" }),
      error: el("p", { role: "alert", class: "fault" }),
    };
    const membership = new Membership((of) => show(of));
    const sheet = new Sheet(parts.sheet);
    let teacher = null;

    const field = el("input", { type: "text", autocomplete: "off", autocapitalize: "characters", spellcheck: "false", maxlength: "12", size: "7", id: "class-code-field" });
    const form = el(
      "form",
      { class: "row" },
      el("label", { for: "class-code-field" }, say("room.join_label")),
      field,
      el("button", { type: "submit", class: "primary" }, say("room.join")),
      el("button", { type: "button", onclick: () => membership.open() }, say("room.open")),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      membership.join(field.value);
    });
    parts.outside.append(form, el("p", { class: "hint" }, say("room.opening_hint")));

    const title = el("strong");
    const there = el("span", { class: "hint" });
    const go = el("button", { type: "button", class: "primary", onclick: () => room.dispatch("go", { step: membership.state.step, clip: membership.state.clip }) });
    const leave = el("button", { type: "button", onclick: () => membership.leave() }, say("room.leave"));
    const notice = el("p", { class: "hint" }, say("room.joining_hint"));
    parts.pupil.append(title, there, go, leave);

    // What a pupil is told of the class.
    function says({ state, lost, isPupil, note, before }) {
      if (note === "over") return say("room.over", { code: before });
      if (lost >= 3) return say("room.lost");
      if (!isPupil) return membership.isTeacher && state ? say(state.led ? "room.leading" : "room.not_leading", state) : "";
      if (!state?.teacher) return say("room.left");
      return state.led ? say("room.led", state) : say("room.free");
    }

    function show(of) {
      const { isPupil, isTeacher, state, code, error } = of;
      parts.outside.hidden = Boolean(code);
      parts.pupil.hidden = notice.hidden = !isPupil;
      if (isTeacher && !teacher) parts.teacher.replaceChildren((teacher = new Teacher(of)).root);
      if (!isTeacher) {
        parts.teacher.replaceChildren();
        teacher = null;
      }
      teacher?.show();
      if (isPupil) {
        write(title, say("room.in_class", { code }));
        write(there, state ? say("room.here", { count: state.pupils }) : "");
        go.hidden = !state?.led || !of.at || of.at.step === state.step;
        write(go, say("room.go", state ?? {}));
      }
      write(parts.status, says(of));
      write(parts.error, error === "lost" ? say("room.lost") : error);
      sheet.follow(of);
    }

    root.setAttribute("aria-label", say("room.title"));
    root.replaceChildren(el("h2", {}, say("room.title")), parts.outside, parts.pupil, parts.status, parts.error, notice, parts.sheet, parts.teacher);
    show(membership);
    membership.follow();
    return membership;
  }

  Object.assign(room, { mount });
})((globalThis.AttentionClass ??= {}));
