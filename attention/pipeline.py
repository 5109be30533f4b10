"""The whole flow: a clip in, frames → A → L → E → verdict, an Analysis out."""

import math
import time
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from attention.analysis import Analysis, check_finite, notes_of, verdicts_of
from attention.concepts import ConceptSet
from attention.engine.look import Look, Sight, seen_by_all
from attention.engine.overlap import Clock, read_ahead
from attention.engine.wide import wide_engine_of
from attention.errors import InputError, whole_number
from attention.media.clip import Clip, Reader
from attention.media.frames import FrameReader, Frames, Limits
from attention.media.jpeg import jpeg
from attention.model.folder import Model, load_model
from attention.model.whole import for_whole_frames, is_whole, whole_input, wide_map_size

OnProgress = Callable[[int, int | None], None]


def analyse(
    path: str | Path,
    model: Model | str | Path,
    every: int = 5,
    concepts: str | Iterable[str] | None = None,
    on_progress: OnProgress | None = None,
    *,
    window: int = 3,
    keep_maps: bool = False,
    keep_pictures: bool = False,
    limits: Limits | None = None,
    reader: Reader = FrameReader,
    truth: str | None = None,
    device: str = "auto",
    precision: str = "fp32",
    frame: str = "centre",
) -> Analysis:
    """Looks at every `every`-th frame of a clip or image through each CNN of the model.

    concepts: names to compare, "hug, kiss" or a list, each once, by default all of the model's ·
    on_progress(frames done, frames expected or None) · window: side s of Eq. 2's window · keep_maps,
    keep_pictures: keep L(F,c) and a JPEG of each frame in the Analysis; without them memory does not
    grow with the clip · reader: how frames are read, such as FrameReader or the sandboxed one · truth: the
    model's concept that the clip truly shows · device: auto, cpu, cuda or mps · precision: fp32, or bf16:
    faster, with energies off by some percent · frame: what CNNs are shown, the "centre" square of §4.2 or the
    "whole" frame (whole.py). InputError for anything unusable.
    """
    started = time.perf_counter()
    model = model if isinstance(model, Model) else load_model(model)
    whole = is_whole(frame)
    model, left_out = for_whole_frames(model) if whole else (model, ())
    every, window = whole_number("every", every), whole_number("window", window)
    known = model.concept_set
    rows = _rows(known, concepts)
    truth = None if truth is None else known.names[known.index(truth)]
    clock = Clock()
    present = ("web",) if model.tuned is None else ("web", "tuned")
    looks = [Look(name, model, rows, window, keep_maps, device, precision) for name in present]
    for look in looks if whole else ():
        look.engine = wide_engine_of(look.backbone, device, precision)
    if not whole:
        _check_window(window, model.web.map_size)
    seen = _Seen()
    chunk = looks[0].engine.batch
    with reader(path, every=every, limits=limits or Limits(), chunk=chunk) as clip:
        expected = _expected(clip.clip, every, limits or Limits())
        size = (clip.clip.width, clip.clip.height)
        given = whole_input(*size, model.web) if whole else None
        map_size = wide_map_size(model.web, given) if given else model.web.map_size
        _check_window(window, map_size)
        with closing(_looked_at(clip, looks, clock, given)) as chunks:
            for frames in chunks:
                seen.add(frames, keep_pictures)
                if on_progress:
                    on_progress(len(seen.indices), expected)
        notes = clip.notes
    names = tuple(known.names[row] for row in rows)
    sides = tuple(look.side() for look in looks)
    check_finite(model.name, sides)
    learned = model.learned_of(rows, window)
    by_engine = dict.fromkeys(note for look in looks for note in look.engine.notes)
    return Analysis(
        clip=clip.clip.name,
        model=model.name,
        concepts=names,
        frames=tuple(seen.indices),
        seconds=tuple(seen.seconds),
        map_size=map_size,
        window=window,
        size=size,
        sides=sides,
        verdicts=verdicts_of(sides, names, window, learned),
        timing={**clock.seconds, "total": time.perf_counter() - started},
        notes=(*notes, *left_out, *notes_of(sides, learned), *by_engine),
        engine=", ".join(dict.fromkeys(look.engine.name for look in looks)),
        frame=frame,
        truth=truth,
        pictures=tuple(seen.pictures) if keep_pictures else None,
    )


def _rows(known: ConceptSet, concepts: str | Iterable[str] | None) -> list[int]:
    """The places of the concepts to compare; of all when none is named."""
    if concepts is not None and not isinstance(concepts, str) and isinstance(concepts, Iterable):
        concepts = list(concepts) or None
    return list(range(len(known)) if concepts is None else known.pick(concepts))


def _looked_at(
    chunks: Iterable[Frames],
    looks: Sequence[Look],
    clock: Clock,
    whole: tuple[int, int] | None,
) -> Generator[Frames, None, None]:
    """Each chunk of frames once every CNN has looked at it; what they saw is in `looks`."""

    def see(frames: Frames) -> tuple[Frames, list[Sight]]:
        with clock.during("decode"):
            x = looks[0].backbone.preprocess(frames.rgb, whole)
        return frames, seen_by_all(looks, x, clock)

    with closing(read_ahead(clock.timed("decode", chunks), see)) as seen:
        for frames, sights in seen:
            for look, sight in zip(looks, sights, strict=True):
                look.add(sight)
            yield frames


@dataclass
class _Seen:
    """The frames that have passed."""

    indices: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    pictures: list[bytes] = field(default_factory=list)

    def add(self, frames: Frames, keep_pictures: bool) -> None:
        self.indices += [int(i) for i in frames.indices]
        self.seconds += [round(float(s), 4) for s in frames.seconds]
        if keep_pictures:
            self.pictures += [jpeg(frame) for frame in frames.rgb]


def _check_window(window: int, map_size: tuple[int, int]) -> None:
    if not 1 <= window <= min(map_size):
        raise InputError(
            f"Window size {window} does not fit a {map_size[0]}×{map_size[1]} map; "
            f"choose 1 to {min(map_size)}."
        )


def _expected(clip: Clip, every: int, limits: Limits) -> int | None:
    """How many frames will be looked at, by what the file says of itself."""
    if clip.frame_count is None:
        return None
    frames = clip.frame_count
    if limits.trim_seconds is not None and clip.fps:
        frames = min(frames, math.ceil(limits.trim_seconds * clip.fps))
    expected = -(-frames // every)
    return min(expected, limits.trim_frames) if limits.trim_frames else expected
