// The current view as a PNG with captions: Figure 2, or Figure 6, of this frame.
(function (player) {
  "use strict";

  const FONT = "system-ui, sans-serif";
  const INK = "#1c1c1c";
  const QUIET = "#5c5c5c";
  const MARKS = { truth: { colour: "#1a7f37", dash: [] }, wrong: { colour: "#c62828", dash: [14, 8] } };
  const EDGE = 32;
  const GAP = 20;
  const CAPTION = 64;

  // tiles: [{name, energy, mark, over}], the first the bare frame · bar: {map, low, high}.
  function drawFigure(size, picture, tiles, { title, note, bar }) {
    const columns = player.columnsFor(2000, tiles.length);
    const width = Math.min(440, Math.round(440 * Math.min(1, size[0] / size[1])));
    const height = Math.round((width * size[1]) / size[0]);
    const rows = Math.ceil(tiles.length / columns);
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(900, 2 * EDGE + columns * (width + GAP) - GAP);
    canvas.height = 2 * EDGE + 56 + rows * (height + CAPTION) + 74;
    const c = canvas.getContext("2d");
    c.fillStyle = "#fff";
    c.fillRect(0, 0, canvas.width, canvas.height);
    write(c, title, EDGE, EDGE + 20, `600 24px ${FONT}`, INK, canvas.width - 2 * EDGE);
    tiles.forEach((tile, i) => {
      const x = EDGE + (i % columns) * (width + GAP);
      const y = EDGE + 56 + Math.floor(i / columns) * (height + CAPTION);
      drawTile(c, { x, y, width, height }, picture, tile);
    });
    drawBar(c, EDGE, canvas.height - EDGE - 62, bar);
    write(c, note, EDGE, canvas.height - EDGE + 4, `17px ${FONT}`, QUIET, canvas.width - 2 * EDGE);
    return canvas;
  }

  function drawTile(c, box, picture, { name, energy, mark, over }) {
    player.paint(c, box, picture, over);
    const look = MARKS[mark];
    const right = box.x + box.width;
    if (look) {
      c.strokeStyle = look.colour;
      c.lineWidth = 6;
      c.setLineDash(look.dash);
      c.strokeRect(box.x, box.y, box.width, box.height);
      c.setLineDash([]);
    }
    c.font = `600 20px ${FONT}`;
    const taken = c.measureText(energy).width;
    c.textAlign = "right";
    c.fillStyle = INK;
    c.fillText(energy, right, box.y + box.height + 28);
    c.textAlign = "left";
    const sign = { truth: "✓ ", wrong: "✗ " }[mark] ?? "";
    write(
      c,
      sign + name,
      box.x,
      box.y + box.height + 28,
      `20px ${FONT}`,
      look?.colour ?? INK,
      box.width - taken - 16,
    );
  }

  function drawBar(c, x, y, { map, low, high }) {
    const width = 260;
    for (let i = 0; i < width; i++) {
      c.fillStyle = `rgb(${player
        .colourAt(map, i / (width - 1))
        .map(Math.round)
        .join(" ")})`;
      c.fillRect(x + i, y, 1.5, 16);
    }
    write(c, `${low} – ${high}`, x + width + 16, y + 14, `17px ${FONT}`, QUIET, 600);
  }

  function write(c, text, x, y, font, colour, room) {
    c.font = font;
    c.fillStyle = colour;
    let shown = text;
    while (shown.length > 1 && c.measureText(shown).width > room) shown = `${shown.slice(0, -2)}…`;
    c.fillText(shown, x, y);
  }

  // Hands the canvas to the browser as a file to keep.
  function saveCanvas(canvas, name) {
    canvas.toBlob((blob) => {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(blob);
      link.download = name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    }, "image/png");
  }

  Object.assign(player, { drawFigure, saveCanvas });
})((globalThis.AttentionPlayer ??= {}));
