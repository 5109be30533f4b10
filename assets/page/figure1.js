// A press on a picture says under its side what it is; the arrow keys move among the pictures of a side.
const say = (button) => {
  const side = button.closest("section");
  const about = side.querySelector(".about");
  for (const other of side.querySelectorAll("[aria-pressed]")) other.removeAttribute("aria-pressed");
  button.setAttribute("aria-pressed", "true");
  about.innerHTML = button.parentElement.querySelector(".fact").innerHTML;
  about.scrollIntoView({ block: "nearest" });
};
element.addEventListener("click", (event) => {
  const button = event.target.closest(".tiles button");
  if (button) say(button);
});
element.addEventListener("keydown", (event) => {
  const button = event.target.closest(".tiles button");
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!button || !step) return;
  const all = [...button.closest(".tiles").querySelectorAll("button")];
  all[all.indexOf(button) + step]?.focus();
  event.preventDefault();
});
