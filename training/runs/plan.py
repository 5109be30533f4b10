"""Estimates how long a run takes, from its stages and the expected seconds of each."""

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from attention.confined.process import SandboxedReader
from attention.disk.whole import whole_file
from attention.errors import InputError
from attention.gate.visitors import OPERATOR, asking
from attention.media.frames import probe
from attention.networks.known.registry import cost_of, offered_networks
from training.data.pictures import uploaded_set
from training.data.records import Fold, LabelledClip, Source
from training.data.sets import set_folder, sets
from training.data.sources import chosen_folds, open_source
from training.data.splitting import nested_fractions
from training.fit.settings import PRESETS, VIDEO, WEB
from training.listener import Kind
from training.runs.folder import runs_folder
from training.runs.records import Spec
from training.settings import DATA

# The number of clips whose length is read; the others are assumed to be like them. It is smaller for an
# uploaded set, where each clip needs its own confined child.
PROBED, PROBED_CONFINED = 24, 5
# Seconds per picture or step on two cores with EfficientNet-Lite0, from the metrics of a run (LOG.md).
# A still takes longer than a frame: it is larger, and each is its own file.
CACHING_STILL, CACHING_FRAME = 0.030, 0.017
FITTING, LOOKING = 0.0022, 0.0006
SVM = 0.0005  # per frame
ENERGYNET = 0.004  # per step, for any network; 1.5 times as long with the preset margin
STARTING = 3.0  # loading libraries and weights
NEWEST = 0.5  # weight of the latest run

Key = tuple[Kind, str, str, int, float]  # kind, detail, fold, seed, fraction
Stage = tuple[Key, float]  # and its expected seconds


class Plan:
    """The stages of a run in order, and the planned time at any moment in them."""

    def __init__(self, stages: Iterable[Stage]) -> None:
        self._before: dict[Key, tuple[float, float]] = {}
        self.seconds = 0.0
        for key, seconds in stages:
            self._before[key] = self.seconds, seconds
            self.seconds += seconds

    def at(self, key: Key, share: float) -> float | None:
        """Planned seconds from the start to `share` of a stage; None for a stage not in the plan."""
        if key not in self._before:
            return None
        before, seconds = self._before[key]
        return before + min(1.0, share) * seconds


def plan_of(spec: Spec, source: Source) -> Plan:
    """The plan of a run. Raises InputError when a fold or a fraction is not possible."""
    return Plan(_stages(spec, source))


def place_of(source: str) -> str | Path:
    """The folder of a run's set, or what a terminal gives for one; InputError for no set of a visitor."""
    if asking() == OPERATOR:
        return sets().get(source, source)
    return set_folder(source)


def source_of(spec: Spec) -> Source:
    """The source of a run. Raises InputError when it lacks stills or clips."""
    source = open_source(place_of(spec.source), noisy=spec.noisy)
    if not source.stills or not source.folds:
        lacking = "stills" if source.folds else "clips"
        raise InputError(f"{source.name} has no {lacking}; a run needs stills and clips.")
    return source


def expected(spec: Spec) -> float:
    """The expected seconds of a run on this machine. Raises InputError when it is not possible."""
    names = offered_networks()
    if spec.backbone not in names:
        raise InputError(f"There is no network '{spec.backbone}'; choose among {', '.join(names)}.")
    source = source_of(spec)
    for fold in chosen_folds(source, spec.folds, spec.part):
        if not fold.test:
            raise InputError(f"Fold {fold.name} of {source.name} has no test clips; add some.")
    return plan_of(spec, source).seconds * time_factor(spec.backbone)


def _stages(spec: Spec, source: Source) -> Iterator[Stage]:
    frozen, fitted = cost_of(spec.backbone)
    yield (("caching", "starting", "", 0, 0.0), STARTING)
    frames_each = frames_of_a_clip(source, spec.every)
    stills = len(source.stills)
    learned = stills * (1 - DATA.validation_share)
    folds = chosen_folds(source, spec.folds, spec.part)
    for fold in folds:
        yield from _caching(fold, learned, stills - learned, frames_each, frozen)
    for fold in folds:
        for seed in spec.seeds:
            yield from _seed(spec, source, fold, seed, learned, frames_each, fitted)


def _caching(
    fold: Fold, learned: float, validating: float, frames_each: float, slower: float
) -> Iterator[Stage]:
    counts = {
        "Web images": learned,
        "validation images": validating,
        "training clips": len(fold.train) * frames_each,
        "development clips": len(fold.dev) * frames_each,
        "test clips": len(fold.test) * frames_each,
    }
    for what, pictures in counts.items():
        each = CACHING_FRAME if what.endswith("clips") else CACHING_STILL
        yield (("caching", what, fold.name, 0, 0.0), pictures * each * slower)


def _seed(
    spec: Spec,
    source: Source,
    fold: Fold,
    seed: int,
    stills: float,
    frames_each: float,
    slower: float,
) -> Iterator[Stage]:
    name = fold.name
    fitting, looking = FITTING * slower, LOOKING * slower
    judged = len(fold.dev if spec.part == "dev" else fold.test) * frames_each
    first = (
        chosen_folds(source, spec.folds, spec.part)[0].name == name
    )  # all folds share its Web CNN
    yield (("Web CNN", "", name, seed, 0.0), WEB.epochs * stills * fitting * first)
    seen = len(fold.train) * frames_each + judged
    yield (("maps", "", name, seed, 0.0), seen * looking)
    if spec.until == "web":
        return
    shares = nested_fractions(fold.train, spec.fractions, seed, source.concepts)
    for fraction in spec.fractions:
        frames = len(shares[fraction]) * frames_each
        tuning = VIDEO.epochs * frames * fitting
        yield (("SVM", "", name, seed, fraction), frames * SVM)
        yield (("tuned CNN", "", name, seed, fraction), tuning)
        if spec.until == "energynet":
            settings = PRESETS[spec.preset]
            for number in range(1, settings.out_of_fold + 1):
                key: Key = (
                    "out of fold",
                    f"{number} of {settings.out_of_fold}",
                    name,
                    seed,
                    fraction,
                )
                yield (key, tuning / 2 + frames / 2 * looking)
            yield (("EnergyNet", "", name, seed, fraction), settings.steps * ENERGYNET)
        yield (("judging", "", name, seed, fraction), judged * looking)


def frames_of_a_clip(source: Source, every: int) -> float:
    """The mean number of sampled frames per clip, estimated from a few clips."""
    clips: Sequence[LabelledClip] = source.clips
    few = PROBED_CONFINED if clips and uploaded_set(clips[0].path) else PROBED
    found = [_frame_count(clip.path) for clip in clips[:: max(1, len(clips) // few)]]
    counts = [-(-count // every) for count in found if count]
    return sum(counts) / len(counts) if counts else 1.0


@lru_cache(maxsize=4096)
def _frame_count(path: Path) -> int | None:
    """The number of frames that a clip states; uploaded clips are read in a confined child."""
    try:
        if uploaded_set(path) is None:
            return probe(path).frame_count
        with SandboxedReader(path, wall_seconds=20.0) as reader:
            return reader.clip.frame_count
    except InputError:
        return None


def time_factor(backbone: str) -> float:
    """Measured ÷ planned seconds on this machine; 1 before the first run of that network."""
    return _known().get(backbone, 1.0)


def record_time_factor(backbone: str, planned: float, taken: float) -> None:
    """Updates the time factor with an uninterrupted run."""
    if planned <= 0 or taken <= 0:
        return
    known = _known()
    before = known.get(backbone)
    ratio = taken / planned
    known[backbone] = ratio if before is None else (1 - NEWEST) * before + NEWEST * ratio
    # what it is for is an estimate, for which no run shall fail
    with suppress(OSError), whole_file(runs_folder() / "pace.json") as partial:
        partial.write_text(json.dumps(known, indent=1), encoding="utf-8")


def _known() -> dict[str, float]:
    try:
        kept = json.loads((runs_folder() / "pace.json").read_text(encoding="utf-8"))
        return {str(k): float(v) for k, v in kept.items() if float(v) > 0 and math.isfinite(v)}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}
