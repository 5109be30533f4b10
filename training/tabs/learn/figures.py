"""What the lesson shows beside clips: stills (Figure 1), Figure 5's numbers, maps of forgotten weights."""

import base64
from typing import Any

from attention.catalogue.catalogue import say
from attention.disk.home import ASSETS
from attention.methods.registry import plain_name
from attention.serving.probing import over_set
from training.judge.paper import Curve
from training.judge.results import SweepResults
from training.report.known_sweeps import known_sweeps, results_of, sweep_named
from training.report.numbers import percent, spread
from training.tabs.learn.facts import DATA_SETS, MODEL, clip_of

STILLS = ASSETS / "drawn" / "web"
EACH = 4  # stills of a class
# what uses no labels, then what uses them
METHODS = (
    "CNN", "UnAtt", "finetune+CNN", "finetune+UnAtt", "finetune+EnergyNet", "SVM", "Logistic", "Fresh head",
    "Web+video head",
)  # fmt: skip
FORGOTTEN = "rank correlation, from "


def stills(clips: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """Class → {clip: the sample of it, pictures: the first Web stills as data: addresses}."""
    found = {}
    for key in clips:
        sample, _ = clip_of(key)
        files = sorted((STILLS / str(sample.truth)).glob("*.jpg"))[:EACH]
        jpegs = (base64.b64encode(file.read_bytes()).decode() for file in files)
        pictures = [f"data:image/jpeg;base64,{jpeg}" for jpeg in jpegs]
        found[str(sample.truth)] = {"clip": key, "pictures": pictures}
    return found


def sweeps() -> list[dict[str, Any]]:
    """Figure 5 as tables, {name, title, shares, rows}: of the sweeps that ship, and of one's newest own run."""
    shown = [(say(f"lesson.sweeps.{name}"), results_of(sweep_named(name))) for name in DATA_SETS]
    own = next((sweep for sweep in known_sweeps() if sweep.run), None)
    if own:
        shown.append((own.title, results_of(own)))
    return [_figure5(title, results) for title, results in shown if results]


def _figure5(title: str, results: SweepResults) -> dict[str, Any]:
    shares = [0.0, *results.fractions]
    rows = []
    for method in METHODS:
        cells = [spread(results.per_seed(Curve(method, share), "accuracy")) for share in shares]
        if any(character.isdigit() for cell in cells for character in cell):
            rows.append([plain_name(method), *cells])
    caption = say("lesson.sweeps.caption", title=title, clips=sum(results.clip_counts.values()))
    return {
        "name": title,
        "title": caption,
        "shares": [percent(share) if share else say("lesson.sweeps.none") for share in shares],
        "rows": rows,
    }


def forgotten() -> list[dict[str, Any]]:
    """How alike maps stay whose network's weights are drawn anew, from the head back: {layer, mean, low, high}."""
    means = over_set(MODEL)
    return [
        {
            "layer": measure.removeprefix(FORGOTTEN).removeprefix("trunk."),
            "mean": mean.mean,
            "low": mean.low,
            "high": mean.high,
        }
        for (_, cnn, measure), mean in means.items()
        if cnn == "web" and measure.startswith(FORGOTTEN)
    ]

