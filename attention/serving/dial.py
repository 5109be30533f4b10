"""What a person does to a clip: the frames of a look, held at hand, changed and looked at again."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from attention.confined.process import SandboxedReader
from attention.errors import full_disk_told
from attention.gate.line import LINE
from attention.media.clip import Clip, Frames
from attention.pack import save_pack
from attention.probe.change import Change, boxes_of, changed
from attention.serving.looking import Looked, Progress, yielding_reader
from attention.serving.offered import limits_for, ready_model

if TYPE_CHECKING:
    from attention.probe.held import Held

CLIPS = 3  # held at a time
FRAMES = 64  # of a clip; of a longer look, every second one, or third …


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
    seen = original.analysis(maps=False)
    after = replace(original, change=change, unchanged=original)
    held = frames_of(after)
    if on_progress:
        on_progress(Progress(0, len(held.rgb), 0.0))
    analysis = held.analysis(
        ready_model(original.model),
        concepts=seen.concepts,
        window=seen.window,
        truth=seen.truth,
        keep_maps=True,
        keep_pictures=True,
        frame=original.frame,
    )
    with full_disk_told():
        pack = save_pack(folder / "analysis.pack", analysis)
    return replace(after, pack=pack)


def made_ready(looked: Looked) -> None:
    """Loads what the first move of the dial would wait for: the model, its engine, the clip's frames."""
    original = looked.unchanged or looked
    with LINE.turn():
        frames_of(original).analysis(ready_model(original.model), frame=original.frame)


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
