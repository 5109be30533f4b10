// A press on a question asks the server.
element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-probe]");
  if (button) trigger("click", { probe: button.dataset.probe });
});
