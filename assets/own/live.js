// The camera live: every concept's map and energy over the frame that the server has just seen.
(function (own) {
  "use strict";

  const INPUT = 224; // side of a frame that is sent, as the network takes it
  const TILE = 224; // of a drawn one, CSS pixels at most
  const WINDOW = 3; // side of Eq. 2's window
  const SLOWLY = 0.97; // the colour scale goes down this much a frame: it does not flicker
  const { say } = window.attentionWords;
  const { el, say: write, paint, colourTable } = globalThis.AttentionPlayer;

  class Live {
    // owner: {server, camera, say(sentence)}
    constructor(owner) {
      Object.assign(this, { owner, running: false, top: 0, names: "" });
      this.button = el("button", { type: "button", class: "live-button", onclick: () => this.toggle() }, say("own.live"));
      this.tiles = el("div", { class: "live-tiles" });
      this.about = el("p", { class: "about-live", role: "status" });
      this.root = el("div", { class: "live" }, this.button, this.about, this.tiles);
      this.sent = document.createElement("canvas");
      this.sent.width = this.sent.height = INPUT;
    }

    async toggle() {
      if (this.running) return this.stop();
      try {
        await this.owner.camera.start();
      } catch (error) {
        return this.owner.say(error.message);
      }
      this.running = true;
      this.top = 0;
      write(this.button, say("own.stop_live"));
      while (this.running && this.owner.camera.on) await this.#frame();
      this.stop();
    }

    stop() {
      this.running = false;
      write(this.button, say("own.live"));
      write(this.about, "");
    }

    async #frame() {
      const pixels = document.hidden ? null : this.owner.camera.pixels(this.sent);
      if (!pixels) return pause(0.2);
      const shown = await createImageBitmap(this.sent);
      const waiting = setTimeout(() => write(this.about, say("own.waiting")), 1500);
      try {
        const seen = await this.owner.server.send("live", {}, pixels);
        if (this.running) this.#draw(shown, seen);
        await pause(seen.pause);
      } catch (error) {
        this.owner.say(error instanceof own.Trouble ? error.message : say("own.lost", { name: say("own.live") }));
        this.stop();
      } finally {
        clearTimeout(waiting);
        shown.close();
      }
    }

    #draw(shown, seen) {
      if (this.names !== seen.concepts.join("\n")) this.#lay(seen.concepts);
      this.top = Math.max(this.top * SLOWLY, ...seen.maps.flat(), 1e-6);
      const says = seen.scores.indexOf(Math.max(...seen.scores));
      seen.concepts.forEach((name, place) => {
        const { canvas, energy, tile } = this.parts[place];
        const [row, col] = seen.windows[place];
        paint(canvas.getContext("2d"), { x: 0, y: 0, width: TILE, height: TILE }, shown, {
          maps: seen.maps[place], at: 0, mapSize: seen.map_size, whole: false, top: this.top,
          table: colourTable("viridis"), opacity: 0.6, window: { row, col, s: WINDOW },
        });
        const number = seen.energies[place].toPrecision(3);
        write(energy, `${say("own.energy", { number })}${place === says ? ` · ✓ ${say("own.says")}` : ""}`);
        tile.classList.toggle("says", place === says);
        canvas.setAttribute("aria-label", `${name}: ${energy.textContent}`);
      });
      write(this.about, seen.others ? say("own.others", { count: seen.others }) : "");
    }

    #lay(names) {
      this.names = names.join("\n");
      this.parts = names.map((name) => {
        const canvas = el("canvas", { width: TILE, height: TILE, role: "img" });
        const energy = el("span", { class: "number" });
        const tile = el("figure", {}, canvas, el("figcaption", {}, el("b", {}, name), " ", energy));
        return { canvas, energy, tile };
      });
      this.tiles.replaceChildren(...this.parts.map((part) => part.tile));
    }
  }

  const pause = (seconds) => new Promise((resolve) => setTimeout(resolve, 1000 * seconds));

  Object.assign(own, { Live });
})((globalThis.OwnConcepts ??= {}));
