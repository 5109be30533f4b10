// Step "stills": Figure 1, Web stills of a class beside its clip.
(function (lesson) {
  "use strict";

  const { el, say } = lesson;

  class Stills {
    // room.given.stills: class → {clip: key of a sample, pictures: [address of a picture]}
    constructor(room) {
      this.room = room;
      const classes = Object.keys(room.given.stills);
      const first = classes.find((name) => room.given.stills[name].clip === room.clip.key) ?? classes[0];
      this.pictures = el("div", { class: "stills" });
      this.film = el("div", {});
      this.root = el(
        "div",
        {},
        lesson.choice(say("lesson.class"), classes.map((name) => [name, name]), first, (name) => this.#show(name)),
        el(
          "div",
          { class: "pair" },
          el("section", {}, el("h3", {}, say("lesson.stills.web")), this.pictures),
          el("section", {}, el("h3", {}, say("lesson.stills.video")), this.film),
        ),
      );
      this.#show(first);
    }

    async #show(name) {
      const { clip, pictures } = this.room.given.stills[name];
      this.pictures.replaceChildren(
        ...pictures.map((src, place) => el("img", { src, alt: say("lesson.stills.alt", { concept: name, number: place + 1 }) })),
      );
      const opened = await this.room.clips.open(clip);
      this.film.replaceChildren(new lesson.Film(opened).root);
    }
  }

  lesson.views.stills = Stills;
})((globalThis.AttentionLesson ??= {}));
