// What was done to a clip, as parameters of the page's address, and back.
//   shift "darkness-0.32_motion blur-0.8" · hide "5-1000-2000-4500-7000_35-…": the frame's number and the box
//   x0, y0, x1, y1 in shares of 10000; "only_" first where the other frames are as they were · brush: the cells of the box that are
//   covered, 64 hexadecimal digits
(function (player) {
  "use strict";

  const WHOLE = 10000;
  const BRUSH = /^(?=.*[1-9a-f])[0-9a-f]{64}$/;
  const MOST = 200; // places that an address holds; a box that passes through more is not kept

  // Puts a change of the dial, {shift, hide}, into a query, and takes away what was there.
  function writeChange(query, { shift = {}, hide }) {
    for (const name of ["shift", "hide", "brush"]) query.delete(name);
    const values = Object.entries(shift).map(([name, value]) => `${name}-${Number(value.toPrecision(4))}`);
    if (values.length) query.set("shift", values.join("_"));
    const places = Object.entries(hide?.places ?? {}).map(([number, box]) => [number, ...box.map(inShares)].join("-"));
    if (!places.length || places.length > MOST) return;
    query.set("hide", [...(hide.only ? ["only"] : []), ...places].join("_"));
    if (hide.brush) query.set("brush", hide.brush);
  }

  // The change that a query asks for; what makes no sense is left out.
  function readChange(query) {
    const shift = {};
    for (const word of words(query.get("shift"))) {
      const end = word.lastIndexOf("-");
      const value = Number(word.slice(end + 1));
      if (end > 0 && value > 0 && Number.isFinite(value)) shift[word.slice(0, end)] = value;
    }
    const places = {};
    const said = words(query.get("hide"));
    for (const [number, ...box] of said.map((word) => word.split("-").map(Number)).slice(0, MOST + 1)) {
      const [x0, y0, x1, y1] = box;
      const sound = box.length === 4 && box.every((at) => Number.isInteger(at) && at <= WHOLE) && x0 < x1 && y0 < y1;
      if (sound && Number.isInteger(number)) places[number] = box.map((at) => at / WHOLE);
    }
    const brush = BRUSH.test(query.get("brush")) && query.get("brush");
    return {
      ...(Object.keys(shift).length && { shift }),
      ...(Object.keys(places).length && { hide: { places, only: said[0] === "only", ...(brush && { brush }) } }),
    };
  }

  const words = (text) => (text ?? "").split("_").filter(Boolean);
  const inShares = (at) => Math.round(WHOLE * Math.min(1, Math.max(0, at)));

  // The clip that an address leads to, and what was done to it: {clip, own, frame, change}.
  function readWanted(search) {
    const query = new URLSearchParams(search);
    const frame = query.get("frame") === "whole" ? "whole" : "centre";
    return { clip: query.get("clip"), own: query.get("own"), frame, change: readChange(query) };
  }

  // Whether a look with this link is at the clip that is wanted; without a name any is.
  function isWanted({ clip, own }, link) {
    return clip ? link.clip === clip : own ? link.own === own : true;
  }

  Object.assign(player, { writeChange, readChange, readWanted, isWanted });
})((globalThis.AttentionPlayer ??= {}));
