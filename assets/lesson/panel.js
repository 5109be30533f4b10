// The class room's place on the page: for who is in no class, for a pupil, for a teacher.
(function (room) {
  "use strict";

  const { el, filled, say, Membership, Sheet, Teacher } = room;

  // root: an empty element · words: by name · language: of the tests.
  function mount(root, { words, language }) {
    const parts = {
      outside: el("div", { class: "outside" }),
      pupil: el("div", { class: "pupil row" }),
      teacher: el("div"),
      sheet: el("div"),
      status: el("p", { role: "status", class: "says" }),
      error: el("p", { role: "alert", class: "fault" }),
    };
    const membership = new Membership((of) => show(of));
    const sheet = new Sheet(parts.sheet, words, language);
    let teacher = null;

    const field = el("input", { type: "text", autocomplete: "off", autocapitalize: "characters", spellcheck: "false", maxlength: "12", size: "7", id: "class-code-field" });
    const form = el(
      "form",
      { class: "row" },
      el("label", { for: "class-code-field" }, words.join_label),
      field,
      el("button", { type: "submit", class: "primary" }, words.join),
      el("button", { type: "button", onclick: () => membership.open() }, words.open),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      membership.join(field.value);
    });
    parts.outside.append(form, el("p", { class: "hint" }, words.opening_hint));

    const title = el("strong");
    const there = el("span", { class: "hint" });
    const go = el("button", { type: "button", class: "primary", onclick: () => room.dispatch("go", { step: membership.state.step, clip: membership.state.clip }) });
    const leave = el("button", { type: "button", onclick: () => membership.leave() }, words.leave);
    const notice = el("p", { class: "hint" }, words.joining_hint);
    parts.pupil.append(title, there, go, leave);

    // What a pupil is told of the class.
    function says({ state, lost, isPupil, note, before }) {
      if (note === "over") return filled(words.over, { code: before });
      if (lost >= 3) return words.lost;
      if (!isPupil) return membership.isTeacher && state ? filled(state.led ? words.leading : words.not_leading, state) : "";
      if (!state?.teacher) return words.left;
      return state.led ? filled(words.led, state) : words.free;
    }

    function show(of) {
      const { isPupil, isTeacher, state, code, error } = of;
      parts.outside.hidden = Boolean(code);
      parts.pupil.hidden = notice.hidden = !isPupil;
      if (isTeacher && !teacher) parts.teacher.replaceChildren((teacher = new Teacher(of, words)).root);
      if (!isTeacher) {
        parts.teacher.replaceChildren();
        teacher = null;
      }
      teacher?.show();
      if (isPupil) {
        say(title, filled(words.in_class, { code }));
        say(there, state ? filled(words.here, { count: state.pupils }) : "");
        go.hidden = !state?.led || !of.at || of.at.step === state.step;
        say(go, filled(words.go, state ?? {}));
      }
      say(parts.status, says(of));
      say(parts.error, error === "lost" ? words.lost : error);
      sheet.follow(of);
    }

    root.replaceChildren(parts.outside, parts.pupil, parts.status, parts.error, notice, parts.sheet, parts.teacher);
    show(membership);
    membership.follow();
    return membership;
  }

  Object.assign(room, { mount });
})((globalThis.AttentionClass ??= {}));
