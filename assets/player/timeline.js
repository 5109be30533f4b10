// Energy over time of every shown concept, and below it the class the CNN gives each frame.
(function (player) {
  "use strict";

  const { el, inkOf, niceTop, shortNumber, shortened, sizeCanvas, stamp, ticks, written } = player;
  const TOP = 16; // CSS pixels above the plot
  const VOTES = 28; // below the plot: the row's dots
  const plotHeight = () => Math.round(Math.max(56, Math.min(150, innerHeight * 0.24 - 118)));

  class Timeline {
    // onSeek(frame) is called when a frame is clicked or dragged to; onAxis(start, end) with the pixels from
    // either side to the first and the last frame.
    constructor(onSeek, onAxis) {
      this.onSeek = onSeek;
      this.onAxis = onAxis;
      this.canvas = el("canvas", { role: "img" });
      this.cursor = el("canvas", { "aria-hidden": "true", class: "cursor" });
      this.tip = new player.Tip();
      this.root = el("div", { class: "timeline" }, this.canvas, this.cursor, this.tip.root);
      this.#listen();
    }

    // lines: [{concept, name, colour, dash, mark, values}] · votes: class per frame · cnn: whose votes.
    show(pack, lines, votes, decimals, cnn) {
      Object.assign(this, { pack, lines, votes, decimals, cnn });
      this.voters = new Map(lines.map((line) => [line.concept, line]));
      const peaks = lines.map(({ name, values }) =>
        attentionWords.say("player.timeline.peak", { concept: name, energy: written(Math.max(...values), decimals) }),
      );
      const concepts = player.listed(peaks) || attentionWords.say("player.timeline.none");
      this.canvas.setAttribute("aria-label", attentionWords.say("player.timeline.label", { concepts, cnn }));
      this.draw();
    }

    draw() {
      const width = this.root.clientWidth;
      if (!this.pack || !width) return;
      const roomy = width >= 620;
      this.plot = plotHeight();
      this.height = TOP + this.plot + 20 + VOTES;
      this.root.style.height = `${this.height}px`;
      this.left = roomy ? 120 : 46; // room for the buttons, which stand before the slider on this axis
      this.ink = inkOf(this.root);
      this.right = width - (this.lines.length ? (roomy ? 136 : this.#nameRoom(0.28 * width)) : 12);
      this.width = width;
      this.onAxis(this.xAt(0), width - this.xAt(this.span));
      this.context = sizeCanvas(this.canvas, width, this.height);
      this.over = sizeCanvas(this.cursor, width, this.height);
      this.context.clearRect(0, 0, width, this.height);
      const peak = Math.max(0, ...this.lines.map((line) => Math.max(...line.values)));
      this.top = peak ? niceTop(peak) : 1;
      this.#axes();
      for (const line of this.lines) this.#line(line);
      this.#labels();
      this.#dots();
      this.at(this.frame ?? 0);
    }

    // Moves the cursor.
    at(frame) {
      this.frame = frame;
      if (!this.over || !this.width) return;
      const c = this.over;
      const x = this.x(frame);
      c.clearRect(0, 0, this.width, this.height);
      c.strokeStyle = this.ink.text;
      c.lineWidth = 1.5;
      c.beginPath();
      c.moveTo(x, TOP - 6);
      c.lineTo(x, TOP + this.plot + 5);
      c.moveTo(x, this.height - VOTES); // not through the time
      c.lineTo(x, this.height - 2);
      c.stroke();
      for (const line of this.lines) {
        c.fillStyle = line.colour;
        c.strokeStyle = this.ink.ground;
        c.beginPath();
        c.arc(x, this.y(line.values[frame]), 5, 0, 7);
        c.fill();
        c.stroke();
      }
    }

    x(frame) {
      const { seconds } = this.pack;
      return this.xAt(seconds[frame] - seconds[0]);
    }

    // Where so many seconds after the first frame are.
    xAt(time) {
      return this.left + 6 + (time / (this.span || 1)) * (this.right - this.left - 12);
    }

    get span() {
      return this.pack.seconds.at(-1) - this.pack.seconds[0];
    }

    y(value) {
      return TOP + this.plot * (1 - value / this.top);
    }

    nearest(x) {
      let best = 0;
      for (let i = 1; i < this.pack.frames.length; i++)
        if (Math.abs(this.x(i) - x) < Math.abs(this.x(best) - x)) best = i;
      return best;
    }

    #axes() {
      const c = this.context;
      c.font = this.ink.font;
      c.fillStyle = this.ink.quiet;
      c.strokeStyle = this.ink.line;
      c.lineWidth = 1;
      c.textAlign = "right";
      c.textBaseline = "middle";
      for (const part of [0, 0.5, 1]) {
        const y = Math.round(this.y(this.top * part)) + 0.5;
        c.beginPath();
        c.moveTo(this.left, y);
        c.lineTo(this.right, y);
        c.stroke();
        if (this.lines.length) c.fillText(shortNumber(this.top * part), this.left - 8, y);
      }
      c.textAlign = "left";
      c.fillText(attentionWords.say("player.timeline.energy"), 2, this.y(this.top * 0.75)); // between two numbers
      c.textAlign = "center";
      for (const time of ticks(this.span, (this.right - this.left) / 56))
        c.fillText(`${Number(time.toFixed(1))} s`, this.xAt(time), TOP + this.plot + 13);
    }

    #line({ values, colour, dash, mark }) {
      const c = this.context;
      c.strokeStyle = c.fillStyle = colour;
      c.lineWidth = 2;
      c.lineJoin = "round";
      c.setLineDash(dash);
      c.beginPath();
      values.forEach((value, frame) => c.lineTo(this.x(frame), this.y(value)));
      c.stroke();
      c.setLineDash([]);
      const every = Math.max(1, Math.ceil(values.length / 12));
      for (let frame = 0; frame < values.length; frame += every)
        stamp(c, mark, this.x(frame), this.y(values[frame]), 3.5);
    }

    // The pixels that the longest name and its mark take, up to a limit.
    #nameRoom(most) {
      const c = this.canvas.getContext("2d");
      c.font = this.ink.font;
      return Math.min(most, 24 + Math.ceil(Math.max(...this.lines.map(({ name }) => c.measureText(name).width))));
    }

    // The names at the right end of their lines, pushed apart where they would overlap.
    #labels() {
      const c = this.context;
      const room = this.width - this.right - 22;
      const labels = this.lines
        .map((line) => ({ line, y: this.y(line.values.at(-1)) }))
        .sort((a, b) => a.y - b.y);
      for (let i = 1; i < labels.length; i++) labels[i].y = Math.max(labels[i].y, labels[i - 1].y + 15);
      let floor = TOP + this.plot + 4;
      for (const label of labels.toReversed()) {
        label.y = Math.min(label.y, floor);
        floor = label.y - 15;
      }
      c.textAlign = "left";
      c.textBaseline = "middle";
      for (const { line, y } of labels) {
        c.fillStyle = c.strokeStyle = line.colour;
        c.lineWidth = 2;
        stamp(c, line.mark, this.right + 10, y, 4);
        c.fillText(shortened(c, line.name, room), this.right + 19, y);
      }
    }

    #dots() {
      const c = this.context;
      const y = this.height - 14;
      const step = this.votes.length > 1 ? (this.right - this.left - 12) / (this.votes.length - 1) : 20;
      const size = Math.max(1.2, Math.min(5, step * 0.42));
      c.font = this.ink.font;
      c.textAlign = "left";
      c.fillStyle = this.ink.quiet;
      c.fillText(attentionWords.say("player.timeline.votes"), 2, y);
      c.textAlign = "center";
      this.votes.forEach((vote, frame) => {
        const line = this.voters.get(vote);
        const x = this.x(frame);
        c.fillStyle = c.strokeStyle = line ? line.colour : this.ink.quiet;
        c.lineWidth = Math.min(2, size / 2);
        if (size < 3) c.fillRect(x - size / 2, y - (line ? 6 : 2), Math.max(1, size), line ? 12 : 4);
        else if (line) stamp(c, line.mark, x, y, size);
      });
      if (size >= 3) for (const run of runs(this.votes)) this.#name(run, step, y);
    }

    // Names the class of a run of frames that has no mark of its own, as far as there is room.
    #name({ vote, from, to }, step, y) {
      if (this.voters.has(vote)) return;
      const c = this.context;
      const room = this.x(to) - this.x(from) + step - 6;
      const name = this.pack.concepts[vote];
      const text = room < 24 ? name.slice(0, 1).toLowerCase() : shortened(c, name, room);
      c.fillStyle = this.ink.quiet;
      c.fillText(text, (this.x(from) + this.x(to)) / 2, y);
    }

    #listen() {
      const seek = (event) => this.onSeek(this.nearest(event.offsetX));
      this.root.addEventListener("pointerdown", (event) => {
        if (!this.pack || event.button) return;
        this.root.setPointerCapture(event.pointerId);
        seek(event);
      });
      this.root.addEventListener("pointermove", (event) => {
        if (!this.pack) return;
        if (this.root.hasPointerCapture(event.pointerId)) seek(event);
        const frame = this.nearest(event.offsetX);
        this.tip.show(this, frame, this.x(frame));
      });
      this.root.addEventListener("pointerleave", () => this.tip.hide());
    }

  }

  // [{vote, from, to}]: frames in a row with the same vote, both ends included.
  function runs(votes) {
    const found = [];
    votes.forEach((vote, frame) => {
      if (found.at(-1)?.vote === vote) found.at(-1).to = frame;
      else found.push({ vote, from: frame, to: frame });
    });
    return found;
  }

  Object.assign(player, { Timeline });
})((globalThis.AttentionPlayer ??= {}));
