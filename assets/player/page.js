// Small pieces of page the player is made of. Text only ever goes in as text.
(function (player) {
  "use strict";

  let numbered = 0;

  // An element: attributes by name (on… is a listener, a boolean is set or left out), children or text.
  function el(tag, attributes = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
      else if (value === true) made.setAttribute(name, "");
      else if (value !== false && value !== undefined) made.setAttribute(name, value);
    }
    made.append(...children.filter((child) => child !== null));
    return made;
  }

  // An id no other element of the page has.
  const freshId = (word) => `attention-player-${word}-${++numbered}`;

  // Writes text where it differs: what did not change is not touched, so nothing is laid out anew.
  function say(element, text) {
    if (element.textContent !== text) element.textContent = text;
  }

  // A canvas of `width`×`height` CSS pixels, sharp on dense screens; returns its context, in CSS pixels.
  function sizeCanvas(canvas, width, height) {
    const dense = Math.min(window.devicePixelRatio || 1, 2);
    const [w, h] = [Math.round(width * dense), Math.round(height * dense)];
    if (canvas.width !== w) canvas.width = w;
    if (canvas.height !== h) canvas.height = h;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
    const context = canvas.getContext("2d");
    context.setTransform(w / width, 0, 0, h / height, 0, 0);
    return context;
  }

  // A drawing of one path in a box of 0 0 24 24, in the colour of the text around it.
  function icon(path) {
    const space = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(space, "svg");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    const line = document.createElementNS(space, "path");
    line.setAttribute("d", path);
    svg.append(line);
    return svg;
  }

  // Calls onChange when the room of `root` or the page's theme has changed.
  function watchPage(root, onChange) {
    let width = 0;
    new ResizeObserver(() => {
      if (root.clientWidth === width) return;
      width = root.clientWidth;
      onChange();
    }).observe(root);
    const themes = new MutationObserver(onChange);
    for (const node of [document.documentElement, document.body])
      themes.observe(node, { attributes: true, attributeFilter: ["class"] });
  }

  // Decimals with which a series whose highest value is `top` shows three digits that matter, two at least.
  function decimalsFor(top) {
    return top > 0 && top < 1 ? Math.min(6, 2 - Math.floor(Math.log10(top))) : 2;
  }

  // A number as the page writes it: a true minus sign, always the same count of decimals.
  function written(value, decimals) {
    return value.toFixed(decimals).replace("-", "\u2212");
  }

  // "a", "a and b", "a, b and c".
  function listed(words) {
    if (words.length < 2) return words.join("");
    return attentionWords.say("player.list.last", { words: words.slice(0, -1).join(", "), word: words.at(-1) });
  }

  Object.assign(player, { el, freshId, say, sizeCanvas, icon, watchPage, decimalsFor, written, listed });
})((globalThis.AttentionPlayer ??= {}));
