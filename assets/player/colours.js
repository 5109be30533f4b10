// Colours: the maps' scales, and the concepts' lines.
(function (player) {
  "use strict";

  // Each scale as 32 equally spaced colours of matplotlib's map of that name; between them the player
  // interpolates, within 6/255 of the original. viridis, cividis and magma are in the public domain (CC0);
  // turbo is Google's, under the Apache License 2.0.
  const ANCHORS = {
    viridis:
      "440154 470d60 48196b 482474 472e7c 453882 414286 3e4b89 3a548c 365d8d 32658e 2e6d8e 2b758e 287d8e 25858e 228c8d " +
      "20948c 1e9c89 20a386 25ab82 2db27d 39ba76 48c16e 58c765 6acd5b 7ed34f 92d742 a8db34 bedf26 d4e21b e9e41a fde725",
    cividis:
      "00224e 00285c 002e6b 073370 1c396f 293f6e 33446c 3d4a6c 45506c 4d556c 555b6d 5c616e 636770 6b6d72 727274 797877 " +
      "807e78 888578 908b78 989177 a09775 a89e73 b0a471 b9ab6d c1b26a cab965 d3c060 dcc859 e5cf52 eed748 f8df3c fee838",
    magma:
      "000004 040312 0b0823 140e35 1e1149 2a115d 38106d 461077 54137d 601880 6d1e81 7a2382 872781 942c80 a2307e af347b " +
      "bd3977 ca3e72 d6456c e24d66 ec5860 f3655c f8745c fb8360 fd9366 fea26f feb27a fec185 fed093 fddfa1 fceeb0 fcfdbf",
    turbo:
      "30123b 3a2a74 4042a4 4558ca 476ee6 4683f8 4097ff 34acf8 25c0e7 1ad2d2 18e0bd 24eca8 3bf58f 59fb73 79fe59 97fe44 " +
      "aefa37 c3f234 d7e535 e8d639 f4c63a fcb437 fe9e2f fc8624 f76d1a ee5610 e2430a d43305 c22403 ad1801 950d01 7a0403",
  };
  const MAPS = {
    viridis: "viridis",
    cividis: "cividis",
    magma: "magma",
    turbo: "turbo",
    jet: attentionWords.say("player.colours.jet"),
  };

  const tables = new Map();

  // The scale as 256 pixels, each a little-endian RGBA word ready for an ImageData.
  function colourTable(name) {
    if (!tables.has(name)) {
      const table = new Uint32Array(256);
      for (let level = 0; level < 256; level++) {
        const [r, g, b] = colourAt(name, level / 255);
        table[level] = (255 << 24) | (Math.round(b) << 16) | (Math.round(g) << 8) | Math.round(r);
      }
      tables.set(name, table);
    }
    return tables.get(name);
  }

  // Red, green and blue (0 to 255) of a value in 0 to 1.
  function colourAt(name, value) {
    // jet: red, green and blue are the same trapezium around 3/4, 2/4 and 1/4
    if (name === "jet") return [3, 2, 1].map((peak) => 255 * clamp(1.5 - Math.abs(4 * value - peak)));
    const anchors = ANCHORS[name].split(" ");
    const place = clamp(value) * (anchors.length - 1);
    const low = Math.min(Math.floor(place), anchors.length - 2);
    return [0, 2, 4].map((at) => {
      const [a, b] = [0, 1].map((step) => parseInt(anchors[low + step].slice(at, at + 2), 16));
      return a + (b - a) * (place - low);
    });
  }

  const clamp = (value) => Math.min(1, Math.max(0, value));

  // The scale as a CSS gradient, low to high.
  function gradient(name) {
    const stops = Array.from(
      { length: 17 },
      (_, i) =>
        `rgb(${colourAt(name, i / 16)
          .map(Math.round)
          .join(" ")})`,
    );
    return `linear-gradient(90deg, ${stops.join(", ")})`;
  }

  // A line per place among the shown concepts: colours that stay apart for every kind of colour blindness
  // (after Okabe and Ito, darkened or lightened to read on the page's ground), and a dash and a mark of
  // their own, so that colour never stands alone.
  const LINES = [
    { light: "#0067a5", dark: "#5cb3f0", dash: [], mark: "circle" },
    { light: "#b84700", dark: "#ff9b5c", dash: [7, 3], mark: "square" },
    { light: "#00805d", dark: "#3fd0a4", dash: [2, 3], mark: "triangle" },
    { light: "#a8427f", dark: "#ef9fcb", dash: [9, 3, 2, 3], mark: "diamond" },
    { light: "#8a6a00", dark: "#e6c84a", dash: [12, 4], mark: "wedge" },
    { light: "#5a4fc4", dark: "#b0a8ff", dash: [4, 2, 1, 2], mark: "plus" },
    { light: "#1f7a90", dark: "#7fdcec", dash: [1, 2], mark: "cross" },
    { light: "#666666", dark: "#c4c4c4", dash: [14, 3, 4, 3], mark: "ring" },
  ];

  // The colour of a level between 0 and 1, and the ink to be read on it.
  function groundAndInk(table, level) {
    const pixel = table[Math.min(255, Math.max(0, Math.round(level * 255)))];
    const [red, green, blue] = [pixel & 255, (pixel >> 8) & 255, (pixel >> 16) & 255];
    const light = 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
    return [`rgb(${red} ${green} ${blue})`, light > 0.179 ? "#000" : "#fff"];
  }

  // sRGB to light, as WCAG measures contrast; above 0.179 black has more of it than white.
  function linear(value) {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }

  Object.assign(player, { groundAndInk, MAPS, LINES, colourAt, colourTable, gradient });
})((globalThis.AttentionPlayer ??= {}));
