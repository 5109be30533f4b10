// A box that finds any of the C concepts.
(function (player) {
  "use strict";

  const { el, freshId, say, written } = player;
  const ROWS = 60; // options listed at a time; typing narrows them

  // A combobox as the ARIA patterns describe it: the focus stays in the box, arrows walk the list.
  class Finder {
    constructor(on) {
      this.on = on;
      this.active = -1;
      const list = freshId("concepts");
      this.input = el("input", {
        type: "text",
        role: "combobox",
        "aria-expanded": "false",
        "aria-controls": list,
        "aria-autocomplete": "list",
        "aria-label": attentionWords.say("player.concepts.find"),
        autocomplete: "off",
        spellcheck: "false",
      });
      this.options = el("ul", { role: "listbox", id: list, "aria-label": attentionWords.say("player.concepts.list") });
      this.note = el("p", { class: "more" });
      this.popup = el("div", { class: "popup", hidden: true }, this.options, this.note);
      this.root = el("div", { class: "finder" }, this.input, this.popup);
      this.#listen();
    }

    show(pack, { shown, ranking, means, decimals }) {
      Object.assign(this, { pack, shown, ranking, means, decimals });
      this.input.placeholder = attentionWords.say("player.concepts.among", { concepts: pack.concepts.length });
      this.ranks = ranking && new Map(ranking.map((concept, place) => [concept, place + 1]));
      if (!this.popup.hidden) this.#list();
    }

    #listen() {
      this.input.addEventListener("input", () => this.#open());
      this.input.addEventListener("click", () => this.#open());
      this.input.addEventListener("keydown", (event) => this.#key(event));
      this.input.addEventListener("blur", () => this.#close());
      // the list must not take the focus from the box
      this.popup.addEventListener("pointerdown", (event) => event.preventDefault());
      this.options.addEventListener("click", (event) => {
        const option = event.target.closest("[role=option]");
        if (option) this.#pick(Number(option.dataset.concept));
      });
    }

    #key(event) {
      const found = this.options.children.length;
      const open = !this.popup.hidden;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        if (!open) this.#open();
        else if (found)
          this.#walk(
            (this.active +
              (event.key === "ArrowDown" ? 1 : found - 1) +
              (this.active < 0 && event.key === "ArrowUp" ? 1 : 0)) %
              found,
          );
      } else if (event.key === "Enter" && open && found) {
        this.#pick(Number(this.options.children[Math.max(0, this.active)].dataset.concept));
      } else if (event.key === "Escape" && (open || this.input.value)) {
        this.input.value = "";
        this.#close();
      } else return;
      event.preventDefault();
    }

    #open() {
      if (!this.pack) return;
      this.popup.hidden = false;
      this.input.setAttribute("aria-expanded", "true");
      this.active = -1;
      this.#list();
    }

    #close() {
      this.popup.hidden = true;
      this.input.setAttribute("aria-expanded", "false");
      this.input.removeAttribute("aria-activedescendant");
    }

    #pick(concept) {
      if (this.shown.includes(concept)) this.on.remove(concept);
      else if (this.shown.length >= player.MOST)
        return void say(this.note, attentionWords.say("player.concepts.full", { most: player.MOST }));
      else this.on.add(concept);
      this.input.value = "";
      this.#close();
    }

    #list() {
      const found = this.#found();
      this.options.replaceChildren(
        ...found.slice(0, ROWS).map((concept, place) => this.#option(concept, place)),
      );
      const left = found.length - ROWS;
      say(
        this.note,
        !found.length
          ? attentionWords.say("player.concepts.nothing")
          : left > 0
            ? attentionWords.say("player.concepts.more", { left })
            : attentionWords.say("player.concepts.rank"),
      );
      if (this.active >= 0) this.#walk(Math.min(this.active, found.length - 1));
    }

    // By mean energy; first the very name that was typed, then those that begin with it, then those that contain it.
    #found() {
      const wanted = this.input.value.trim().toLowerCase();
      const order = this.ranking ?? this.pack.concepts.map((_, concept) => concept);
      if (!wanted) return order;
      const is = [];
      const begins = [];
      const contains = [];
      for (const concept of order) {
        const name = this.pack.concepts[concept].toLowerCase();
        const at = name.indexOf(wanted);
        if (name === wanted) is.push(concept);
        else if (at === 0) begins.push(concept);
        else if (at > 0) contains.push(concept);
      }
      return [...is, ...begins, ...contains];
    }

    #option(concept, place) {
      const worth = this.ranks
        ? `#${this.ranks.get(concept)} · ${written(this.means[concept], this.decimals)}`
        : "…";
      return el(
        "li",
        {
          role: "option",
          id: `${this.options.id}-${place}`,
          "data-concept": concept,
          "aria-selected": String(this.shown.includes(concept)),
        },
        el("span", { class: "name" }, this.pack.concepts[concept]),
        el("span", { class: "worth" }, worth),
      );
    }

    #walk(place) {
      this.options.children[this.active]?.classList.remove("active");
      this.active = place;
      const option = this.options.children[place];
      if (!option) return;
      option.classList.add("active");
      option.scrollIntoView({ block: "nearest" });
      this.input.setAttribute("aria-activedescendant", option.id);
    }
  }

  Object.assign(player, { Finder });
})((globalThis.AttentionPlayer ??= {}));
