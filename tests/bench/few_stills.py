"""A head on a few stills against the Web CNN, on real clips: `python -m tests.bench.few_stills FOLDER CACHE`.

Five draws of 30 stills a class. The head learns from these in a second; the Web CNN is fine-tuned on the
same ones, and on all stills of the set, as `python -m training fit` has it. Each judges all clips by its
vote. Some ten minutes on two cores once the cache is there.
"""

import sys
import time
from functools import partial
from pathlib import Path

import numpy as np
import torch

from attention.methods.registry import known_method
from attention.networks.cnn import Backbone
from attention.networks.zoo import LITE0, load_backbone
from training.cache.maps import FrameMaps, frame_maps
from training.cache.views import Views, views_of
from training.data.recordings import recording_of
from training.data.records import Source
from training.data.sources import open_source
from training.fit.cnn import fit_cnn
from training.fit.quick_head import fit_quick_head
from training.fit.settings import WEB
from training.judge.bootstrap import accuracies, difference, draw_recordings
from training.judge.methods import new_cnn
from training.judge.results import Judged, JudgedFold
from training.judge.verdicts import judge, side_of
from training.own.model import behind_head

EACH, DRAWS = 30, 5
BOOTSTRAP = 2000


def main(folder: str, cache: str) -> None:
    """Prints accuracies per draw, and the differences with their intervals by recording."""
    source, backbone = open_source(folder), load_backbone(LITE0)
    stills = views_of([still.path for still in source.stills], backbone, Path(cache))
    clips = views_of([c.path for c in source.clips], backbone, Path(cache), mirrored=False)
    labels = torch.tensor([still.label for still in source.stills])[stills.owners]
    features = frame_maps(backbone, stills).features
    right: dict[str, list[np.ndarray]] = {"head": [], "same stills": [], "all stills": []}
    for seed in range(DRAWS):
        rows = drawn(labels, seed)
        head = fit_quick_head(features[rows].numpy(), labels[rows].numpy(), len(source.concepts))
        made = {"head": partial(behind_head, backbone, head)}
        made["same stills"] = partial(fitted, source, stills.at(rows), labels[rows], seed)
        made["all stills"] = partial(fitted, source, stills, labels, seed)
        for name, make in made.items():
            started = time.perf_counter()
            cnn = make()
            took = time.perf_counter() - started
            right[name].append(votes(cnn, clips, source))
            accuracy = 100 * np.mean(right[name][-1] == truth(source))
            print(f"draw {seed}, {name}: {accuracy:.1f} % ({took:.1f} s)", flush=True)
    said = {name: judged(found, source) for name, found in right.items()}
    draws = draw_recordings([recordings(source)], BOOTSTRAP, 0)
    for name, one in said.items():
        print(f"{name}: {accuracies(one, draws).values[:, 0].mean():.1f} %")
        if name != "head":
            gain = difference(accuracies(said["head"], draws), accuracies(one, draws), 0)
            print(f"  head − {name}: {gain}")


def drawn(labels: torch.Tensor, seed: int) -> torch.Tensor:
    """The rows of EACH stills a class."""
    rng = np.random.default_rng(seed)
    rows = [
        rng.permutation(np.flatnonzero(labels.numpy() == label))[:EACH]
        for label in np.unique(labels)
    ]
    return torch.from_numpy(np.concatenate(rows))


def fitted(source: Source, views: Views, labels: torch.Tensor, seed: int) -> Backbone:
    """A Web CNN, §4.2."""
    cnn = new_cnn(LITE0, len(source.concepts), seed)
    fit_cnn(cnn, views, labels, WEB, seed)
    return cnn


def votes(cnn: Backbone, clips: Views, source: Source) -> np.ndarray:
    """The class of each clip by the CNN's vote."""
    seen: FrameMaps = frame_maps(cnn, clips)
    vote = known_method("CNN")
    assert vote is not None
    (said,) = judge([vote], side_of("web", seen), seen.owners, source.concepts, {})
    return said.predictions


def truth(source: Source) -> np.ndarray:
    """The class of each clip."""
    return np.array([clip.label for clip in source.clips])


def recordings(source: Source) -> np.ndarray:
    """The number of each clip's recording."""
    return np.unique([recording_of(clip) for clip in source.clips], return_inverse=True)[1]


def judged(predictions: list[np.ndarray], source: Source) -> Judged:
    """All draws as the bootstrap takes them."""
    said = np.stack(predictions)
    scores = np.eye(len(source.concepts))[said]
    return Judged(
        tuple(range(len(said))), (JudgedFold(truth(source), said, scores, recordings(source)),)
    )


if __name__ == "__main__":
    torch.set_num_threads(1)
    main(*sys.argv[1:3])
