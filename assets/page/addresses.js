// Every tab, run, cell and clip of a set has an address, and Back leads to what was seen before.
//   tab: what is open, Heatmaps without it · at: a block's name and what was picked in it, as "name~{…}"
// Blocks that can be picked in offer themselves as window.attentionPicks[name] (picks.js).
const TABS = "#tabs > .tab-wrapper button[role=tab], #tabs > * > .tab-wrapper button[role=tab]";
const INNER = "#curve-views"; // tabs in a tab; a block in one of these is named after it: "confusion-grid"
const WAIT = 100; // ms between two looks for what is not there yet
const [PATIENCE, SOON] = [100, 10]; // looks
let following = false; // what an address asks for is no new step

const asked = () => new URLSearchParams(location.search);
const tabOf = (button) => button.dataset.tabId;
const step = (change) => {
  const query = asked();
  const before = String(query); // an address may write the same in another way, such as "," for "%2C"
  for (const [name, value] of Object.entries(change)) {
    if (value) query.set(name, value);
    else query.delete(name);
  }
  if (String(query) === before) return;
  const search = query.size ? `?${query}` : "";
  history.pushState(history.state, "", location.pathname + search + location.hash);
};

const once = async (find, looks = PATIENCE) => {
  for (let look = 0; look < looks; look++) {
    const found = find();
    if (found) return found;
    await new Promise((done) => setTimeout(done, WAIT));
  }
  return null;
};

const blockNamed = (name) => {
  const tabs = [...document.querySelectorAll(`${INNER} button[role=tab]`)];
  const tab = tabs.find((button) => name.startsWith(`${tabOf(button)}-`));
  if (tab && tab.getAttribute("aria-selected") !== "true") tab.click();
  if (tab && !document.querySelector(`${INNER} [data-pick]`)) return null; // being filled, which would undo a pick
  return window.attentionPicks?.[name];
};

const say = (sentence) => {
  const place = element.querySelector(".nowhere");
  if (place) place.textContent = sentence;
};

const follow = async () => {
  following = true;
  say("");
  let isThere = false;
  try {
    const query = asked();
    const wanted = query.get("tab") ?? "heatmaps";
    await once(() => document.querySelector(TABS)); // they come together
    const tab = await once(() => [...document.querySelectorAll(TABS)].find((button) => tabOf(button) === wanted), SOON);
    if (tab && tab.getAttribute("aria-selected") !== "true") tab.click();
    const clip = query.get("clip");
    const sample = clip && document.querySelector(`#samples [data-pick*='"${CSS.escape(clip)}"']`);
    if (sample && sample.getAttribute("aria-pressed") !== "true") sample.click();
    const [block, picked] = (query.get("at") ?? "").split(/~(.*)/s);
    const open = block && (await once(() => blockNamed(block)));
    if (open) open(JSON.parse(picked));
    isThere = Boolean(tab && (open || !block));
  } catch {
    // an address somebody has broken
  } finally {
    following = false;
    if (!isThere) say(attentionWords.say("page.nowhere"));
  }
};

document.addEventListener("click", (event) => {
  if (following || !event.isTrusted) return;
  say("");
  const tab = event.target.closest(TABS);
  if (tab) step({ tab: tabOf(tab) === "heatmaps" ? null : tabOf(tab), at: null });
  const pick = event.target.closest("[data-pick]");
  const block = pick?.closest("[data-picks]")?.dataset.picks;
  if (block && block !== "samples") step({ at: `${block}~${pick.dataset.pick}` });
});
// what was picked where no button stands, such as a point of a plot
document.addEventListener("attention:picked", ({ detail }) => {
  if (!following) step({ at: `${detail.block}~${JSON.stringify(detail.pick)}` });
});
window.addEventListener("popstate", follow);
document.addEventListener("attention:open", ({ detail }) => {
  if (!("clip" in detail.link)) return;
  const here = document.querySelector(`#tabs button[role=tab][data-tab-id=heatmaps][aria-selected=true]`);
  if (here && !following && (detail.link.clip || detail.link.own)) step({ tab: null, at: null });
  for (const sample of document.querySelectorAll("#samples [data-pick]"))
    sample.setAttribute("aria-pressed", String(JSON.parse(sample.dataset.pick).sample === detail.link.clip));
});
if (asked().has("tab") || asked().has("at")) follow();

for (const one of element.querySelectorAll("[data-words]"))
  one.innerHTML = attentionWords.say(one.dataset.words);

// The first element to reach with Tab leads past all that is chosen.
element.querySelector(".skip")?.addEventListener("click", (event) => {
  event.preventDefault();
  const panel = [...document.querySelectorAll("#tabs [role=tabpanel]")].find((one) => one.offsetParent);
  const seen = (what) => [...(panel?.querySelectorAll(what) ?? [])].find((one) => one.offsetParent);
  const target = seen("#player button.play") ?? seen("#player :is(input, button)") ?? seen("input, button");
  target?.focus();
  target?.scrollIntoView({ block: "nearest" });
});
