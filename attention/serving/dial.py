"""What a person does to a clip: the frames of a look, held at hand, changed and looked at again."""

import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Self
from weakref import WeakSet

from attention.confined.process import SandboxedReader
from attention.disk.whole import whole_file
from attention.errors import full_disk_told
from attention.gate.line import LINE, Line
from attention.media.clip import Clip, Frames
from attention.pack import pack_bytes
from attention.probe.change import Change, boxes_of, changed
from attention.serving.looking import Looked, Progress, yielding_reader
from attention.serving.offered import limits_for, ready_model

if TYPE_CHECKING:
    from attention.networks.cnn import Backbone
    from attention.probe.held import Held

CLIPS = 3  # held at a time
FRAMES = 64  # of a clip; of a longer look, every second one, or third …
ANSWERS = 32_000_000  # bytes of packs of changed samples: a class asks the same of the same clip

Question = tuple[Looked, Change]


class Answers:
    """Packs of samples under a change, at hand for who asks the same: the latest, `most` bytes in all.

    Of clips that people bring none is kept: what is theirs goes when they leave.
    """

    def __init__(self, most: int = ANSWERS) -> None:
        self._most = most
        self._packs: OrderedDict[Question, bytes] = OrderedDict()
        self._adding = Lock()

    def find(self, original: Looked, change: Change) -> bytes | None:
        """The pack of a look under a change; None where it is not at hand."""
        with self._adding:
            pack = self._packs.get((original, change))
            if pack is not None:
                self._packs.move_to_end((original, change))
            return pack

    def keep(self, original: Looked, change: Change, pack: bytes) -> None:
        """Keeps a sample's, in the place of those that were asked for longest ago."""
        if original.sample is None or len(pack) > self._most:
            return
        with self._adding:
            self._packs[original, change] = pack
            while sum(map(len, self._packs.values())) > self._most:
                self._packs.popitem(last=False)


_answers = Answers()
_awake: "WeakSet[Backbone]" = WeakSet()  # CNNs whose engines have looked at held frames


def line_for(looked: Looked, change: Change) -> Line | None:
    """Where the look under a change waits: in no line when its answer is at hand."""
    at_hand = _answers.find(looked.unchanged or looked, change) is not None
    return None if at_hand else LINE


def look_changed(
    looked: Looked,
    change: Change,
    folder: Path,
    on_progress: Callable[[Progress], None] | None = None,
) -> Looked:
    """The same clip under a change, as `folder`/analysis.pack; the look itself without any.

    Raises InputError where nothing is left to see, and when the clip has gone.
    """
    original = looked.unchanged or looked
    if not change:
        return original
    after = replace(original, change=change, unchanged=original)
    pack = _answers.find(original, change)
    if pack is None:
        pack = _changed_pack(after, on_progress)
        _answers.keep(original, change, pack)
    path = folder / "analysis.pack"
    with full_disk_told(), whole_file(path) as partial:
        partial.write_bytes(pack)
    return replace(after, pack=path)


def _changed_pack(after: Looked, on_progress: Callable[[Progress], None] | None) -> bytes:
    """The pack of a clip under its change; `on_progress` may end it by what it raises."""
    original = after.unchanged or after
    seen = original.analysis(maps=False)
    held, started = frames_of(after), time.perf_counter()

    def progress(done: int, _: int | None) -> None:
        if on_progress:
            on_progress(Progress(done, len(held.rgb), time.perf_counter() - started))

    progress(0, None)
    analysis = held.analysis(
        ready_model(original.model),
        concepts=seen.concepts,
        on_progress=progress,
        window=seen.window,
        truth=seen.truth,
        keep_maps=True,
        keep_pictures=True,
        frame=original.frame,
    )
    return pack_bytes(analysis)


def made_ready(looked: Looked) -> None:
    """Loads what the first move of the dial would wait for: the model, its engine, the clip's frames."""
    original = looked.unchanged or looked
    with LINE.turn():
        held, model = frames_of(original), ready_model(original.model)
        if model.web not in _awake:  # thirty who open their dials need one look, not thirty
            held.analysis(model, frame=original.frame)
            _awake.add(model.web)


class ChangedReader:
    """A clip read in a sandbox, its frames changed; numbers: those of the look, in order."""

    def __init__(
        self, change: Change, numbers: Sequence[int], path: str | Path, **options: Any
    ) -> None:
        self._change = change
        self._boxes = dict(zip(numbers, boxes_of(change, numbers), strict=True))
        self._reader = SandboxedReader(path, **options)

    @property
    def clip(self) -> Clip:
        """The properties that the file states."""
        return self._reader.clip

    @property
    def notes(self) -> tuple[str, ...]:
        """What was left out of the clip."""
        return tuple(self._reader.notes)

    def __iter__(self) -> Iterator[Frames]:
        for frames in self._reader:
            boxes = [self._boxes.get(int(number), ()) for number in frames.indices]
            rgb = changed(frames.rgb, frames.indices, self._change, boxes)
            yield replace(frames, rgb=rgb)

    def __enter__(self) -> Self:
        self._reader.__enter__()
        return self

    def __exit__(self, *ending: Any) -> None:
        self._reader.__exit__(*ending)


def frames_of(looked: Looked) -> "Held":
    """The frames of a look, 64 at most, under its change; InputError when nothing is left to see of them."""
    original = looked.unchanged or looked
    seen = original.analysis(maps=False)
    held = _held(original.clip, original.pack, original.model, original.every, len(seen.frames))
    if not looked.change:
        return held
    rgb = changed(held.rgb, held.frames.indices, looked.change)
    return held.changed(rgb, *looked.change.sentences, moved=looked.change.moves)


@lru_cache(maxsize=CLIPS)
def _held(clip: Path, pack: Path, model: str, every: int, frames: int) -> "Held":  # noqa: ARG001
    """The frames of a look. pack: what tells looks at the same file apart, as a file can be another later."""
    from attention.probe.held import held

    thinner = -(-frames // FRAMES)
    limits = replace(limits_for(ready_model(model)), trim_frames=FRAMES)
    return held(clip, every * thinner, limits, yielding_reader)
