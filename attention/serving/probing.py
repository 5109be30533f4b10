"""Is this map true? Probes put to the clip that was looked at, and its maps by other methods and layers."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from attention.disk.home import ASSETS, own_models
from attention.disk.whole import whole_file
from attention.errors import InputError, full_disk_told
from attention.gate.line import LINE
from attention.model.card import shipped_models
from attention.probe.known.probe import Probe, Tick
from attention.probe.known.registry import probes
from attention.serving.dial import frames_of
from attention.serving.looking import Looked, Progress
from attention.serving.offered import ready_model

if TYPE_CHECKING:
    from attention.model.folder import Model
    from attention.networks.cnn import Backbone
    from attention.probe.asking import Answer
    from attention.probe.averages import Mean

FOLDER = ASSETS / "results" / "trust"  # a folder for each model, named after it
Tell = Callable[[Progress], None]
LEVELS = 65535  # of a map's cell that travels to the page
MOST = 8  # concepts, as the player shows at a time
MOST_CELLS = 20_000_000  # 40 MB
AT_ONCE = 8 * 28 * 28  # cells of one concept whose gradients are held together


def offered_probes() -> tuple[Probe, ...]:
    """The probes with a name in everyday words."""
    return tuple(probe for probe in probes() if probe.plain)


def over_set(model: str) -> "Mapping[tuple[str, str, str], Mean]":
    """What the probes say of a model over the clips of a set: by probe, CNN and measure.

    Measured beforehand by `python -m training trust`, for models that ship over drawn development clips;
    empty where nobody has. Of two sets that were asked the same, the later one counts.
    """
    from attention.probe.averages import means_of, read_means

    folders = {name: FOLDER / name for name in shipped_models()}
    folders |= {name: means_of(name) for name in own_models()}
    tables = sorted(folders[model].glob("*.csv"), key=_written) if model in folders else []
    return {mean.key: mean for table in tables for mean in read_means(table)}


def _written(path: Path) -> tuple[float, str]:
    return path.stat().st_mtime, path.name


def probed(looked: Looked, name: str, tell: Tell | None = None) -> "tuple[Answer, ...]":
    """What a probe says of a look, through each CNN of its model; of a changed one, under its change.

    Raises InputError for an unknown probe, when the look or its clip has gone, and for whole frames.
    """
    from attention.probe.asking import answered  # torch: not before something is asked
    from attention.probe.known.registry import probes_named

    asked = probes_named([name])
    analysis = looked.analysis(maps=False)
    if analysis.is_whole:
        raise InputError(
            "Probes look at the centre of frames; look at the clip's centre, then ask again."
        )
    frames, model = frames_of(looked), ready_model(looked.model)
    watch = _watch(len(analysis.sides), tell)
    return tuple(answered(asked, frames, model, analysis, watch))


def _watch(times: int, tell: Tell | None) -> Callable[[str], AbstractContextManager[Tick]]:
    """Progress over a probe that is asked so many times, of equal length each."""
    started, finished = time.perf_counter(), 0

    @contextmanager
    def watch(_: str) -> Iterator[Tick]:
        nonlocal finished

        def tick(done: int, steps: int | None) -> None:
            if tell:
                expected = steps and steps * times
                seconds = time.perf_counter() - started
                tell(Progress(finished * (steps or 0) + done, expected, seconds))

        yield tick
        finished += 1

    return watch


@dataclass(frozen=True)
class OtherMaps:
    """Maps of a look by a method that is not the paper's, or at another layer.

    path: uint16 [C',N,h,w] of `concepts` (places in the analysis) in all N frames, as they lie in memory; a
    cell's value is `unit` times that · layer: empty for the last · computed: frames that were looked at; of
    the others the nearest stands.
    """

    path: Path
    method: str
    layer: str
    side: str
    concepts: tuple[int, ...]
    map_size: tuple[int, int]
    unit: float
    computed: int


def map_choices(looked: Looked, side: str) -> dict[str, Any]:
    """The map methods there are, and the layers of one CNN that have maps, the last one left out."""
    from attention.probe.maps.layers import layers_of
    from attention.probe.maps.registry import map_methods

    with LINE.turn():
        sizes = layers_of(_cnn(ready_model(looked.model), side))
    return {
        "methods": [{"name": row.name, "hint": row.hint} for row in map_methods()],
        "layers": [{"name": name, "size": list(size)} for name, size in list(sizes.items())[:-1]],
    }


def other_maps(
    looked: Looked, asked: dict[str, Any], folder: Path, on_progress: Tell | None = None
) -> OtherMaps:
    """Maps of the frames of a look, as it was changed, as `folder`/maps.

    asked: {"method", "layer", "side", "concepts": places in the analysis}. InputError for what there is not,
    and for more cells than a page can hold.
    """
    from attention.model.whole import whole_input
    from attention.probe.maps.layers import layers_of
    from attention.probe.maps.mapped import maps_by

    analysis = looked.analysis(maps=False)
    method, layer, side = (str(asked.get(name) or "") for name in ("method", "layer", "side"))
    concepts = [c for c in asked.get("concepts") or () if c in range(len(analysis.concepts))]
    if not 0 < len(concepts) <= MOST or side not in {each.name for each in analysis.sides}:
        raise InputError(f"Other maps need one to {MOST} concepts of this look, and a CNN of it.")
    model, held = ready_model(looked.model), frames_of(looked)
    cnn = _cnn(model, side)
    h, w = layers_of(cnn).get(layer, analysis.map_size)
    if len(analysis.frames) * len(concepts) * h * w > MOST_CELLS:
        raise InputError(
            "These maps are too large for the page; choose a later layer or fewer concepts."
        )
    classes = [model.concept_set.index(analysis.concepts[c]) for c in concepts]
    x = cnn.preprocess(held.rgb, whole_input(*analysis.size, cnn) if analysis.is_whole else None)
    step, started, found = min(8, max(1, AT_ONCE // (h * w))), time.perf_counter(), []
    for start in range(0, len(x), step):
        found.append(maps_by(cnn, x[start : start + step], classes, method, layer or None))
        if on_progress:
            done = min(start + step, len(x))
            on_progress(Progress(done, len(x), time.perf_counter() - started))
    L = np.concatenate(found).swapaxes(0, 1)
    far = np.abs(held.frames.indices[None] - np.array(analysis.frames)[:, None])
    unit = float(L.max()) / LEVELS or 1.0
    cells = np.rint(L / unit).astype("<u2")[:, far.argmin(1)]
    with full_disk_told(), whole_file(folder / "maps") as partial:
        partial.write_bytes(cells.tobytes())
    size = (int(L.shape[2]), int(L.shape[3]))
    return OtherMaps(folder / "maps", method, layer, side, tuple(concepts), size, unit, len(x))


def _cnn(model: "Model", side: str) -> "Backbone":
    return (model.tuned or model.web) if side == "tuned" else model.web
