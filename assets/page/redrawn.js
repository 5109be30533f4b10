// A slider over how much of the network is drawn anew: the map of that step, and how alike it stayed.
element.addEventListener("input", ({ target }) => {
  const figure = target.closest(".redrawn");
  if (!figure) return;
  const steps = [...figure.querySelectorAll("[data-said]")];
  steps.forEach((step, at) => (step.hidden = at !== Number(target.value)));
  const { said } = steps[target.value].dataset;
  target.setAttribute("aria-valuetext", said);
  figure.querySelector("output").textContent = said;
});
