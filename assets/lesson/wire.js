// What a class room sends and keeps: requests, the pupil's token, the teacher's secret, the address.
(function (room) {
  "use strict";

  const TOKEN = "attention-class-pupil";
  const SECRET = "attention-class-secret:";

  const { el, say: write } = AttentionPlayer;
  const say = (key, values) => attentionWords.say(key, values); // from the catalogue (assets/page/words.js)

  // What a browser keeps, where it may keep anything.
  function kept(store, name, value) {
    try {
      if (value === null) store().removeItem(name);
      else if (value !== undefined) store().setItem(name, value);
      return store().getItem(name) ?? "";
    } catch {
      return ""; // storage is switched off: known until the page is left
    }
  }
  // The token this browser votes under: drawn by chance, and all that is known of a pupil.
  let drawnToken = "";
  function pupil() {
    const known = kept(() => localStorage, TOKEN) || drawnToken;
    if (/^[\w-]{16,64}$/.test(known)) return known;
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    drawnToken = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    kept(() => localStorage, TOKEN, drawnToken);
    return drawnToken;
  }

  // The secret of a class that this window teaches, kept for a reload; another window of the browser can be a pupil.
  // secret: to be kept from now on; null forgets it.
  const secretOf = (code, secret) => kept(() => sessionStorage, SECRET + code.toUpperCase(), secret) || secret || "";

  // One request; {status, told}. Throws where there is no answer at all.
  async function ask(method, what, { body, query, headers } = {}) {
    const address = `class/${what}${query ? `?${new URLSearchParams(query)}` : ""}`;
    const answer = await fetch(address, {
      method,
      cache: "no-store",
      headers: { ...(body ? { "content-type": "application/json" } : {}), ...headers },
      body: body && JSON.stringify(body),
      keepalive: what === "leave",
    });
    if (answer.status === 304) return { status: 304, told: null, mark: headers["if-none-match"] };
    const json = (answer.headers.get("content-type") ?? "").includes("json");
    const told = json ? await answer.json() : await answer.text();
    return { status: answer.status, told, mark: answer.headers.get("etag") };
  }

  const dispatch = (name, detail) => document.dispatchEvent(new CustomEvent(`lesson:${name}`, { detail }));

  // The part of an address that leads into a class, or out of it.
  function writeCode(code) {
    const query = new URLSearchParams(location.search);
    if (code) query.set("class", code);
    else query.delete("class");
    const search = query.toString() && `?${query}`;
    history.replaceState(history.state, "", location.pathname + search);
  }

  Object.assign(room, { ask, dispatch, el, pupil, say, secretOf, write, writeCode });
})((globalThis.AttentionClass ??= {}));
