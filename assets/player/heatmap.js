// One concept's map over one frame, as pixels.
(function (player) {
  "use strict";

  const GRID = 112; // side of the upsampled map in pixels: 16 per cell of a 7×7 map, 8 of a 14×14 one
  const VEIL = "rgb(0 0 0 / 0.62)";

  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = GRID;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const image = context.createImageData(GRID, GRID);
  const pixels = new Uint32Array(image.data.buffer);

  // Where each of GRID pixels lies between the centres of n cells: the cells beside it and the share of the
  // second. Outside the outermost centres the value stays that of the outermost cell.
  const places = new Map();
  function placesOf(n) {
    if (!places.has(n))
      places.set(
        n,
        Array.from({ length: GRID }, (_, pixel) => {
          const at = Math.min(n - 1, Math.max(0, ((pixel + 0.5) / GRID) * n - 0.5));
          const low = Math.min(Math.floor(at), Math.max(0, n - 2));
          return { low, high: Math.min(low + 1, n - 1), share: at - low };
        }),
      );
    return places.get(n);
  }

  const blended = new Float32Array(256);
  // opacity grows with the value up to half of the scale: a map of zeros leaves the frame as it is
  const FADE = Uint32Array.from({ length: 256 }, (_, level) => Math.min(255, 2 * level) << 24);
  const COLOUR = 0x00ffffff;

  // Colours the map at maps[at …] (h×w, values 0 to `top`) into the grid: values are interpolated first and
  // coloured after, so that every colour stands on the scale.
  function colourMap(maps, at, [h, w], top, table) {
    const columns = placesOf(w);
    const scale = top > 0 ? 255 / top : 0;
    let pixel = 0;
    for (const { low, high, share } of placesOf(h)) {
      for (let j = 0; j < w; j++) {
        const upper = maps[at + low * w + j];
        blended[j] = (upper + (maps[at + high * w + j] - upper) * share) * scale;
      }
      for (const column of columns) {
        const value = blended[column.low] + (blended[column.high] - blended[column.low]) * column.share;
        const level = Math.min(255, (value + 0.5) | 0);
        pixels[pixel++] = (table[level] & COLOUR) | FADE[level];
      }
    }
    context.putImageData(image, 0, 0);
  }

  // Draws a frame with what lies over it into a box of a 2D context.
  // over: {maps, at, mapSize, whole, top, table, opacity, window: {row, col, s} | null} or null for the bare
  // frame.
  function paint(target, box, picture, over) {
    target.save();
    target.beginPath();
    target.rect(box.x, box.y, box.width, box.height);
    target.clip();
    target.fillStyle = "#777";
    target.fillRect(box.x, box.y, box.width, box.height);
    if (picture) target.drawImage(picture, box.x, box.y, box.width, box.height);
    if (over) {
      const place = player.seenPlace(box.width, box.height, over.whole);
      const [x, y] = [box.x + place.x, box.y + place.y];
      if (over.maps) {
        colourMap(over.maps, over.at, over.mapSize, over.top, over.table);
        target.globalAlpha = over.opacity;
        target.imageSmoothingQuality = "high";
        target.drawImage(canvas, x, y, place.width, place.height);
        target.globalAlpha = 1;
      }
      veil(target, box, place);
      if (over.window) outline(target, { ...place, x, y }, over.mapSize, over.window, box.width);
    }
    target.restore();
  }

  function veil(target, box, place) {
    target.fillStyle = VEIL;
    if (place.x > 0) {
      target.fillRect(box.x, box.y, place.x, box.height);
      target.fillRect(box.x + place.x + place.width, box.y, place.x, box.height);
    }
    if (place.y > 0) {
      target.fillRect(box.x, box.y, box.width, place.y);
      target.fillRect(box.x, box.y + place.y + place.height, box.width, place.y);
    }
  }

  // The window as a white rectangle with a dark edge on both sides: seen on any colour.
  function outline(target, place, [h, w], { row, col, s }, width) {
    const thick = Math.max(2, width / 160); // from 2 on one pixel at least is all white
    const [across, down] = [place.width / w, place.height / h]; // of a cell
    const at = [place.x + col * across, place.y + row * down, s * across, s * down];
    // drawn just inside, so that a window at the rim is whole
    const inside = (by) => [at[0] + by, at[1] + by, at[2] - 2 * by, at[3] - 2 * by];
    target.lineWidth = 3 * thick;
    target.strokeStyle = "rgb(0 0 0 / 0.65)";
    target.strokeRect(...inside(1.5 * thick));
    target.lineWidth = thick;
    target.strokeStyle = "#fff";
    target.strokeRect(...inside(1.5 * thick));
  }

  // The highest of the n values at maps[at …].
  function highest(maps, at, n) {
    let top = 0;
    for (let i = at; i < at + n; i++) if (maps[i] > top) top = maps[i];
    return top;
  }

  Object.assign(player, { paint, highest });
})((globalThis.AttentionPlayer ??= {}));
