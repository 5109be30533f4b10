// Asks how the chosen run stands, cheaply; has the page drawn anew only when there is more to show.
const EVERY = 1500; // ms between two questions
const TICK = 300; // ms
let seen = null;
let drawn = 0;

const chosen = () => element.querySelector("[data-run]")?.dataset.run ?? "";
const shown = () => element.offsetParent !== null && !document.hidden;

const ask = async () => {
  if (!shown()) return;
  const query = new URLSearchParams(location.search);
  if (chosen() && query.get("tab") === "train" && query.get("run") !== chosen()) {
    query.set("run", chosen()); // a link leads to this run
    history.replaceState(history.state, "", `${location.pathname}?${query}${location.hash}`);
  }
  const told = await server.how_it_goes(chosen());
  const state = element.querySelector(".run-state");
  if (state && told.state !== null && state.innerHTML !== told.state) state.innerHTML = told.state;
  const now = Date.now();
  const urgent = seen === null || told.runs !== seen.runs;
  if (urgent || (told.metrics !== seen.metrics && now - drawn > 1000 * told.pause)) {
    seen = told;
    drawn = now;
    document.querySelector("#runs-refresh")?.click();
  }
};

// often until the tab is opened for the first time, which should not wait; the page that was left
// takes its clock with it
let ticks = 0;
const clock = setInterval(() => {
  ticks += 1;
  if (!element.isConnected) clearInterval(clock);
  else if (seen === null || ticks % (EVERY / TICK) === 0) ask().catch(() => {}); // a restart: again
}, TICK);
