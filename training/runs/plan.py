"""How long a run takes, told before it starts and while it works: its stretches, each with seconds."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from attention.confined.process import SandboxedReader
from attention.disk.whole import whole_file
from attention.errors import InputError
from attention.media.frames import probe
from attention.networks.known.registry import cost_of
from training.data.pictures import uploaded_set
from training.data.records import Fold, LabelledClip, Source
from training.data.sources import nested_fractions
from training.data.splitting import with_dev
from training.fit.settings import PRESETS, VIDEO, WEB
from training.listener import NOBODY, Kind, Listener
from training.runs.folder import runs_folder
from training.runs.records import Spec
from training.settings import WEB as WEB_TRAINING

# Clips whose length is looked up; the others are taken to be like them. Fewer of an uploaded set, each
# of which takes a confined child of its own.
PROBED, PROBED_CONFINED = 24, 5
# Seconds of one picture or step on two cores with EfficientNet-Lite0, read from the metrics of a run
# (LOG.md). A still of the drawn set is larger than a frame of its clips, and a file of its own.
CACHING_STILL, CACHING_FRAME = 0.030, 0.017
FITTING, LOOKING = 0.0022, 0.0006
SVM = 0.0005  # a frame
ENERGYNET = 0.004  # a step, whatever the network; those of preset margin take half as long again
STARTING = 3.0  # libraries and weights
NEWEST = 0.5  # weight of the latest run

Key = tuple[Kind, str, str, int, float]  # kind, part, fold, seed, fraction


@dataclass(frozen=True)
class Stretch:
    """A stretch of a run's work and the seconds it should take."""

    key: Key
    seconds: float


class Plan:
    """The stretches of a run in order, and how far along them a moment is."""

    def __init__(self, stretches: Sequence[Stretch]) -> None:
        self._before: dict[Key, tuple[float, float]] = {}
        self.seconds = 0.0
        for stretch in stretches:
            self._before[stretch.key] = self.seconds, stretch.seconds
            self.seconds += stretch.seconds

    def at(self, key: Key, share: float) -> float | None:
        """Planned seconds up to this share of a stretch; None for one that was not planned."""
        if key not in self._before:
            return None
        before, seconds = self._before[key]
        return before + min(1.0, share) * seconds


def plan_of(spec: Spec, source: Source) -> Plan:
    """What a run of `spec` on `source` does. InputError when a fold or a fraction is not possible."""
    return Plan(list(_stretches(spec, source)))


def chosen_folds(spec: Spec, source: Source, listener: Listener = NOBODY) -> list[Fold]:
    """The folds a run goes through, with development clips where it judges these.

    InputError, naming it, for one that is not there.
    """
    known = {fold.name: fold for fold in source.folds}
    missing = [name for name in spec.folds if name not in known]
    if missing:
        raise InputError(
            f"{source.name} has no fold '{missing[0]}'; choose among {', '.join(known)}."
        )
    folds = [known[name] for name in spec.folds] if spec.folds else list(source.folds)
    if spec.part == "dev":
        found = [with_dev(fold, source.concepts) for fold in folds]
        folds = [fold for fold, _ in found]
        for note in filter(None, (note for _, note in found)):
            listener.note(note)
    return folds


def _stretches(spec: Spec, source: Source) -> Iterator[Stretch]:
    frozen, fitted = cost_of(spec.backbone)
    yield Stretch(("caching", "starting", "", 0, 0.0), STARTING)
    frames_each = frames_of_a_clip(source, spec.every)
    stills = len(source.stills)
    learned = stills * (1 - WEB_TRAINING.validation_share)
    folds = chosen_folds(spec, source)
    for fold in folds:
        yield from _caching(fold, learned, stills - learned, frames_each, frozen)
    for fold in folds:
        for seed in spec.seeds:
            yield from _seed(spec, source, fold, seed, learned, frames_each, fitted)


def _caching(
    fold: Fold, learned: float, validating: float, frames_each: float, slower: float
) -> Iterator[Stretch]:
    counts = {
        "Web images": learned,
        "validation images": validating,
        "training clips": len(fold.train) * frames_each,
        "development clips": len(fold.dev) * frames_each,
        "test clips": len(fold.test) * frames_each,
    }
    for part, pictures in counts.items():
        each = CACHING_FRAME if part.endswith("clips") else CACHING_STILL
        yield Stretch(("caching", part, fold.name, 0, 0.0), pictures * each * slower)


def _seed(
    spec: Spec,
    source: Source,
    fold: Fold,
    seed: int,
    stills: float,
    frames_each: float,
    slower: float,
) -> Iterator[Stretch]:
    name = fold.name
    fitting, looking = FITTING * slower, LOOKING * slower
    judged = len(fold.dev if spec.part == "dev" else fold.test) * frames_each
    first = chosen_folds(spec, source)[0].name == name  # all folds share its Web CNN
    yield Stretch(("Web CNN", "", name, seed, 0.0), WEB.epochs * stills * fitting * first)
    seen = len(fold.train) * frames_each + judged
    yield Stretch(("maps", "", name, seed, 0.0), seen * looking)
    if spec.until == "web":
        return
    shares = nested_fractions(fold.train, spec.fractions, seed, source.concepts)
    for fraction in spec.fractions:
        frames = len(shares[fraction]) * frames_each
        tuning = VIDEO.epochs * frames * fitting
        yield Stretch(("SVM", "", name, seed, fraction), frames * SVM)
        yield Stretch(("tuned CNN", "", name, seed, fraction), tuning)
        if spec.until == "energynet":
            settings = PRESETS[spec.preset]
            for part in range(1, settings.out_of_fold + 1):
                key: Key = (
                    "out of fold",
                    f"{part} of {settings.out_of_fold}",
                    name,
                    seed,
                    fraction,
                )
                yield Stretch(key, tuning / 2 + frames / 2 * looking)
            yield Stretch(("EnergyNet", "", name, seed, fraction), settings.steps * ENERGYNET)
        yield Stretch(("judging", "", name, seed, fraction), judged * looking)


def frames_of_a_clip(source: Source, every: int) -> float:
    """How many frames of a clip are looked at, from the lengths of a few clips."""
    clips: Sequence[LabelledClip] = source.clips
    few = PROBED_CONFINED if clips and uploaded_set(clips[0].path) else PROBED
    found = [_frame_count(clip.path) for clip in clips[:: max(1, len(clips) // few)]]
    counts = [-(-count // every) for count in found if count]
    return sum(counts) / len(counts) if counts else 1.0


@lru_cache(maxsize=4096)
def _frame_count(path: Path) -> int | None:
    """Frames a clip says it has; uploaded ones are asked in a confined child."""
    try:
        if uploaded_set(path) is None:
            return probe(path).frame_count
        with SandboxedReader(path, wall_seconds=20.0) as reader:
            return reader.clip.frame_count
    except InputError:
        return None


def pace_of(backbone: str) -> float:
    """Seconds here for a planned second; 1 before the first run of that network."""
    return _known().get(backbone, 1.0)


def note_pace(backbone: str, planned: float, taken: float) -> None:
    """Takes note of a run that was not broken off."""
    if planned <= 0 or taken <= 0:
        return
    known = _known()
    before = known.get(backbone)
    ratio = taken / planned
    known[backbone] = ratio if before is None else (1 - NEWEST) * before + NEWEST * ratio
    with whole_file(runs_folder() / "pace.json") as partial:
        partial.write_text(json.dumps(known, indent=1), encoding="utf-8")


def _known() -> dict[str, float]:
    try:
        kept = json.loads((runs_folder() / "pace.json").read_text(encoding="utf-8"))
        return {str(k): float(v) for k, v in kept.items() if float(v) > 0 and math.isfinite(v)}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}
