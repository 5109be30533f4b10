// The row of equal tiles: the frame, then the same frame under each concept's map.
(function (player) {
  "use strict";

  const { el, say, sizeCanvas, written } = player;
  const GAP = 10;
  const NARROWEST = 104; // room for a name, its energy and its score
  const SLIM = 168; // of a tile whose energy stands below its name
  const TALLEST = 0.36; // of the window's height: a taller picture would push the timeline off the screen
  const LEAST = 60; // pixels of picture; where they are fewer, the tiles scroll
  const CAPTION = 38; // pixels below a picture, borders included, beside the button of the energy
  const BADGES = {
    truth: attentionWords.say("player.tiles.truth"),
    wrong: attentionWords.say("player.tiles.vote"),
    attention: attentionWords.say("player.tiles.by_attention"),
    vote: attentionWords.say("player.tiles.by_vote"),
    both: attentionWords.say("player.tiles.by_both"),
  };
  const MEANINGS = {
    truth: attentionWords.say("player.tiles.truth_hint"),
    wrong: attentionWords.say("player.tiles.vote_hint"),
  };

  class Tiles {
    // onOpen(concept) is called when a person asks for the numbers behind a tile.
    constructor(host, onOpen) {
      this.host = host;
      this.onOpen = onOpen;
      this.tiles = [];
      this.size = { width: 0, height: 0 };
    }

    // Of a tile's picture, in pixels of the screen.
    get width() {
      return this.tiles[0]?.canvas.width || 1;
    }

    // One tile per entry of `concepts`, after the frame's. marks: see `View.marks`.
    // giant: these alone, as large as the screen allows.
    arrange(pack, concepts, marks, lineOf, numberOf, giant = false) {
      const look = JSON.stringify([
        giant,
        pack.size,
        pack.frame,
        pack.concepts,
        ...concepts.map((c) => [c, marks.get(c), lineOf(c).colour, numberOf(c)]),
      ]);
      this.pack = pack;
      // the same clip, changed: its tiles stay, and what they show until the new pictures are here
      if (look === this.look) return void this.fit();
      this.look = look;
      this.giant = giant;
      const kinds = giant && concepts.length ? concepts : [null, ...concepts];
      this.tiles = kinds.map((concept) =>
        concept === null
          ? this.#frameTile()
          : this.#conceptTile(concept, marks.get(concept), lineOf(concept), numberOf(concept)),
      );
      this.host.replaceChildren(...this.tiles.map((tile) => tile.root));
      this.fit();
    }

    // Gives every tile the size that fits the room; false when there is none (a hidden tab). The room's
    // height is that of the usual five tiles, so that nothing below moves with their number.
    fit() {
      const room = this.host.clientWidth;
      if (!room || !this.tiles.length) return false;
      const gap = room < 520 ? 8 : GAP;
      const aspect = this.pack.size[0] / this.pack.size[1] || 1;
      // the button of the energy, by tiles.css
      const button = parseFloat(getComputedStyle(this.host).getPropertyValue("--touch")) - 6;
      const caption = this.giant ? 120 : CAPTION + button;
      const height = this.giant ? innerHeight - 90 : usualHeight(room, aspect, gap, caption);
      const { width, picture } = arrangement(this.tiles.length, { width: room, height }, aspect, gap, caption);
      this.host.style.gap = `${gap}px`;
      this.host.style.height = `${height}px`;
      this.host.classList.toggle("slim", width < SLIM && !this.giant);
      for (const tile of this.tiles) {
        tile.root.style.width = `${width}px`;
        tile.context = sizeCanvas(tile.canvas, picture.width, picture.height);
      }
      this.size = picture;
      const scrolls = this.host.scrollHeight > this.host.clientHeight + 1;
      this.host.classList.toggle("scrolls", scrolls);
      if (scrolls) this.host.tabIndex = 0;
      else this.host.removeAttribute("tabindex");
      return true;
    }

    // Draws one frame into all tiles. see(concept) gives {over, energy, top, equation, label}.
    draw(picture, see, caption) {
      const box = { x: 0, y: 0, ...this.size };
      for (const tile of this.tiles) {
        if (!tile.context) return;
        if (tile.concept === null) {
          player.paint(tile.context, box, picture, null);
          say(tile.name, caption.name);
          say(tile.energy, caption.time);
          say(tile.note, caption.note);
          tile.canvas.setAttribute("aria-label", caption.label);
          continue;
        }
        const seen = see(tile.concept);
        player.paint(tile.context, box, picture, seen.over);
        say(tile.energy, seen.energy);
        tile.energy.title = seen.equation;
        tile.energy.disabled = !player.isReadable(seen.over);
        tile.energy.setAttribute("aria-label", attentionWords.say("player.tiles.behind", { energy: seen.energy }));
        say(tile.note, seen.note);
        tile.bar.style.transform = `scaleX(${seen.share})`;
        tile.canvas.setAttribute("aria-label", seen.label);
      }
    }

    #frameTile() {
      const parts = {
        canvas: el("canvas", { role: "img" }),
        name: el("span", { class: "name" }),
        energy: el("span", { class: "time" }),
        note: el("span", { class: "aside" }),
      };
      const root = el(
        "figure",
        { class: "tile frame-tile" },
        (parts.picture = el("div", { class: "picture" }, parts.canvas)),
        el(
          "figcaption",
          {},
          el("div", { class: "line" }, parts.name, parts.energy),
          el("div", { class: "line" }, parts.note),
        ),
      );
      return { root, concept: null, ...parts };
    }

    #conceptTile(concept, mark, line, number) {
      const text = this.pack.concepts[concept];
      const parts = {
        canvas: el("canvas", { role: "img" }),
        energy: el("button", { type: "button", class: "energy", onclick: () => this.onOpen(concept) }),
        note: el("span", {
          class: "aside",
          title: attentionWords.say("player.tiles.score_hint"),
        }),
        bar: el("span", { class: "bar" }),
      };
      parts.bar.style.setProperty("--line", line.colour);
      const key = number
        ? el("span", { class: "number", title: attentionWords.say("player.tiles.key", { key: number }) }, String(number))
        : null;
      const root = el(
        "figure",
        { class: `tile ${mark ?? ""}`, "data-concept": concept },
        (parts.picture = el("div", { class: "picture" }, parts.canvas)),
        el(
          "figcaption",
          {},
          el("div", { class: "line" }, key, el("span", { class: "name", title: text }, text), parts.energy),
          el(
            "div",
            { class: "line" },
            parts.note,
            mark ? el("span", { class: "badge", title: MEANINGS[mark] ?? "" }, BADGES[mark]) : null,
          ),
          el(
            "div",
            { class: "track", title: attentionWords.say("player.tiles.share") },
            parts.bar,
          ),
        ),
      );
      parts.canvas.addEventListener("click", () => this.onOpen(concept));
      parts.canvas.addEventListener("pointermove", (event) => this.#tellOutside(parts.canvas, event));
      return { root, concept, ...parts };
    }

    #tellOutside(canvas, event) {
      const place = player.seenPlace(this.size.width, this.size.height, this.pack.frame === "whole");
      const inside = (at, start, length) => at >= start && at <= start + length;
      const seen = inside(event.offsetX, place.x, place.width) && inside(event.offsetY, place.y, place.height);
      canvas.title = seen ? "" : attentionWords.say("player.tiles.outside");
    }
  }

  // The height of the usual five tiles: in one row, in two where the room is narrow.
  function usualHeight(room, aspect, gap, caption) {
    const [columns, rows] = room < 700 ? [3, 2] : [5, 1];
    const width = (room - gap * (columns - 1)) / columns - 4;
    const tall = Math.min(width / aspect, Math.max(110, (innerHeight * TALLEST) / rows));
    return Math.round(rows * (tall + caption) + gap * (rows - 1));
  }

  // The columns that make the pictures of `count` tiles largest in a box, and the tiles' sizes in pixels.
  function arrangement(count, box, aspect, gap, caption) {
    const at = (columns, rows) => {
      const width = Math.floor((box.width - gap * (columns - 1)) / columns);
      const tall = Math.floor((box.height - gap * (rows - 1)) / rows) - caption;
      const across = Math.min(width - 4, Math.floor(tall * aspect));
      return { width, across };
    };
    let best = { across: 0 };
    for (let columns = 1; columns <= count; columns++) {
      const found = at(columns, Math.ceil(count / columns));
      if (found.width >= NARROWEST && found.across > best.across) best = found;
    }
    if (best.across < LEAST && best.across < LEAST * aspect) {
      const { width: wide } = at(Math.max(1, Math.floor((box.width + gap) / (NARROWEST + gap))), 1);
      best = { width: wide, across: Math.min(wide - 4, Math.round((box.height - caption) * aspect)) };
    }
    const across = Math.max(1, best.across);
    return {
      width: Math.min(best.width, Math.max(across + 4, NARROWEST)),
      picture: { width: across, height: Math.max(1, Math.round(across / aspect)) },
    };
  }

  function columnsFor(room, tiles) {
    const most = room < 520 ? 2 : room < 780 ? 3 : room < 1020 ? 4 : 5;
    // six tiles as 3 + 3 rather than 5 + 1
    return Math.ceil(tiles / Math.ceil(tiles / most));
  }

  // The sum that makes an energy, in words and numbers, for the pointer that rests on it.
  function equation(pack, side, concept, frame, s, { energy, row, col }, decimals) {
    const [h, w] = pack.mapSize;
    let sum = "";
    const maps = pack.maps?.of(side.name, concept);
    if (maps && s <= 3) {
      const at = frame * h * w;
      const cells = [];
      for (let i = row; i < row + s; i++)
        for (let j = col; j < col + s; j++)
          cells.push(written(maps[at + i * w + j] * side.mapUnit, decimals));
      sum = `${cells.join(" + ")} = `;
    }
    return attentionWords.say("player.tiles.equation", {
      concept: pack.concepts[concept],
      s,
      sum,
      energy: written(energy, decimals),
      rows: `${row + 1}–${row + s}`,
      columns: `${col + 1}–${col + s}`,
      h,
      w,
    });
  }

  Object.assign(player, { Tiles, columnsFor, equation });
})((globalThis.AttentionPlayer ??= {}));
