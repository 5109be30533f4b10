// A click (or Enter) on a frame's cell opens that frame, through the method's CNN, in the player under Heatmaps.
const open = (cell) => {
  const { frame, side } = cell.dataset;
  const { player } = document.querySelector("#player .attention-player") ?? {};
  if (player?.view) player.set({ frame: Number(frame), side });
  document.querySelector("#tabs button[role=tab][data-tab-id=heatmaps]")?.click();
  setTimeout(() => document.querySelector("#player")?.scrollIntoView({ block: "nearest" }), 100);
};
element.addEventListener("click", (event) => {
  const cell = event.target.closest("[data-frame]");
  if (cell) open(cell);
});
element.addEventListener("keydown", (event) => {
  if (!event.target.matches("[data-frame]")) return;
  const beside = { ArrowLeft: "previousElementSibling", ArrowRight: "nextElementSibling" }[event.key];
  if (beside) {
    const next = event.target[beside];
    if (next?.matches("[data-frame]")) next.focus();
    event.preventDefault();
  }
  if (event.key === "Enter") open(event.target);
});
