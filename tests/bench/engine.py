"""From frames to all energies: the engine against an eager forward pass, and against peers."""

import copy
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor, nn

from attention.engine.choosing import engine_of
from attention.networks.cnn import Backbone
from attention.networks.zoo import LITE0, load_backbone
from tests.bench.peers import PEERS, Peer
from tests.bench.race import Clock, Row, Seconds, in_turns
from tests.networks import pictures, twins

Work = Callable[[], object]

FRAMES = 16
CONCEPTS = {"resnet101": (101,), LITE0: (101, 1000), "vgg16": (101,)}
ROUNDS = {"resnet101": (5, 3), LITE0: (15, 9), "vgg16": (5, 3)}  # by ourselves, with peers
MOST = {("resnet101", 101): 0.65, (LITE0, 101): 0.22, (LITE0, 1000): 0.24, ("vgg16", 101): 0.71}
MOST_BF16 = {"resnet101": 0.33, LITE0: 0.15}
MOST_BUSY = {LITE0: 0.25}
AT_LEAST_FASTER = {"resnet101": 1.7, LITE0: 3.2, "vgg16": 4.8}  # than torch-cam, C=101
AT_LEAST_CAPTUM = 90.0
BUSY = "while True: sum(range(10_000))"


def rows(name: str, clock: Clock) -> Iterator[Row]:
    """A network's rows, all its works timed in turns."""
    net, looker = twins(name)
    if name == LITE0:  # its real weights are installed; the others' need a network
        looker.load_state_dict(load_backbone(LITE0).state_dict())
    if name == "vgg16":
        _half_active(looker)
    x = looker.preprocess(pictures(FRAMES))
    alone, with_peers = ROUNDS[name]
    works = {"forward": torch.inference_mode()(lambda: net(x))} | _ours(name, looker, x)
    seconds = in_turns(works, alone, clock)
    for C in CONCEPTS[name]:
        goal = MOST[name, C]
        yield Row(f"{name}, C={C}: energies ÷ eager forward", _ratio(seconds, C), -goal)
    goal = MOST_BF16.get(name)
    yield Row(f"{name}, C=101, bf16 by name", _ratio(seconds, "101 bf16"), goal and -goal)
    if name in MOST_BUSY:
        with _two_busy_processes():
            seconds = in_turns(works, alone, clock)
        yield Row(
            f"{name}, C=101, beside two busy processes", _ratio(seconds, 101), -MOST_BUSY[name]
        )
    # only then the peers, whose graphs leave the heap in a state of its own
    yield from _against(name, net, looker.target, _ours(name, looker, x), x, with_peers, clock)


def _ratio(seconds: dict[str, Seconds], which: object) -> Seconds:
    return seconds[f"ours {which}"] / seconds["forward"]


def _half_active(vgg: Backbone) -> None:
    """As random weights without biases are; trained ones leave more units silent."""
    with torch.no_grad():
        for layer in (vgg.head.fc6, vgg.head.fc7):
            layer.bias.zero_()


def _ours(name: str, looker: Backbone, x: Tensor) -> dict[str, Work]:
    """By the engine, all frames given at once."""

    def energies(backbone: Backbone, precision: str) -> Work:
        engine = engine_of(backbone, "cpu", precision)
        engine.see(x)
        assert engine.name.startswith("OpenVINO"), engine.notes
        return lambda: engine.see(x).energies

    few = {C: with_concepts(looker, C) for C in CONCEPTS[name]}
    works = {f"ours {C}": energies(backbone, "fp32") for C, backbone in few.items()}
    return works | {"ours 101 bf16": energies(few[101], "bf16")}


def with_concepts(looker: Backbone, count: int) -> Backbone:
    """The same network with only the first concepts."""
    head = copy.copy(looker.head)
    head._modules = dict(looker.head._modules)
    head.last = nn.Linear(looker.head.last.in_features, count)
    with torch.no_grad():
        head.last.weight.copy_(looker.head.last.weight[:count])
        head.last.bias.copy_(looker.head.last.bias[:count])
    return Backbone(looker.name, looker.trunk, head, looker.target, looker.pixels)


@contextmanager
def _two_busy_processes() -> Iterator[None]:
    busy = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(2)]
    try:
        yield
    finally:
        for process in busy:
            process.kill()
            process.wait()


def _against(
    name: str,
    net: nn.Module,
    layer: str,
    works: dict[str, Work],
    x: Tensor,
    rounds: int,
    clock: Clock,
) -> Iterator[Row]:
    """From the frames to all raw maps by others, over ours, which has the energies too."""
    peers = [peer for peer in PEERS if peer.here]
    for peer in peers:
        works = works | peer.works(net, layer, x)
    seconds = in_turns(works, rounds, clock)
    for C in CONCEPTS[name]:
        faster = {peer: peer.seconds(C, FRAMES, seconds) / seconds[f"ours {C}"] for peer in peers}
        best = min(faster, key=lambda peer: float(np.median(faster[peer])), default=None)
        for peer, times in faster.items():
            what = f"{name}, C={C}: times faster than {peer.name}"
            yield Row(what, times, _goal(name, C, peer, peer is best), peer.scaled(C, FRAMES))


def _goal(name: str, C: int, peer: Peer, best: bool) -> float | None:
    if C != 101:
        return None
    return AT_LEAST_FASTER[name] if best else AT_LEAST_CAPTUM if peer.name == "captum" else None
