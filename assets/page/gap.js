// The gap picture: pointing at a sign shows its picture, and rings it in both plots; a press opens it. The slider does
// the same for the keyboard. A finger's first press shows, its second opens.
// Sends "click" for a still that is wanted larger, "input" for a clip whose maps are.
const root = element.querySelector(".gap-card");
const block = element.closest(".block")?.id;
const ofFinger = () => matchMedia("(hover: none)").matches;
let gap = null;
let at = 0;
let armed = -1; // what a finger pressed last

const made = (tag, kind, text = "") => Object.assign(document.createElement(tag), { className: kind, textContent: text });
const [cell, tip, tipCell] = ["cell", "tip", "cell"].map((kind) => made("i", kind));
const [name, more, tipName] = ["name", "more", "name"].map((kind) => made("p", kind));
const slider = Object.assign(made("input", "which"), { type: "range", min: 0, step: 1 });
const button = Object.assign(made("button", "open"), { type: "button" });
cell.setAttribute("role", "img");
tip.setAttribute("aria-hidden", "true");
tip.append(tipCell, tipName);
const words = made("div", "words");
words.append(name, more, button);
root.append(cell, words, slider, tip);

const plots = () => gap.plots.map((id) => document.querySelector(`#${id} .js-plotly-plot`)).filter(Boolean);
const shot = (number) => {
  const [file, label, domain, strongest] = gap.shots[number];
  return { file, domain, strongest, title: `${gap.concepts[label]}, ${gap.words[domain]}` };
};

const draw = (place, number) => {
  const { columns, rows, sheet } = gap;
  place.style.backgroundImage = `url("${sheet}")`;
  place.style.backgroundSize = `${columns * 100}% ${rows * 100}%`;
  const share = (index, of) => (of > 1 ? (100 * index) / (of - 1) : 0);
  place.style.backgroundPosition = `${share(number % columns, columns)}% ${share(Math.floor(number / columns), rows)}%`;
};

// Where a picture lies in a plot, in pixels; null while its class is switched off.
const placeIn = (plot, number) => {
  const { xaxis, yaxis } = plot._fullLayout ?? {};
  for (const trace of xaxis ? plot.data : []) {
    const row = trace.visible === "legendonly" ? -1 : trace.customdata.indexOf(number);
    if (row < 0) continue;
    const [x, y] = [xaxis.d2p(trace.x[row]), yaxis.d2p(trace.y[row])];
    return x < 0 || y < 0 || x > xaxis._length || y > yaxis._length ? null : [xaxis._offset + x, yaxis._offset + y];
  }
  return null;
};

const ring = () => {
  for (const plot of plots()) {
    const place = placeIn(plot, at);
    const there = plot.querySelector(".gap-ring") ?? plot.appendChild(made("b", "gap-ring"));
    there.hidden = !place;
    if (place) there.style.translate = `${place[0]}px ${place[1]}px`;
  }
};

const show = (number) => {
  at = number;
  const { file, domain, strongest, title } = shot(number);
  draw(cell, number);
  cell.setAttribute("aria-label", `${title}: ${file}`);
  name.textContent = `${title}: ${file}`;
  more.textContent = strongest
    .map(([concept, energy], side) => `${gap.words.networks[side]} – ${gap.words.strongest.replace("{concept}", concept).replace("{energy}", energy)}`)
    .join(" · ");
  slider.value = number;
  slider.setAttribute("aria-valuetext", `${title}: ${file}`);
  button.textContent = domain === "frame" ? gap.words.maps : gap.words.enlarge;
  ring();
};

const ask = (pick) => trigger(pick.domain === "frame" ? "input" : "click", pick);
const open = (number) => {
  const { file, domain } = shot(number);
  const pick = { set: gap.set, model: gap.model, name: file, domain };
  document.dispatchEvent(new CustomEvent("attention:picked", { detail: { block, pick } }));
  ask(pick);
};
if (block) (window.attentionPicks ??= {})[block] = ask;

const numberOf = ({ points }) => points?.[0]?.customdata;
const pointed = (event) => {
  const number = numberOf(event);
  if (!Number.isInteger(number)) return;
  show(number);
  draw(tipCell, number);
  tipName.textContent = shot(number).title;
  const { clientX, clientY } = event.event;
  tip.classList.add("seen");
  const { width, height } = tip.getBoundingClientRect();
  const x = clientX + 16 + width > innerWidth ? clientX - 16 - width : clientX + 16;
  tip.style.translate = `${Math.max(4, x)}px ${Math.min(Math.max(4, clientY - height / 2), innerHeight - height - 4)}px`;
};
const pressed = (event) => {
  const number = numberOf(event);
  if (!Number.isInteger(number)) return;
  if (ofFinger() && armed !== number) {
    armed = number;
    pointed(event);
    tipName.textContent += ` – ${gap.words.tap}`;
  } else open(number);
};
const away = () => tip.classList.remove("seen");

// A plot that is drawn anew may have forgotten who listens.
const hear = (plot) => {
  if (plot.heard === plot._ev) return;
  plot.heard = plot._ev;
  plot.on("plotly_hover", pointed);
  plot.on("plotly_unhover", away);
  plot.on("plotly_click", pressed);
  plot.on("plotly_afterplot", ring);
};
document.addEventListener("pointerover", (event) => {
  const plot = event.target.closest?.(".js-plotly-plot");
  if (gap && plot?.on && plots().includes(plot)) hear(plot);
});
document.addEventListener("scroll", away, true);

slider.addEventListener("input", () => {
  for (const plot of plots()) if (plot.on) hear(plot);
  show(Number(slider.value));
});
button.addEventListener("click", () => open(at));

// A plot is a figure to a screen reader, named by what stands above it; it comes after this card.
const describe = (looks = 100) => {
  const there = gap?.plots.map((id) => document.getElementById(id)).filter(Boolean) ?? [];
  for (const plot of there) {
    plot.setAttribute("role", "figure");
    plot.setAttribute("aria-labelledby", `${plot.id}-title`);
  }
  if (gap && there.length < gap.plots.length && looks) requestAnimationFrame(() => describe(looks - 1));
};

const begin = () => {
  gap = props.value?.shots?.length ? props.value : null;
  root.hidden = !gap;
  if (!gap) return;
  slider.max = gap.shots.length - 1;
  slider.setAttribute("aria-label", gap.words.slider);
  show(0);
  describe();
};
begin();
watch("value", begin);
