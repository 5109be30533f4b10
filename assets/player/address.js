// What the player shows, as a few short parameters of the page's address, and back.
//   f frame as numbered on the page · c concepts, "-" before one that is switched off · s window side ·
//   o opacity in percent · m colour map · sc scale · v figure · side CNN
(function (player) {
  "use strict";

  const NAMES = ["f", "c", "s", "o", "m", "sc", "v", "side"];

  // The settings of a pack nobody has touched yet.
  function defaults(pack) {
    return {
      frame: tellingFrame(pack),
      shown: pack.shown.slice(0, player.MOST),
      off: [],
      s: pack.window,
      opacity: 70,
      map: "viridis",
      scale: "shared",
      view: "2",
      side: [...pack.sides.keys()][0],
    };
  }

  // The frame that shows at first sight where attention lies: the highest energy of UnAtt's concept.
  function tellingFrame(pack) {
    const unatt = pack.methods.find((method) => method.name.endsWith("UnAtt"));
    if (!unatt) return 0;
    const { energies } = pack.sides.get(unatt.side);
    const energy = (frame) => energies[frame * pack.concepts.length + unatt.prediction];
    return pack.frames.reduce((best, _, frame) => (energy(frame) > energy(best) ? frame : best), 0);
  }

  // The settings a pack opens with: those of the address for the first one; later the same look, and
  // everything when it is the same clip again. before: the View until now, or undefined.
  function startingState(pack, before, linked) {
    if (!before) return { ...defaults(pack), ...(linked ? readAddress(location.search, pack) : {}) };
    const { opacity, map, scale } = before.state;
    const same =
      before.pack.clip === pack.clip &&
      before.pack.frames.length === pack.frames.length &&
      String(before.pack.concepts) === String(pack.concepts) &&
      before.state.s <= Math.min(...pack.mapSize) &&
      pack.sides.has(before.state.side);
    return { ...defaults(pack), ...(same ? before.state : { opacity, map, scale }) };
  }

  // The part of an address's query that can be used with this pack; what makes no sense is left out.
  function readAddress(search, pack) {
    const query = new URLSearchParams(search);
    const state = {};
    const take = (name, key, value) => {
      if (query.has(name) && value !== undefined) state[key] = value;
    };
    take("f", "frame", integer(query.get("f"), 1, pack.frames.length, -1));
    take("s", "s", integer(query.get("s"), 1, Math.min(...pack.mapSize), 0));
    take("o", "opacity", integer(query.get("o"), 0, 100, 0));
    take("m", "map", among(query.get("m"), Object.keys(player.MAPS)));
    take("sc", "scale", among(query.get("sc"), ["shared", "own"]));
    take("v", "view", among(query.get("v"), ["2", "6"]));
    take("side", "side", among(query.get("side"), [...pack.sides.keys()]));
    const concepts = (query.get("c") ?? "")
      .split(",")
      .map((word) => readConcept(word, pack))
      .filter(Boolean);
    if (query.get("c") === "") state.shown = [];
    else if (concepts.length) {
      state.shown = [...new Set(concepts.map(({ concept }) => concept))].slice(0, player.MOST);
      state.off = concepts.filter(({ off }) => off).map(({ concept }) => concept);
    }
    return state;
  }

  // `search` with this state in it; settings that stand at their default are left out, other people's
  // parameters stay. link: parameters that lead to this very clip, by name; null takes one away · change: what
  // was done to it, or undefined where nobody can.
  function writeAddress(search, pack, state, link = {}, change = undefined) {
    const query = new URLSearchParams(search);
    for (const [name, value] of Object.entries(link)) {
      if (value === null) query.delete(name);
      else query.set(name, value);
    }
    if (change) player.writeChange(query, change);
    for (const name of NAMES) query.delete(name);
    const usual = defaults(pack);
    const put = (name, key, value = String(state[key])) => {
      if (String(state[key]) !== String(usual[key])) query.set(name, value);
    };
    put("f", "frame", String(state.frame + 1));
    if (String([state.shown, state.off]) !== String([usual.shown, usual.off]))
      query.set("c", state.shown.map((c) => writeConcept(c, state.off.includes(c), pack)).join(","));
    put("s", "s");
    put("o", "opacity");
    put("m", "map");
    put("sc", "scale");
    put("v", "view");
    put("side", "side");
    const text = query.toString().replaceAll("%2C", ",");
    return text && `?${text}`;
  }

  // A name where that reads back as the same concept, else its index.
  function writeConcept(concept, off, pack) {
    const name = pack.concepts[concept];
    const plain = /^[^\d,-][^,]{0,40}$/.test(name) && find(name, pack) === concept;
    return (off ? "-" : "") + (plain ? name : concept);
  }

  function readConcept(word, pack) {
    const off = word.startsWith("-");
    const name = off ? word.slice(1) : word;
    const concept = /^\d+$/.test(name) ? integer(name, 0, pack.concepts.length - 1, 0) : find(name, pack);
    return concept === undefined ? null : { concept, off };
  }

  function find(name, pack) {
    const at = pack.concepts.findIndex((known) => known.toLowerCase() === name.toLowerCase());
    return at < 0 ? undefined : at;
  }

  function integer(text, low, high, shift) {
    const value = Number(text);
    return Number.isInteger(value) && value >= low && value <= high ? value + shift : undefined;
  }

  const among = (text, known) => (known.includes(text) ? text : undefined);

  Object.assign(player, { MOST: 8, startingState, readAddress, writeAddress });
})((globalThis.AttentionPlayer ??= {}));
