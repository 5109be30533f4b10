"""Maps and energies of all concepts: how much they add to a forward pass, and against peers."""

from collections.abc import Callable, Iterator

import numpy as np
import torch
from attention.networks.folding import folded
from torch import Tensor, nn

from attention.energy import best_window
from attention.maps import attention_maps, scores_and_maps
from attention.networks.cnn import Backbone
from attention.networks.zoo import LITE0, load_backbone
from tests.bench.peers import PEERS, Peer
from tests.bench.race import Clock, Row, Seconds, in_turns
from tests.networks import pictures, twins

Work = Callable[[], object]

FRAMES = 16
CONCEPTS = (4, 101, 1000)
WITH_PEERS = (101, 1000)
ROUNDS = {"resnet101": (5, 3), LITE0: (15, 9), "vgg16": (5, 3)}  # by ourselves, with peers
MOST_ADDED = {  # of a forward pass, for 101 and 1000 concepts
    "resnet101": {101: 0.005, 1000: 0.025},
    LITE0: {101: 0.01, 1000: 0.05},
    "vgg16": {101: 0.12, 1000: 0.25},
}
AT_LEAST_FASTER = {"resnet101": 1.2, LITE0: 2.5, "vgg16": 4.0}  # than the best peer, C=101
AT_LEAST_CAPTUM = 90.0


def rows(name: str, clock: Clock) -> Iterator[Row]:
    """A backbone's rows, all its works timed in turns."""
    net, looker = twins(name)
    layer = looker.target
    if name == LITE0:  # its real weights are installed; the others' need a network
        looker.load_state_dict(load_backbone(LITE0).state_dict())
    if name == "vgg16":
        _half_active(looker)
    x = looker.preprocess(pictures(FRAMES))
    alone, with_peers = ROUNDS[name]
    yield from _added(name, in_turns(_parts(net, looker, x), alone, clock))
    # only then the peers, whose graphs leave the heap in a state of its own
    peers = [peer for peer in PEERS if peer.here]
    works = _wholes(looker, x)
    for peer in peers:
        works |= peer.works(net, layer, x)
    seconds = in_turns(works, with_peers, clock)
    for C in WITH_PEERS:
        yield from _against(name, C, peers, seconds)


def _half_active(vgg: Backbone) -> None:
    """As random weights without biases are; trained ones leave more units silent, and are faster."""
    with torch.no_grad():
        for layer in (vgg.head.fc6, vgg.head.fc7):
            layer.bias.zero_()


def _parts(net: nn.Module, looker: Backbone, x: Tensor) -> dict[str, Work]:
    """The stock network's forward pass, our head, and our maps and energies, which begin with it."""
    with torch.inference_mode():
        A = looker.features(x)

    def energies(C: int) -> Work:
        return lambda: best_window(scores_and_maps(looker, A, range(C))[1])

    works: dict[str, Work] = {"forward": lambda: net(x), "head": lambda: looker.head(A)}
    works |= {f"maps {C}": energies(C) for C in CONCEPTS}
    return {name: torch.inference_mode()(run) for name, run in works.items()}


def _added(name: str, seconds: dict[str, Seconds]) -> Iterator[Row]:
    for C in CONCEPTS:
        added = (seconds[f"maps {C}"] - seconds["head"]) / seconds["forward"]
        goal = MOST_ADDED[name].get(C)
        yield Row(f"{name}, C={C}: maps and energies ÷ forward pass", added, goal and -goal)


def _wholes(looker: Backbone, x: Tensor) -> dict[str, Work]:
    """Ours, folded as for the pipeline, and on the network as it came; all frames at once."""

    def maps_of(cnn: Backbone, C: int) -> Work:
        return torch.inference_mode()(lambda: attention_maps(cnn, cnn.features(x), range(C)))

    return {
        f"{name} {C}": maps_of(cnn, C)
        for name, cnn in (("ours", folded(looker)), ("unfolded", looker))
        for C in WITH_PEERS
    }


def _against(name: str, C: int, peers: list[Peer], seconds: dict[str, Seconds]) -> Iterator[Row]:
    """From the frames to all raw maps, over ours."""
    ours = seconds[f"ours {C}"]
    faster = {peer: peer.seconds(C, FRAMES, seconds) / ours for peer in peers}
    best = min(faster, key=lambda peer: float(np.median(faster[peer])), default=None)
    for peer, times in faster.items():
        goal = None
        if C == 101:
            captum = AT_LEAST_CAPTUM if peer.name == "captum" else None
            goal = AT_LEAST_FASTER[name] if peer is best else captum
        what = f"{name}, C={C}: times faster than {peer.name}"
        yield Row(what, times, goal, peer.scaled(C, FRAMES))
    yield Row(f"    unfolded ÷ folded, C={C}", seconds[f"unfolded {C}"] / ours)
