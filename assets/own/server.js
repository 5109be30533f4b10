// The session on the server: begun at the first file, told every minute that the page is there, ended on leaving.
(function (own) {
  "use strict";

  const EVERY = 60_000; // milliseconds between two words to the server
  const TRIES = 4;
  const TOO_MANY = 429;

  const { say } = window.attentionWords;

  // A sentence for the person.
  class Trouble extends Error {}

  class Server {
    constructor() {
      this.beginning = null; // the promise of its name
      this.name = "";
      addEventListener("pagehide", () => this.leave());
    }

    // The session's name; a new session where there is none.
    async session() {
      this.beginning ??= this.#post("begin").then((answer) => {
        this.name = answer.session;
        this.beating = setInterval(() => this.#post("here", { session: this.name }).catch(() => {}), EVERY);
        return this.name;
      });
      try {
        return await this.beginning;
      } catch (error) {
        this.beginning = null;
        throw error;
      }
    }

    // Sends bytes, and returns the answer. Trouble with the server's sentence.
    async send(what, query = {}, body = null) {
      return this.#post(what, { session: await this.session(), ...query }, body);
    }

    // Has the server delete everything, also while the page closes.
    leave() {
      clearInterval(this.beating);
      const name = this.name;
      this.name = "";
      this.beginning = null;
      if (!name) return Promise.resolve();
      return fetch(address("leave", { session: name }), { method: "POST", keepalive: true }).catch(() => {});
    }

    async #post(what, query = {}, body = null) {
      for (let left = TRIES; ; left--) {
        const answer = await fetch(address(what, query), { method: "POST", body });
        if (answer.status === TOO_MANY && left > 1) {
          const seconds = Number(answer.headers.get("retry-after")) || 1;
          await new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
          continue;
        }
        if (answer.ok) return answer.status === 204 ? null : answer.json();
        const said = await answer.json().catch(() => ({}));
        throw new Trouble(said.trouble ?? say("own.lost", { name: query.name ?? what }));
      }
    }
  }

  function address(what, query) {
    const url = new URL(`own/${what}`, document.baseURI);
    url.hash = "";
    url.search = new URLSearchParams(query).toString();
    return url;
  }

  Object.assign(own, { Server, Trouble });
})((globalThis.OwnConcepts ??= {}));
