// What a person turns: frame and play, figure, scale, colours, opacity, window, side.
(function (player) {
  "use strict";

  const { el, freshId, icon, say, written } = player;
  const BACK = "M15 5 8 12l7 7M5 5v14";
  const PLAY = "M8 5v14l11-7z";
  const PAUSE = "M8 5v14M16 5v14";
  const ON = "M9 5l7 7-7 7M19 5v14";
  const VIEWS = {
    2: attentionWords.say("player.controls.side_by_side"),
    6: attentionWords.say("player.controls.right_or_wrong"),
  };
  const FIGURES = {
    2: attentionWords.say("player.controls.figure2"),
    6: attentionWords.say("player.controls.figure6"),
  };
  const SIDES = { web: attentionWords.say("player.controls.web"), tuned: attentionWords.say("player.controls.tuned") };
  const SCALES = { shared: attentionWords.say("player.controls.same"), own: attentionWords.say("player.controls.own") };

  // Step back, play, step on, and the scrubber over the sampled frames.
  class Transport {
    // on: {step(by), play(), seek(frame)}
    constructor(on) {
      const button = (label, path, onclick, title) =>
        el("button", { type: "button", class: "key", "aria-label": label, title, onclick }, icon(path));
      this.back = button(
        attentionWords.say("player.transport.back"),
        BACK,
        () => on.step(-1),
        attentionWords.say("player.transport.back_key"),
      );
      this.play = button(
        attentionWords.say("player.transport.play"),
        PLAY,
        () => on.play(),
        attentionWords.say("player.transport.play_key"),
      );
      this.forward = button(
        attentionWords.say("player.transport.forward"),
        ON,
        () => on.step(1),
        attentionWords.say("player.transport.forward_key"),
      );
      this.play.classList.add("play");
      // in milliseconds, so that it stands on the timeline's axis; its arrows go from frame to frame
      this.range = el("input", {
        type: "range",
        min: 0,
        step: 1,
        "aria-label": attentionWords.say("player.transport.frame"),
        "data-frames": true,
        oninput: () => on.seek(this.#nearest(Number(this.range.value))),
      });
      this.where = el("span", { class: "where" });
      this.root = el(
        "div",
        { class: "transport" },
        this.range,
        this.back,
        this.play,
        this.forward,
        this.where,
      );
    }

    // seconds: the time of each frame.
    show(seconds) {
      this.root.hidden = seconds.length < 2;
      this.times = seconds.map((at) => Math.round(1000 * (at - seconds[0])));
      this.range.max = this.times.at(-1);
    }

    at(frame, text) {
      turn(this.range, this.times[frame], text.spoken);
      say(this.where, text.short);
    }

    #nearest(time) {
      const far = (frame) => Math.abs(this.times[frame] - time);
      return this.times.reduce((best, _, frame) => (far(frame) < far(best) ? frame : best), 0);
    }

    playing(playing) {
      const label = playing ? attentionWords.say("player.transport.pause") : attentionWords.say("player.transport.play");
      this.play.setAttribute("aria-label", label);
      this.play.classList.toggle("playing", playing);
      this.play.querySelector("path").setAttribute("d", playing ? PAUSE : PLAY);
    }
  }

  // The settings below the timeline. onChange gets the changed part of the state.
  class Controls {
    // ask(frame): has the clip looked at again, its "centre" or the "whole" frames; null where that cannot be ·
    // maps: the control of other maps, if there is one
    constructor(onChange, ask, maps = null) {
      this.seen = new player.Seen(ask);
      this.view = choice(attentionWords.say("player.controls.view"), VIEWS, (view) => onChange({ view }), FIGURES);
      this.side = choice(attentionWords.say("player.controls.cnn"), SIDES, (side) => onChange({ side }));
      this.scale = choice(attentionWords.say("player.controls.scale"), SCALES, (scale) => onChange({ scale }));
      this.opacity = slider(attentionWords.say("player.controls.opacity"), 0, 100, (opacity) => onChange({ opacity }));
      this.window = slider(attentionWords.say("player.controls.window"), 1, 1, (s) => onChange({ s }));
      const map = freshId("map");
      this.map = el(
        "select",
        { id: map, onchange: () => onChange({ map: this.map.value }) },
        ...Object.entries(player.MAPS).map(([value, text]) => el("option", { value }, text)),
      );
      this.gradient = el("span", { class: "gradient", role: "img" });
      this.numbers = [0, 1, 2].map(() => el("span", {}));
      const bar = el(
        "div",
        { class: "colour-bar", title: attentionWords.say("player.controls.bar") },
        this.gradient,
        el("div", { class: "numbers" }, ...this.numbers),
      );
      const colours = el(
        "div",
        { class: "control colours" },
        el("label", { for: map }, attentionWords.say("player.controls.colours")),
        this.map,
        bar,
      );
      this.notes = el("p", { class: "hints" });
      this.root = el(
        "div",
        { class: "controls" },
        this.view.root,
        this.side.root,
        maps ?? "",
        this.scale.root,
        colours,
        this.opacity.root,
        this.window.root,
        this.seen.root,
      );
    }

    // figure6: {possible, reason} · top: the highest value of any map of this side.
    show(pack, state, figure6, top) {
      const maps = pack.sides.get(state.side).mapped;
      this.view.at(state.view);
      this.view.inputs["6"].disabled = !figure6.possible;
      this.view.explain("6", figure6.possible ? FIGURES[6] : attentionWords.say("player.controls.not_here", figure6));
      this.seen.show(pack);
      this.side.root.hidden = pack.sides.size < 2;
      this.side.at(state.side);
      this.scale.at(state.scale);
      this.map.value = state.map;
      this.opacity.at(state.opacity, `${state.opacity} %`);
      this.window.range.max = Math.min(...pack.mapSize);
      this.window.range.disabled = !maps;
      this.window.at(state.s, `${state.s}×${state.s}`);
      this.window.root.title = maps ? attentionWords.say("player.controls.window_hint") : "";
      this.#colourBar(state, top, maps);
      say(this.notes, this.#hints(state, figure6, maps).join(" "));
    }

    #colourBar(state, top, maps) {
      const decimals = player.decimalsFor(top);
      const own = state.scale === "own";
      this.gradient.style.background = player.gradient(state.map);
      const words = own
        ? ["0", "", attentionWords.say("player.controls.own_max")]
        : [0, top / 2, top].map((value) => written(value, value ? decimals : 0));
      words.forEach((word, i) => say(this.numbers[i], maps ? word : ""));
      const high = own ? attentionWords.say("player.controls.own_maximum") : written(top, decimals);
      this.gradient.setAttribute("aria-label", attentionWords.say("player.controls.bar_label", { map: state.map, high }));
    }

    #hints(state, figure6, maps) {
      const scale =
        state.scale === "own"
          ? attentionWords.say("player.controls.own_scale")
          : attentionWords.say("player.controls.shared_scale");
      return [
        maps ? scale : attentionWords.say("player.controls.no_maps"),
        figure6.possible ? "" : attentionWords.say("player.controls.why_not", figure6),
        attentionWords.say("player.controls.figure", { figure: FIGURES[state.view] }),
        attentionWords.say("player.verdict.hint"),
      ].filter(Boolean);
    }
  }

  // A row of radio buttons that looks like one switch. hints: what more there is to say of an option, by value.
  function choice(label, options, onChange, hints = {}) {
    const name = freshId("choice");
    const inputs = {};
    const parts = Object.entries(options).map(([value, text]) => {
      inputs[value] = el("input", { type: "radio", name, value, onchange: () => onChange(value) });
      return el("label", {}, inputs[value], el("span", {}, text));
    });
    const root = el(
      "fieldset",
      { class: "control choice" },
      el("legend", {}, label),
      el("div", { class: "segments" }, ...parts),
    );
    const explain = (value, hint) => {
      inputs[value].title = inputs[value].parentElement.title = hint;
    };
    for (const [value, hint] of Object.entries(hints)) explain(value, hint);
    return {
      root,
      inputs,
      explain,
      at: (value) => {
        inputs[value].checked = true;
      },
    };
  }

  // Puts a range input at a number, with its words and the filled part of its track.
  function turn(range, number, text) {
    range.value = number;
    range.setAttribute("aria-valuetext", text);
    range.style.setProperty("--filled", `${(100 * (number - range.min)) / (range.max - range.min || 1)}%`);
  }

  function slider(label, min, max, onChange) {
    const id = freshId("slider");
    const range = el("input", {
      type: "range",
      id,
      min,
      max,
      step: 1,
      oninput: () => onChange(Number(range.value)),
    });
    const value = el("output", { for: id });
    const root = el(
      "div",
      { class: "control slider" },
      el("div", { class: "head" }, el("label", { for: id }, label), value),
      range,
    );
    const at = (number, text) => {
      turn(range, number, text);
      say(value, text);
    };
    return { root, range, at };
  }

  Object.assign(player, { Transport, Controls, choice });
})((globalThis.AttentionPlayer ??= {}));
