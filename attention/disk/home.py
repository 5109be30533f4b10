"""Where files are: those that ship, and those that users add (sets, runs, models, caches)."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ASSETS = ROOT / "assets"


def home() -> Path:
    """The data folder: ATTENTION_HOME, or data/ in the folder where the program was started.

    On a Space it is in the home of its user: the folder of the code may be read-only there.
    """
    usual = Path.home() / "attention" if "SPACE_ID" in os.environ else "data"
    return Path(os.environ.get("ATTENTION_HOME", usual)).absolute()


def own_models() -> dict[str, Path]:
    """Name → folder of the models trained here: the results of runs, and those in models/."""
    places = {card.parents[1].name: card.parent for card in home().glob("runs/*/model/model.json")}
    places |= {card.parent.name: card.parent for card in home().glob("models/*/model.json")}
    return dict(sorted(places.items(), reverse=True))
