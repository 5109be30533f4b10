// The keyboard: one listener for the page, which serves the player a person is looking at.
(function (player) {
  "use strict";

  const mounted = new Set();
  let last = null;

  // Lets a player ({root, key(name) → whether it used the key}) hear the keyboard.
  function hearKeys(one) {
    mounted.add(one);
    one.root.addEventListener("pointerdown", () => {
      last = one;
    });
    one.root.addEventListener("focusin", () => {
      last = one;
    });
  }

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (speaksForItself(event.target, event.key)) return;
    const one = chosen(event.target);
    if (one?.key(event.key)) event.preventDefault();
  });

  // Whether the element under the focus has a use of its own for the key.
  function speaksForItself(target, key) {
    if (!(target instanceof Element)) return false;
    if (target.matches("input[data-frames]")) return key.startsWith("Page");
    if (target.matches("input[type=range]")) return !/^[1-9 p]$/.test(key);
    if (target.matches("input[type=radio]")) return key === " " || key.startsWith("Arrow");
    if (target.closest("input, textarea, select, [contenteditable=''], [contenteditable=true], video, audio"))
      return true;
    if (target.closest("[role=tab], [role=listbox], [role=menu], [role=slider], [role=grid], [role=dialog]"))
      return true;
    return Boolean(target.closest("button, a[href], summary")) && (key === " " || key === "Enter");
  }

  function chosen(target) {
    for (const one of mounted) if (!one.root.isConnected) mounted.delete(one);
    const inside = [...mounted].find((one) => one.root.contains(target));
    if (inside) return inside;
    const seen = [...mounted].filter((one) => isSeen(one.root));
    return seen.includes(last) ? last : seen[0];
  }

  // On the screen: in a hidden tab or scrolled away, the keys are the page's.
  function isSeen(root) {
    const box = root.getBoundingClientRect();
    return box.width > 0 && box.bottom > 0 && box.top < window.innerHeight;
  }

  Object.assign(player, { hearKeys });
})((globalThis.AttentionPlayer ??= {}));
