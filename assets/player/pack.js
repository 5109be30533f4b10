// A pack in the browser: a safetensors file (u64 length, JSON header, raw little-endian arrays), of which
// the beginning is fetched first. The arrays are views into that buffer; nothing is copied.
(function (player) {
  "use strict";

  const FORMAT = 2;
  const BIG = 1e6; // bytes; below this a progress bar would only flash
  const ARRAYS = { F32: Float32Array, U32: Uint32Array, U16: Uint16Array, U8: Uint8Array };

  // A reason a person can read.
  class PackError extends Error {}
  const broken = () => new PackError(attentionWords.say("player.pack.broken"));

  // The beginning of a file that a player needs: its first `first` bytes, or all of it without that number.
  // onProgress(bytes so far, bytes in all) is called while a big one arrives.
  async function fetchPack({ url, size, first }, onProgress, signal) {
    const whole = !first || first >= size;
    try {
      return await fetchBytes(url, 0, whole ? size : first, { whole, onProgress, signal });
    } catch (error) {
      if (!(error instanceof PackError)) throw error;
      const { status } = error;
      throw status ? new PackError(attentionWords.say("player.pack.gone", { status })) : error;
    }
  }

  // The bytes `from` to `to` of a file, or the whole of it, whatever its size; a PackError has the status of
  // the answer, if there was one.
  async function fetchBytes(url, from, to, { whole = false, onProgress, signal } = {}) {
    const headers = whole ? {} : { Range: `bytes=${from}-${to - 1}` };
    let response;
    try {
      response = await fetch(url, { headers, signal });
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new PackError(attentionWords.say("player.pack.silent"));
    }
    if (!response.ok) throw Object.assign(new PackError("not there"), { status: response.status });
    const found = await contents(response, onProgress);
    if (whole) return found;
    const asked = response.status === 206 ? found : found.slice(from, to); // not every server knows ranges
    if (asked.byteLength !== to - from) throw broken();
    return asked;
  }

  function contents(response, onProgress) {
    const total = Number(response.headers.get("Content-Length")) || 0;
    if (total <= BIG || !response.body || !onProgress) return response.arrayBuffer();
    return collect(response.body.getReader(), total, onProgress);
  }

  async function collect(reader, total, onProgress) {
    const pieces = [];
    let length = 0;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      pieces.push(value);
      length += value.length;
      onProgress(length, total);
    }
    return new Blob(pieces).arrayBuffer();
  }

  // The pack that begins with `buffer`; PackError for anything else. file: {url, size} of the whole.
  function readPack(buffer, file) {
    const { header, tensors, blocks } = readSafetensors(buffer);
    const pack = describe(header);
    const frames = header.frames.length;
    const concepts = header.concepts.length;
    const mapped = Object.keys(header.map_unit);
    pack.maps = blocks && new player.Maps(file, { ...blocks, order: header.map_order, sides: mapped }, buffer);
    pack.sides = new Map();
    for (const name of header.sides) {
      const of = (part, shape, must) => tensor(tensors, `${name}.${part}`, shape, must);
      pack.sides.set(name, {
        name,
        scores: of("scores", [frames, concepts], true),
        energies: of("energies", [frames, concepts], true),
        windows: of("windows", [frames, concepts, 2], true),
        mapped: mapped.includes(name),
        netEnergies: of("net_energies", [frames, concepts], false),
        mapUnit: header.map_unit[name] ?? 1,
      });
    }
    const pictures = tensor(tensors, "pictures", null, false);
    const ends = tensor(tensors, "picture_ends", [frames], false);
    pack.picture = (frame) =>
      pictures && ends
        ? new Blob([pictures.subarray(frame ? ends[frame - 1] : 0, ends[frame])], { type: "image/jpeg" })
        : null;
    return pack;
  }

  function describe(header) {
    if (header.format !== FORMAT)
      throw new PackError(attentionWords.say("player.pack.version"));
    return {
      clip: header.clip,
      model: header.model,
      concepts: header.concepts.map(String),
      frames: header.frames,
      seconds: header.seconds,
      mapSize: header.map_size,
      window: header.window,
      frame: header.frame ?? "centre",
      size: header.size,
      methods: header.methods,
      shown: header.shown,
      looks: header.looks ?? header.shown,
      truth: header.truth === null ? -1 : header.concepts.indexOf(header.truth),
    };
  }

  function readSafetensors(buffer) {
    if (buffer.byteLength < 8) throw broken();
    const length = Number(new DataView(buffer).getBigUint64(0, true));
    if (length > buffer.byteLength - 8) throw broken();
    try {
      const entries = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)));
      const header = JSON.parse(entries.__metadata__.analysis);
      const { __metadata__, maps, ...others } = entries;
      const blocks = maps && { at: 8 + length + maps.data_offsets[0], shape: maps.shape };
      const tensors = new Map();
      for (const [name, entry] of Object.entries(others))
        tensors.set(name, { shape: entry.shape, data: view(buffer, 8 + length, entry) });
      return { header, tensors, blocks };
    } catch {
      throw broken();
    }
  }

  function view(buffer, start, { dtype, data_offsets: [from, to] }) {
    const Type = ARRAYS[dtype];
    const count = (to - from) / Type.BYTES_PER_ELEMENT;
    const offset = start + from;
    // a typed array can only look at an aligned place; a file that is not aligned is copied out
    return offset % Type.BYTES_PER_ELEMENT === 0
      ? new Type(buffer, offset, count)
      : new Type(buffer.slice(offset, start + to));
  }

  function tensor(tensors, name, shape, must) {
    const found = tensors.get(name);
    if (!found) {
      if (!must) return null;
      throw new PackError(attentionWords.say("player.pack.lacks", { name }));
    }
    if (shape && String(found.shape) !== String(shape))
      throw new PackError(attentionWords.say("player.pack.shape", { name }));
    return found.data;
  }

  Object.assign(player, { PackError, broken, fetchBytes, fetchPack, readPack });
})((globalThis.AttentionPlayer ??= {}));
