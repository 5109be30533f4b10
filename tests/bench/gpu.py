"""The engine on a GPU: is it right, and how fast; `python -m tests.bench gpu`, at most four minutes.

On a machine without a GPU it says so; test_bench.py plays one on the CPU.
"""

import time
from collections.abc import Callable, Iterator

import numpy as np
import torch

from attention.engine.choosing import Engine, engine_of
from attention.engine.devices import device_named
from attention.engine.overlap import Clock
from attention.networks.cnn import Backbone
from tests.bench.race import Row, in_turns
from tests.networks import backbone, pictures

NETWORKS = ("efficientnet_lite0", "mobilenet_v3_large", "resnet101", "vgg16")
FRAMES = 64
OFF = {"fp32": 1e-4, "bf16": 0.05}
ROUNDS = 10


def rows(
    device: str = "auto",
    networks: tuple[str, ...] = NETWORKS,
    frames: int = FRAMES,
    rounds: int = ROUNDS,
) -> Iterator[Row]:
    """For each network how far it is from the CPU, and its time against a plain forward pass."""
    where = device_named(device)
    if device == "auto" and where.type == "cpu":
        print("There is no GPU here: run this where there is one.")
        return
    for name in networks:
        looker = backbone(name)
        x = looker.preprocess(pictures(frames))
        engines = {precision: engine_of(looker, device, precision) for precision in OFF}
        exact = engine_of(looker, "cpu")._roads[-1].see(x[:8], 3, False, Clock())
        for precision, engine in engines.items():
            seen = engine.see(x[:8])
            for what in ("scores", "energies", "maps"):
                one, other = getattr(seen, what), getattr(exact, what)
                off = float((one - other).abs().max() / other.abs().max())
                yield Row(
                    f"{name}, {precision}: {what}, off from the CPU",
                    np.array([off]),
                    -OFF[precision],
                )
        yield from _times(name, looker, x, engines, where, rounds)


def _times(
    name: str,
    looker: Backbone,
    x: torch.Tensor,
    engines: dict[str, Engine],
    where: torch.device,
    rounds: int,
) -> Iterator[Row]:
    there = next(iter(engines.values()))._roads[0]
    print(f"{name}: {there.name}, {there.batch} frames at a time")

    def forward() -> None:
        with torch.inference_mode():
            there._backbone(x.to(where)).cpu()

    def seeing(engine: Engine) -> Callable[[], object]:
        return lambda: engine.see(x)

    works = {"forward": forward} | {p: seeing(engine) for p, engine in engines.items()}
    seconds = in_turns(works, rounds, time.perf_counter)  # each ends with its results on the CPU
    for precision in engines:
        ratio = seconds[precision] / seconds["forward"]
        rate = len(x) / float(np.median(seconds[precision]))
        yield Row(
            f"{name}, {precision}: whole ÷ plain forward", ratio, None, f"{rate:.0f} frames/s"
        )
