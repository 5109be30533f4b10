"""Every method on many clips: what a CNN saw of them as Sides, and each method's verdicts."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from attention.energy import best_window
from attention.energynet import EnergyNet
from attention.methods.method import Cnn, Learned, Method, Side
from attention.verdict import Verdict
from training.cache.maps import FrameMaps, frame_maps
from training.fit.cnn import fit_cnn
from training.fit.prepared import Clips
from training.fit.settings import WEB
from training.judge.methods import Fitted, new_cnn
from training.judge.metrics import ClipScores
from training.listener import NOBODY, Listener

WINDOW = 3  # side s of UnAtt's windows (§3.3)


def side_of(
    name: Cnn, maps: FrameMaps, net: EnergyNet | None = None, V_c: Tensor | None = None
) -> Side:
    """All frames as one CNN saw them; net, V_c: the EnergyNet on its maps, where there is one."""
    energies, windows = best_window(maps.L, WINDOW)
    learned = None if net is None or V_c is None else net.energies(maps.L, V_c).numpy()
    return Side(
        name=name,
        scores=maps.scores.numpy(),
        energies=energies.numpy(),
        windows=windows.byte().numpy(),
        net_energies=learned,
        features=maps.features.numpy(),
    )


def judge(
    rows: Iterable[Method],
    side: Side,
    owners: Tensor,
    concepts: Sequence[str],
    learned: Mapping[str, Learned],
) -> list[ClipScores]:
    """What every method of `rows` that can judge by this side says of each clip.

    owners: int [F], the clip of each frame; every clip has some. A method that learns is left out where
    `learned` holds nothing of it.
    """
    clips = [_only(side, (owners == clip).numpy()) for clip in range(int(owners.max()) + 1)]
    return [
        _said(row, [row.verdict(clip, concepts, WINDOW, learned) for clip in clips])
        for row in rows
        if row.can_judge(side, learned)
    ]


def judge_tuned(
    rows: Iterable[Method], fitted: Fitted, maps: FrameMaps, concepts: Sequence[str]
) -> list[ClipScores]:
    """What they say by the tuned CNN and its EnergyNet; maps: what that CNN sees."""
    side = side_of("tuned", maps, fitted.energynet, fitted.V_c)
    return judge(rows, side, maps.owners, concepts, fitted.learned)


def judge_no_image(
    rows: Iterable[Method],
    name: str,
    concepts: Sequence[str],
    train: Clips,
    test: Clips,
    seed: int,
    listener: Listener = NOBODY,
) -> list[ClipScores]:
    """What they say by a CNN that goes from ImageNet straight to the labelled clips (Table 3)."""
    backbone = new_cnn(name, len(concepts), seed)
    fit_cnn(backbone, train.views, train.frame_labels, WEB, seed, listener=listener)
    side = side_of("no image", frame_maps(backbone, test.views))
    return judge(rows, side, test.views.owners, concepts, {})


def _said(row: Method, verdicts: Sequence[Verdict]) -> ClipScores:
    predictions = np.array([verdict.prediction for verdict in verdicts], np.int64)
    return ClipScores(row.name, predictions, np.stack([verdict.scores for verdict in verdicts]))


def _only(side: Side, wanted: NDArray[np.bool_]) -> Side:
    """Some of the frames."""

    def own(values: NDArray[Any] | None) -> Any:
        return None if values is None else values[wanted]

    return Side(
        name=side.name,
        scores=own(side.scores),
        energies=own(side.energies),
        windows=own(side.windows),
        net_energies=own(side.net_energies),
        features=own(side.features),
    )
