"""The whole flow: a clip in, frames → A → L → E → verdict, an Analysis out."""

import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from attention.analysis import Analysis, Side, verdicts_of
from attention.cnn import Backbone
from attention.concepts import ConceptSet
from attention.energy import best_window
from attention.errors import InputError
from attention.frames import FrameReader, Frames, Limits
from attention.maps import scores_and_maps
from attention.model import Model, load_model
from attention.sandbox import SandboxedReader

CHUNK = 4  # frames in flight: flat memory, and the fastest batch on a CPU (see ARCHITECTURE.md)
PICTURE_SIDE = 480  # longest side of a kept picture, pixels
STAGES = ("decode", "forward", "maps", "energies")

OnProgress = Callable[[int, int | None], None]
Reader = Callable[..., FrameReader | SandboxedReader]


def analyse(
    path: str | Path,
    model: Model | str,
    every: int = 5,
    concepts: Sequence[str] | None = None,
    on_progress: OnProgress | None = None,
    *,
    window: int = 3,
    keep_maps: bool = False,
    keep_pictures: bool = False,
    limits: Limits | None = None,
    reader: Reader = FrameReader,
    truth: str | None = None,
) -> Analysis:
    """Looks at every `every`-th frame of a clip or image through each CNN of the model.

    concepts: names to compare, by default all of the model's · on_progress(frames done, frames
    expected or None) · window: side s of Eq. 2's window · keep_maps, keep_pictures: keep L(F,c) and a
    JPEG of each frame in the Analysis; without them memory does not grow with the clip · reader: how
    frames are read, FrameReader or the sandboxed one. InputError for anything unusable.
    """
    started = time.perf_counter()
    model = load_model(model) if isinstance(model, str) else model
    known = ConceptSet(model.concepts)
    rows = [known.index(name) for name in concepts] if concepts else list(range(len(known.names)))
    _check_window(window, model.web.map_size)
    clock = _Clock()
    looks = [_Look("web", model.web, model, rows, window, keep_maps)]
    if model.tuned is not None:
        looks.append(_Look("tuned", model.tuned, model, rows, window, keep_maps))
    seen = _Seen()
    with (
        reader(path, every=every, limits=limits or Limits(), chunk=CHUNK) as clip,
        closing(_read_ahead(clip, model.web)) as ahead,
    ):
        expected = _expected(clip.clip.frame_count, every, limits)
        for frames, x in clock.timed("decode", ahead):
            seen.add(frames, keep_pictures)
            for look in looks:
                look.add(x, clock)
            if on_progress:
                on_progress(len(seen.indices), expected)
        notes = clip.notes
    names = tuple(known.names[row] for row in rows)
    sides = tuple(look.side() for look in looks)
    return Analysis(
        clip=clip.clip.name,
        model=model.name,
        concepts=names,
        frames=tuple(seen.indices),
        seconds=tuple(seen.seconds),
        map_size=model.web.map_size,
        window=window,
        size=(clip.clip.width, clip.clip.height),
        sides=sides,
        verdicts=verdicts_of(sides, names, window),
        timing={**clock.seconds, "total": time.perf_counter() - started},
        notes=tuple(notes),
        truth=truth,
        pictures=tuple(seen.pictures) if keep_pictures else None,
    )


Chunk = tuple[Frames, Tensor]  # frames, and x [n,3,224,224] made of them


def _read_ahead(chunks: Iterable[Frames], backbone: Backbone) -> Generator[Chunk, None, None]:
    """Chunks with their x, the next decoded and preprocessed by a second thread meanwhile."""
    iterator = iter(chunks)

    def read() -> Chunk | None:
        frames = next(iterator, None)
        return None if frames is None else (frames, backbone.preprocess(frames.rgb))

    with ThreadPoolExecutor(1) as reader:
        coming = reader.submit(read)
        while (chunk := coming.result()) is not None:
            coming = reader.submit(read)
            yield chunk


@dataclass
class _Clock:
    """Seconds spent in each stage."""

    seconds: dict[str, float] = field(default_factory=lambda: dict.fromkeys(STAGES, 0.0))

    @contextmanager
    def during(self, stage: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self.seconds[stage] += time.perf_counter() - started

    def timed(self, stage: str, chunks: Iterator[Chunk]) -> Iterator[Chunk]:
        while True:
            with self.during(stage):
                chunk = next(chunks, None)
            if chunk is None:
                return
            yield chunk


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


class _Look:
    """One CNN looking at a clip, chunk by chunk; side() is what it saw."""

    def __init__(
        self, name: str, backbone: Backbone, model: Model, rows: list[int], window: int, keep: bool
    ) -> None:
        self.name = name
        self.backbone = backbone
        self.rows = None if rows == list(range(backbone.num_classes)) else rows
        self.window = window
        # EnergyNet learns from the tuned CNN's maps (§4.3)
        learned = name == "tuned" or model.tuned is None
        self.energynet = model.energynet if learned else None
        self.V_c = torch.from_numpy(model.V_c[rows]) if model.V_c is not None else None
        self.keep = keep
        self.scores, self.energies, self.windows, self.maps, self.learned = (
            _Rows() for _ in range(5)
        )

    @torch.inference_mode()
    def add(self, x: Tensor, clock: _Clock) -> None:
        """Looks at preprocessed frames [n,3,224,224]."""
        with clock.during("forward"):
            A = self.backbone.features(x)
        with clock.during("maps"):
            scores, L = scores_and_maps(self.backbone, A, self.rows)
        with clock.during("energies"):
            energies, places = best_window(L, self.window)
            learned = None
            if self.energynet is not None and self.V_c is not None:
                learned = self.energynet.energies(L, self.V_c)
        self.scores.add(scores)
        self.energies.add(energies)
        self.windows.add(places.byte())
        if self.keep:
            self.maps.add(L)
        if learned is not None:
            self.learned.add(learned)

    def side(self) -> Side:
        """Everything seen, joined."""
        return Side(
            name=self.name,
            scores=self.scores.all,
            energies=self.energies.all,
            windows=self.windows.all,
            maps=self.maps.all if self.keep else None,
            net_energies=self.learned.all if self.learned.count else None,
        )


class _Rows:
    """Rows in one array that grows by half its size.

    Many small arrays kept between the large ones that come and go would break up the heap, and memory
    would grow with the clip.
    """

    LEAST = 64  # rows

    def __init__(self) -> None:
        self.count = 0
        self._rows: NDArray[Any] | None = None

    def add(self, rows: Tensor) -> None:
        """Adds rows [n,…]."""
        new = rows.numpy()
        end = self.count + len(new)
        if self._rows is None or end > len(self._rows):
            room = np.empty((max(self.LEAST, end + end // 2), *new.shape[1:]), new.dtype)
            if self._rows is not None:
                room[: self.count] = self._rows[: self.count]
            self._rows = room
        self._rows[self.count : end] = new
        self.count = end

    @property
    def all(self) -> NDArray[Any]:
        """The rows so far."""
        if self._rows is None:
            raise ValueError("no rows were added")
        return self._rows[: self.count]


def jpeg(frame: NDArray[np.uint8], side: int = PICTURE_SIDE, quality: int = 85) -> bytes:
    """An RGB frame [H,W,3] as a JPEG no longer than `side` pixels."""
    scale = side / max(frame.shape[:2])
    if scale < 1:
        frame = cv2.resize(frame, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
    bgr = cv2.cvtColor(frame, cv2.COLOR_RGB2BGR)
    return cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()


def _check_window(window: int, map_size: tuple[int, int]) -> None:
    if not 1 <= window <= min(map_size):
        raise InputError(
            f"Window size {window} does not fit a {map_size[0]}×{map_size[1]} map; "
            f"choose 1 to {min(map_size)}."
        )


def _expected(frame_count: int | None, every: int, limits: Limits | None) -> int | None:
    if frame_count is None:
        return None
    expected = -(-frame_count // every)
    if limits and limits.trim_frames:
        expected = min(expected, limits.trim_frames)
    return expected
