"""A whole clip, from the file to the verdicts, against the forward passes in it; and memory."""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from attention.engine.choosing import engine_of
from attention.media.frames import FrameReader
from attention.model.folder import Model, load_model
from attention.networks.cnn import CHUNK
from attention.pipeline import analyse
from tests.bench.race import Clock, Row, in_turns
from tests.clips import write_clip
from tests.networks import pictures

ROUNDS = 25  # one is up to a third away from the next
MOST_TOTAL = 0.30  # of eager forward passes
MOST_MEMORY = 1.15  # 300 frames to 16
MEASURE = """
import sys
from pathlib import Path
from attention.pipeline import analyse

analyse(sys.argv[1], "imagenet", every=1)
print(Path("/proc/self/status").read_text())
"""


def rows(clock: Clock) -> Iterator[Row]:
    """The clip's row and the memory's."""
    with tempfile.TemporaryDirectory() as folder:
        clip = write_clip(Path(folder) / "ten seconds.mp4", moving(300), fps=30)
        yield from _time(clip, clock)
        short = write_clip(Path(folder) / "short.mp4", moving(16), fps=30)
        yield from _memory(short, clip)


def moving(count: int) -> list[NDArray[np.uint8]]:
    """Frames 320×240 that glide over a large picture with a sharp disc bouncing before it."""
    scene = cv2.resize(pictures(1)[0], (900, 500), interpolation=cv2.INTER_CUBIC)
    grain = np.random.default_rng(0).integers(-12, 13, scene.shape)
    scene = (scene + grain).clip(0, 255).astype(np.uint8)
    return [_at(scene, number / 30) for number in range(count)]


def _at(scene: NDArray[np.uint8], seconds: float) -> NDArray[np.uint8]:
    left, top = int(580 * (seconds / 10) % 580), int(130 + 120 * np.sin(seconds))
    frame = np.ascontiguousarray(scene[top : top + 240, left : left + 320])
    centre = (int(160 + 120 * np.sin(2 * seconds)), int(120 + 80 * np.cos(3 * seconds)))
    return cv2.circle(frame, centre, 30, (250, 240, 60), -1)  # type: ignore[return-value]


def _time(clip: Path, clock: Clock) -> Iterator[Row]:
    """Against eager forward passes over the same frames, and against the engine's own."""
    model = load_model("imagenet")
    engine = engine_of(model.web, "cpu")
    x = _preprocessed(clip, model, engine.batch)
    taken: list[dict[str, float]] = []

    def whole() -> None:
        taken.append(analyse(clip, model, device="cpu").timing)

    def engine_passes() -> None:
        for some in x.split(engine.batch):
            engine.see(some)

    def eager(frames: int) -> Callable[[], object]:
        cnn, some = model.web, x.split(frames)
        return torch.inference_mode()(lambda: [cnn.head(cnn.trunk(frames)) for frames in some])

    works = {"eager": eager(16), "eager in fours": eager(CHUNK), "engine": engine_passes}
    seconds = in_turns({"analyse": whole, **works}, ROUNDS, clock)
    divided = {name: seconds["analyse"] / seconds[name] for name in works}
    what = "10 s clip, every 5th frame, C=1000, Lite0: whole ÷ eager"
    yield Row(what, divided["eager"], -MOST_TOTAL)
    yield Row("    ÷ eager passes of four frames", divided["eager in fours"])
    yield Row("    ÷ the engine's own passes", divided["engine"])
    for stage in ("decode", "energies"):
        share = np.array([timing[stage] / _work(timing) for timing in taken[1:]])
        yield Row(f"    {stage}, of all work", share)


def _work(timing: dict[str, float]) -> float:
    return sum(seconds for stage, seconds in timing.items() if stage != "total")


def _preprocessed(clip: Path, model: Model, chunk: int) -> torch.Tensor:
    with FrameReader(clip, every=5, chunk=chunk) as reader:
        return torch.cat([model.web.preprocess(frames.rgb) for frames in reader])


def _memory(short: Path, long: Path) -> Iterator[Row]:
    if not Path("/proc/self/status").exists():
        return
    few, many = (_peak(clip) for clip in (short, long))
    note = f"{few:.0f} and {many:.0f} MB"
    yield Row("peak memory, 300 frames ÷ 16", np.array([many / few]), -MOST_MEMORY, note)


def _peak(clip: Path) -> float:
    """Peak memory in MB of a process that analyses the clip; its own, not what it inherits."""
    told = subprocess.run(
        [sys.executable, "-c", MEASURE, str(clip)],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
        capture_output=True,
        text=True,
        check=True,
    )
    found = re.search(r"VmHWM:\s+(\d+)", told.stdout)
    assert found is not None
    return int(found[1]) / 1024
