"""What the page's tabs share: a clip is looked at once, kept as a pack, shown often."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from attention.analysis import Analysis
from attention.confined.bounded import BoundedReader
from attention.errors import InputError, full_disk_told
from attention.gate.line import LINE
from attention.gate.temporary.store import KEPT_FOR
from attention.pack import load_pack, save_pack
from attention.probe.change import UNCHANGED, Change
from attention.serving.offered import limits_for, ready_model
from attention.serving.samples import Sample


@dataclass(frozen=True)
class Looked:
    """A finished look at a clip: its pack and what is needed to read the clip again.

    change: what was done to its frames · unchanged: of such a look, the one at the clip as it is · frame:
    what the CNNs were shown, the "centre" square or the "whole" of each frame · link: of a clip of a set,
    the parameters of the address that leads to it.
    """

    pack: Path
    clip: Path
    model: str
    sample: str | None = None
    every: int = 5
    change: Change = UNCHANGED
    unchanged: "Looked | None" = None
    frame: str = "centre"
    link: tuple[tuple[str, str], ...] = ()

    def analysis(self, maps: bool = True) -> Analysis:
        """The analysis, read back from its pack, with or without maps; InputError when that has gone."""
        if not self.pack.exists():
            hours = f"{KEPT_FOR / 3600:g} hours"
            raise InputError(
                f"This look at {self.clip.name} is no longer kept, as it is after {hours} or when the page "
                "runs out of room; look again."
            )
        return load_pack(self.pack, maps)


@dataclass(frozen=True)
class Progress:
    """frames done of those expected (None: unknown), seconds since the start.

    ahead: looks before this one · wait: seconds until its turn, about.
    """

    done: int
    expected: int | None
    seconds: float
    ahead: int = 0
    wait: float = 0.0

    @property
    def left(self) -> float | None:
        """Seconds still to go at the pace so far, when it can be told."""
        if not self.done or self.expected is None:
            return None
        return max(0.0, (self.expected - self.done) * self.seconds / self.done)


def patient_reader(*arguments: Any, **options: Any) -> BoundedReader:
    """Reads an upload, for longer when nobody waits in the line; those who had less pass between."""
    return BoundedReader(
        *arguments, others_wait=lambda: LINE.has_waiting, pause=LINE.give_way, **options
    )


def yielding_reader(*arguments: Any, **options: Any) -> BoundedReader:
    """Reads once more what was looked at, whole; those who had less pass between."""
    return BoundedReader(*arguments, others_wait=lambda: False, pause=LINE.give_way, **options)


def look(
    clip: Path,
    model_name: str | Path,
    folder: Path,
    *,
    every: int = 5,
    window: int = 3,
    sample: Sample | None = None,
    frame: str = "centre",
    on_progress: Callable[[Progress], None] | None = None,
) -> Looked:
    """Analyses a clip in a sandbox and keeps maps and pictures as `folder`/analysis.pack.

    model_name: of an offered model, or the folder of one that the program chose.
    """
    from attention.pipeline import analyse  # torch: not before there is something to look at

    model = ready_model(model_name)
    started = time.perf_counter()

    def progress(done: int, expected: int | None) -> None:
        if on_progress:
            on_progress(Progress(done, expected, time.perf_counter() - started))

    analysis = analyse(
        clip,
        model,
        every=every,
        window=window,
        on_progress=progress,
        keep_maps=True,
        keep_pictures=True,
        limits=limits_for(model, whole=frame == "whole"),
        reader=patient_reader,
        truth=sample.truth if sample else None,
        frame=frame,
    )
    with full_disk_told():
        pack = save_pack(folder / "analysis.pack", analysis)
    key, link = (sample.key or None, sample.link) if sample else (None, ())
    return Looked(pack, clip, model.name, key, every, frame=frame, link=link)
