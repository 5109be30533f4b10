"""Small sweeps on disk, as `training.sweep.grid` writes them, from verdicts given or drawn."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score

CONCEPTS = ("Handshake", "High five", "Hug", "Kiss")
TUNED = (
    "SVM",
    "Logistic",
    "finetune+CNN",
    "finetune+CNN mean",
    "finetune+UnAtt",
    "finetune+EnergyNet",
)


def mean_ap(truth: NDArray[np.int64], scores: NDArray[np.float64]) -> float:
    """mAP of scores [V,C] by scikit-learn, over the classes present."""
    present = np.unique(truth)
    return 100 * float(
        np.mean([average_precision_score(truth == c, scores[:, c]) for c in present])
    )


class SweepFolder:
    """Collects cells and writes rows.csv, clips.csv and web.csv."""

    def __init__(self, concepts: Sequence[str] = CONCEPTS, part: str = "test") -> None:
        self.concepts, self.part = tuple(concepts), part
        self.rows: list[dict[str, object]] = []
        self.clips: list[pd.DataFrame] = []

    def add(
        self,
        key: tuple[str, int, float, str],
        truth: NDArray[np.int64],
        scores: NDArray[np.float64],
        said: NDArray[np.int64] | None = None,
        recordings: Sequence[str] | None = None,
    ) -> None:
        """A cell and method: (fold, seed, fraction, method), truth [V], scores [V,C].

        recordings: of each clip, by default each its own.
        """
        said = scores.argmax(1) if said is None else said
        top = np.argsort(-scores, axis=1, kind="stable")[:, :3]
        cell = dict(zip(("fold", "seed", "fraction", "method"), key, strict=True))
        self.rows.append(
            cell
            | {"part": self.part, "accuracy": 100 * float((said == truth).mean())}
            | {"top3": 100 * float((top == truth[:, None]).any(1).mean())}
            | {"mAP": mean_ap(truth, scores)}
            | {
                f"accuracy: {c}": 100 * (said[truth == i] == i).mean() if i in truth else np.nan
                for i, c in enumerate(self.concepts)
            }
        )
        names = [f"{self.concepts[t]}/{key[0]}_{v}.mp4" for v, t in enumerate(truth)]
        table = pd.DataFrame(cell | {"clip": names, "recording": recordings or names})
        table["truth"] = [self.concepts[t] for t in truth]
        table["prediction"] = [self.concepts[s] for s in said]
        for i, concept in enumerate(self.concepts):
            table[f"score: {concept}"] = scores[:, i]
        self.clips.append(table)

    def write(self, folder: Path, web: bool = True) -> Path:
        """Writes the files and returns the folder."""
        folder.mkdir(parents=True, exist_ok=True)
        pd.DataFrame(self.rows).to_csv(folder / "rows.csv", index=False)
        pd.concat(self.clips).to_csv(folder / "clips.csv", index=False)
        if web:
            cells = dict.fromkeys((r["fold"], r["seed"]) for r in self.rows)
            lines = [{"fold": f, "seed": s, "validation": 90.0 + 2 * int(str(s))} for f, s in cells]
            pd.DataFrame(lines).to_csv(folder / "web.csv", index=False)
        return folder


def world(
    skill: Callable[[str, float], float],
    folds: Sequence[str] = ("1",),
    seeds: int = 5,
    fractions: Sequence[float] = (0.2, 1.0),
    clips: int = 60,
    concepts: Sequence[str] = CONCEPTS,
    part: str = "test",
) -> SweepFolder:
    """A sweep in which a method is as good as `skill(method, fraction)`: 0 is chance, 3 is good.

    Each clip is a recording of its own.
    """
    rng = np.random.default_rng(7)
    sweep = SweepFolder(concepts, part)
    count = len(concepts)
    for fold in folds:
        truth = np.arange(clips) % count
        hard = rng.normal(size=(clips, count))
        for seed in range(seeds):
            for fraction in (0.0, *fractions):
                methods = ("CNN", "CNN mean", "UnAtt") if fraction == 0 else TUNED
                if fraction == max(fractions):
                    methods = (*methods, "NoImage+CNN")
                for method in methods:
                    noise = hard + 0.5 * rng.normal(size=(clips, count))
                    scores = noise + skill(method, fraction) * np.eye(count)[truth]
                    sweep.add((fold, seed, fraction, method), truth, scores.astype(np.float32))
    return sweep
