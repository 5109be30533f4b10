// A click on a button with data-pick tells the server which it was; in a table the arrow keys move.
const block = element.closest(".block")?.id;
if (block) {
  element.dataset.picks = block;
  (window.attentionPicks ??= {})[block] = (picked) => trigger("click", picked);
}
element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-pick]");
  if (!button) return;
  for (const other of element.querySelectorAll("[aria-pressed=true]")) other.setAttribute("aria-pressed", "false");
  button.setAttribute("aria-pressed", "true");
  trigger("click", JSON.parse(button.dataset.pick));
});
element.addEventListener("keydown", (event) => {
  const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
  const cell = event.target.closest("td");
  if (!step || !cell) return;
  const rows = [...cell.closest("tbody").rows];
  let [row, column] = [rows.indexOf(cell.parentElement) + step[0], cell.cellIndex + step[1]];
  while (rows[row]?.cells[column]) {
    const button = rows[row].cells[column].querySelector("button");
    if (button) {
      button.focus();
      break;
    }
    row += step[0];
    column += step[1];
  }
  event.preventDefault();
});
