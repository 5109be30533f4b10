// A part of the frames that is hidden: a box drawn on the frame or what a brush paints, moved by mouse, touch or
// arrow keys.
(function (player) {
  "use strict";

  const { el } = player;
  const STEP = 0.02; // of the frame, for one press of an arrow key
  const SMALLEST = 0.03;
  const WORDS = attentionWords.say("player.hide.part");

  class Hide {
    // owner: the player · onChange(): what is hidden is another.
    constructor(owner, onChange) {
      Object.assign(this, { owner, onChange });
      this.places = new Map(); // frame number → [x0, y0, x1, y1] in shares of the frame
      this.brush = ""; // the cells of the box that are covered, see brush.js; all without one
      this.tools = ["box", "brush"].map((tool) =>
        el("button", { type: "button", "aria-pressed": "false", "data-tool": tool, onclick: () => this.#arm(tool === this.tool ? null : tool) }, attentionWords.say(`player.hide.${tool}`)),
      );
      this.only = el(
        "select",
        { "aria-label": attentionWords.say("player.hide.where"), onchange: () => this.places.size && this.onChange() },
        el("option", { value: "" }, attentionWords.say("player.hide.clip")),
        el("option", { value: "only" }, attentionWords.say("player.hide.frame")),
      );
      const button = (text, onclick, title = "") => el("button", { type: "button", onclick, title }, text);
      const following = attentionWords.say("player.hide.looks_hint");
      this.clear = button(attentionWords.say("player.hide.nothing"), () => this.#set(new Map()));
      this.root = el(
        "div",
        { class: "line" },
        ...this.tools,
        this.only,
        button(attentionWords.say("player.hide.looks"), () => this.#set(this.#windows()), following),
        this.clear,
      );
      this.box = el("button", { type: "button", class: "hidden-part", "aria-label": WORDS });
      this.#listen();
    }

    // What the server is asked to hide; undefined for nothing.
    get asked() {
      if (!this.places.size) return undefined;
      const places = Object.fromEntries(this.places);
      return { places, only: this.only.value === "only", ...(this.brush && { brush: this.brush }) };
    }

    // Hides what was asked like this, undefined for nothing; nobody is asked.
    put(asked) {
      this.places = new Map(Object.entries(asked?.places ?? {}).map(([number, box]) => [Number(number), box]));
      this.only.value = asked?.only ? "only" : "";
      this.brush = asked?.brush ?? "";
      this.#arm(null);
    }

    // The boxes of a pack's frame: between two places in a straight line, before and after them as they are.
    boxes(pack, frame) {
      if (!this.places.size) return [];
      const last = pack.frames.length - 1;
      const at = (number) => {
        const found = pack.frames.findIndex((one) => one >= number);
        return found < 0 ? last : found;
      };
      const places = [...this.places].map(([number, box]) => [at(number), box]).sort(([a], [b]) => a - b);
      if (this.only.value === "only") return places[0][0] === frame ? [places[0][1]] : [];
      const next = places.findIndex(([place]) => place >= frame);
      if (next < 0) return [places.at(-1)[1]];
      const [to, box] = places[next];
      if (next === 0 || to === frame) return [box];
      const [from, before] = places[next - 1];
      const share = (frame - from) / (to - from);
      return [before.map((corner, i) => corner + (box[i] - corner) * share)];
    }

    // Puts the box over the frame's tile, where there is one.
    lay() {
      const tile = this.owner.tiles.tiles[0];
      const { pack, state } = this.owner.view;
      const [box] = this.boxes(pack, state.frame);
      this.clear.disabled = !this.places.size;
      if (!tile || !box) return void this.box.remove();
      if (this.box.parentElement !== tile.picture) tile.picture.append(this.box);
      const { offsetLeft, offsetTop, offsetWidth, offsetHeight } = tile.canvas;
      const [x0, y0, x1, y1] = box;
      Object.assign(this.box.style, {
        left: `${offsetLeft + x0 * offsetWidth}px`,
        top: `${offsetTop + y0 * offsetHeight}px`,
        width: `${(x1 - x0) * offsetWidth}px`,
        height: `${(y1 - y0) * offsetHeight}px`,
      });
    }

    // The window of attention's concept in every frame.
    #windows() {
      const { view } = this.owner;
      const { pack, state } = view;
      const [h, w] = pack.mapSize;
      const best = view.energies.ranking(state.side, state.s)?.[0] ?? view.concepts[0];
      const { row, col } = view.series(best);
      const [width, height] = pack.size;
      const place = player.seenPlace(width, height, pack.frame === "whole");
      const x = (column) => (place.x + (column / w) * place.width) / width;
      const y = (line) => (place.y + (line / h) * place.height) / height;
      return new Map(
        pack.frames.map((number, i) => [
          number,
          [x(col[i]), y(row[i]), x(col[i] + state.s), y(row[i] + state.s)],
        ]),
      );
    }

    #set(places) {
      this.places = places;
      this.brush = "";
      this.#arm(null);
      this.onChange();
    }

    // tool: what the next drag on the frame draws, "box" or "brush"; null for nothing.
    #arm(tool) {
      this.tool = tool;
      for (const button of this.tools) button.setAttribute("aria-pressed", String(button.dataset.tool === tool));
      this.owner.root.classList.toggle("hiding", tool !== null);
    }

    #number() {
      const { pack, state } = this.owner.view;
      return pack.frames[state.frame];
    }

    #listen() {
      this.owner.root.addEventListener("pointerdown", (event) => {
        const canvas = event.target.closest?.(".frame-tile canvas");
        if (!canvas || !this.tool) return;
        const start = shareOf(canvas, event);
        const place = this.tool === "brush" ? this.#painting(canvas) : (at) => spanned(start, at);
        if (this.tool === "box") this.brush = "";
        this.#put(place(start));
        this.#follow(event, canvas, place);
      });
      this.box.addEventListener("pointerdown", (event) => {
        const { canvas } = this.owner.tiles.tiles[0];
        const [x, y] = shareOf(canvas, event);
        const box = this.#here();
        this.#follow(event, canvas, ([toX, toY]) => shiftedBy(box, toX - x, toY - y));
      });
      this.box.addEventListener("keydown", (event) => this.#hear(event));
    }

    // Paints over the frame, in addition to what is painted there; the path through the clip begins anew.
    #painting({ offsetWidth, offsetHeight }) {
      const painted = new player.Painted(offsetWidth / offsetHeight, this.brush && this.#here(), this.brush);
      this.places = new Map();
      return (at) => {
        painted.stroke(at);
        this.brush = painted.digits;
        return painted.box;
      };
    }

    // Until the pointer is lifted the box lies where place(the pointer, in shares of the frame) says.
    #follow(event, canvas, place) {
      event.preventDefault();
      const { target, pointerId } = event;
      target.setPointerCapture(pointerId);
      this.owner.pause();
      const move = (moved) => this.#put(place(shareOf(canvas, moved)));
      const end = () => {
        target.removeEventListener("pointermove", move);
        if (this.tool === "box") this.#arm(null);
        this.box.focus();
      };
      target.addEventListener("pointermove", move);
      target.addEventListener("lostpointercapture", end, { once: true });
    }

    #hear(event) {
      const [dx, dy] = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] }[event.key] ?? [];
      if (dx === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      const [x0, y0, x1, y1] = this.#here();
      this.#put(
        event.shiftKey
          ? [x0, y0, Math.max(x0 + SMALLEST, x1 + dx), Math.max(y0 + SMALLEST, y1 + dy)]
          : shiftedBy([x0, y0, x1, y1], dx, dy),
      );
    }

    // The box in the current frame.
    #here() {
      const { pack, state } = this.owner.view;
      return this.boxes(pack, state.frame)[0];
    }

    #put(box) {
      this.places.set(this.#number(), box);
      this.onChange();
    }
  }

  // Where a pointer is, in shares of the canvas.
  function shareOf(canvas, { clientX, clientY }) {
    const { left, top, width, height } = canvas.getBoundingClientRect();
    return [(clientX - left) / width, (clientY - top) / height].map((at) => Math.min(1, Math.max(0, at)));
  }

  // A box moved by shares of the frame, as far as the frame reaches.
  function shiftedBy([x0, y0, x1, y1], dx, dy) {
    const within = (low, high, by) => Math.min(1 - high, Math.max(-low, by));
    const [x, y] = [within(x0, x1, dx), within(y0, y1, dy)];
    return [x0 + x, y0 + y, x1 + x, y1 + y];
  }

  // The box between two corners, no smaller than can be seen.
  function spanned([ax, ay], [bx, by]) {
    const [x0, y0] = [Math.min(ax, bx), Math.min(ay, by)];
    return [x0, y0, Math.max(x0 + SMALLEST, ax, bx), Math.max(y0 + SMALLEST, ay, by)];
  }

  Object.assign(player, { Hide });
})((globalThis.AttentionPlayer ??= {}));
