"""What the Heatmaps and Compare tabs share: a clip is looked at once, kept as a pack, shown often."""

import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from queue import Empty, SimpleQueue

from attention.analysis import Analysis
from attention.errors import InputError, full_disk_told
from attention.frames import Limits
from attention.home import own_models
from attention.model import ON_IMAGENET, Card, Model, load_model, read_card, shipped_models
from attention.pack import load_pack, save_pack
from attention.pipeline import analyse
from attention.sandbox import SandboxedReader
from attention.tabs.samples import Sample

LONGEST = 60.0  # seconds of a clip the page looks at; the terminal has no such limit
MAP_CELLS = 12_000_000  # most numbers in a pack's maps: 24 MB, what a browser fetches at once
LARGEST_FILE = 200 * 2**20  # bytes
KEPT_FOR = 6 * 3600  # seconds a finished analysis stays on disk


@dataclass(frozen=True)
class Looked:
    """A finished look at a clip: its pack and what is needed to read the clip again."""

    pack: Path
    clip: Path
    model: str
    sample: str | None = None

    def analysis(self) -> Analysis:
        """The analysis, read back from its pack."""
        return load_pack(self.pack)


@dataclass(frozen=True)
class Progress:
    """frames done of those expected (None: unknown), and seconds since the start."""

    done: int
    expected: int | None
    seconds: float

    @property
    def left(self) -> float | None:
        """Seconds still to go at the pace so far, when it can be told."""
        if not self.done or self.expected is None:
            return None
        return max(0.0, (self.expected - self.done) * self.seconds / self.done)


class Workroom:
    """A folder of this process for packs and exports; what is older than KEPT_FOR is swept away."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="attention-"))

    def new_folder(self) -> Path:
        """A fresh folder inside."""
        self.sweep()
        return Path(tempfile.mkdtemp(dir=self.folder))

    def sweep(self) -> None:
        """Removes what nobody can still be looking at."""
        for old in self.folder.glob("*"):
            if time.time() - old.stat().st_mtime > KEPT_FOR:
                shutil.rmtree(old, ignore_errors=True)

    def close(self) -> None:
        """Removes everything."""
        shutil.rmtree(self.folder, ignore_errors=True)


def offered_models() -> dict[str, Card]:
    """The models a page may use, by name: those that ship, those trained here, those to download."""
    offered = {name: read_card(name) for name in shipped_models()}
    for name, folder in own_models().items():
        with suppress(InputError):  # damaged by hand: it is not offered
            offered.setdefault(name, read_card(folder))
    return offered | {name: read_card(name) for name in ON_IMAGENET}


@lru_cache(maxsize=3)
def ready_model(name: str) -> Model:
    """A model of offered_models(), kept in memory; InputError for any other name, paths included."""
    if name not in offered_models():
        raise InputError(
            f"There is no model '{name}'; choose one of {', '.join(offered_models())}."
        )
    shipped = name in shipped_models() or name in ON_IMAGENET
    return replace(load_model(name if shipped else own_models()[name]), name=name)


def limits_for(model: Model) -> Limits:
    """What the page looks at: LONGEST seconds, and as many frames as their maps fit in a pack."""
    h, w = model.web.map_size
    cells = len(model.concepts) * h * w * (2 if model.tuned else 1)
    return Limits(
        trim_seconds=LONGEST, trim_frames=max(1, MAP_CELLS // cells), max_bytes=LARGEST_FILE
    )


def look(
    clip: Path,
    model_name: str,
    folder: Path,
    *,
    every: int = 5,
    window: int = 3,
    sample: Sample | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> Looked:
    """Analyses a clip in a sandbox and keeps maps and pictures as `folder`/analysis.pack."""
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
        limits=limits_for(model),
        reader=SandboxedReader,
        truth=sample.truth if sample else None,
    )
    with full_disk_told():
        pack = save_pack(folder / "analysis.pack", analysis)
    return Looked(pack, clip, model_name, sample.key if sample else None)


def look_along(
    start: Callable[[Callable[[Progress], None]], Looked],
) -> Iterator[Progress | Looked]:
    """Runs `start(on_progress)` in a thread and yields its progress as it comes, its result last."""
    news: SimpleQueue[Progress | Looked | BaseException] = SimpleQueue()
    abandoned = threading.Event()

    def on_progress(progress: Progress) -> None:
        if abandoned.is_set():
            raise _AbandonedError
        news.put(progress)

    def run() -> None:
        try:
            news.put(start(on_progress))
        except _AbandonedError:
            pass
        except BaseException as error:
            news.put(error)

    threading.Thread(target=run, daemon=True).start()
    try:
        while not isinstance(said := _latest(news), Looked):
            if isinstance(said, BaseException):
                raise said
            yield said
        yield said
    finally:
        # the tab was closed or the look cancelled: the thread stops at its next frames
        abandoned.set()


class _AbandonedError(Exception):
    """Nobody waits for this look any more."""


def _latest(
    news: "SimpleQueue[Progress | Looked | BaseException]",
) -> Progress | Looked | BaseException:
    said = news.get()
    while isinstance(said, Progress):
        try:
            said = news.get_nowait()
        except Empty:
            break
    return said
