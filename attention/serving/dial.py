"""The shift dial: the frames of a look, held at hand, shifted and looked at again."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from attention.confined.process import SandboxedReader
from attention.errors import full_disk_told
from attention.media.clip import Clip, Frames
from attention.pack import save_pack
from attention.probe.shift.registry import Asked, sentence_of, shifted, values_of
from attention.serving.looking import Looked, Progress
from attention.serving.offered import limits_for, ready_model
from attention.serving.turns import LINE

if TYPE_CHECKING:
    from attention.probe.held import Held

CLIPS = 3  # held at a time
FRAMES = 64  # of a clip; of a longer look, every second one, or third …


def look_shifted(
    looked: Looked,
    asked: Asked,
    folder: Path,
    on_progress: Callable[[Progress], None] | None = None,
) -> Looked:
    """The same clip under shifts {name: value or level}, as `folder`/analysis.pack; the look itself without.

    Raises InputError for a shift that there is not, where nothing is left to see, and when the clip
    has gone.
    """
    original = looked.unshifted or looked
    values = values_of(asked)
    if not values:
        return original
    seen = original.analysis(maps=False)
    held = _frames(original)
    if on_progress:
        on_progress(Progress(0, len(held.rgb), 0.0))
    rgb = shifted(held.rgb, values, held.frames.indices)
    analysis = held.changed(rgb, sentence_of(values)).analysis(
        ready_model(original.model),
        concepts=seen.concepts,
        window=seen.window,
        truth=seen.truth,
        keep_maps=True,
        keep_pictures=True,
    )
    with full_disk_told():
        pack = save_pack(folder / "analysis.pack", analysis)
    return replace(original, pack=pack, shift=tuple(values.items()), unshifted=original)


def made_ready(looked: Looked) -> None:
    """Loads what the first move of the dial would wait for: the model, its engine, the clip's frames."""
    original = looked.unshifted or looked
    with LINE.turn():
        _frames(original).analysis(ready_model(original.model))


class ShiftedReader:
    """A clip read in a sandbox whose frames are shifted by `values`; otherwise as SandboxedReader."""

    def __init__(self, values: Asked, path: str | Path, **options: Any) -> None:
        self._values = values
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
            yield replace(frames, rgb=shifted(frames.rgb, self._values, frames.indices))

    def __enter__(self) -> Self:
        self._reader.__enter__()
        return self

    def __exit__(self, *ending: Any) -> None:
        self._reader.__exit__(*ending)


def _frames(original: Looked) -> "Held":
    seen = original.analysis(maps=False)
    return _held(original.clip, original.pack, original.model, original.every, len(seen.frames))


@lru_cache(maxsize=CLIPS)
def _held(clip: Path, pack: Path, model: str, every: int, frames: int) -> "Held":  # noqa: ARG001
    """The frames of a look. pack: what tells looks at the same file apart, as a file can be another later."""
    from attention.probe.held import held

    thinner = -(-frames // FRAMES)
    limits = replace(limits_for(ready_model(model)), trim_frames=FRAMES)
    return held(clip, every * thinner, limits, SandboxedReader)
