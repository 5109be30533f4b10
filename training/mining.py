"""Online hard negatives (§3.4.2, §3.4.4): random candidates, the hardest of them, a pool that grows."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from attention.energynet import EnergyNet
from attention.errors import InputError
from training.losses import BETA, MARGIN, energy_loss, triplet_loss


@dataclass(frozen=True)
class MapSet:
    """The attention maps EnergyNet learns from, as it takes them.

    V_L: float [F,C,h·w], every frame's map of every concept · V_c: float [C,word_dim] · labels: int
    [F], the true concept of each frame · videos: int [F], the video it comes from.
    """

    V_L: Tensor
    V_c: Tensor
    labels: Tensor
    videos: Tensor


@dataclass(frozen=True)
class Quadruples:
    """Inputs of the Siamese network, each int [B]: frames F, F+, F- and the false concept c_fa of F."""

    anchor: Tensor
    false_concept: Tensor
    positive: Tensor
    negative: Tensor

    def __len__(self) -> int:
        return len(self.anchor)

    def take(self, rows: Tensor) -> "Quadruples":
        """Some of them, by index."""
        return Quadruples(
            self.anchor[rows], self.false_concept[rows], self.positive[rows], self.negative[rows]
        )


DRAWS = 9  # chances that one quadruple takes


class Candidates:
    """Draws random quadruples: F, F+ and F- from three videos, F+ of F's class, F- of another.

    Classes are equally likely, and within a class its videos: none crowds out the rest. A class with
    one labelled video, as with 5 % of the labels, has F+ from that video too: the paper does not say.
    InputError when there are fewer than two classes.
    """

    def __init__(self, maps: MapSet, generator: torch.Generator) -> None:
        self.generator = generator
        self.num_concepts = maps.V_L.shape[1]
        videos, first_frames = _first_frames(maps.videos)
        labels = maps.labels[first_frames]
        self.classes = labels.unique()
        self.frames = _Lists([(maps.videos == video).nonzero()[:, 0] for video in videos])
        self.videos = _Lists([(labels == label).nonzero()[:, 0] for label in self.classes])
        if len(self.classes) < 2:
            raise InputError(
                "EnergyNet needs clips of two classes at least; add clips of another class."
            )

    def draw(self, count: int) -> Quadruples:
        """`count` of them."""
        chances = iter(torch.rand(DRAWS, count, generator=self.generator))
        one, other = _two_of(torch.tensor([len(self.classes)]).expand(count), chances)
        places = _two_of(self.videos.lengths[one], chances)
        video, positive = (self.videos.at(one, place) for place in places)
        negative = self.videos.pick(other, next(chances))
        false = self.classes[one] + 1 + _below(self.num_concepts - 1, next(chances))
        return Quadruples(
            anchor=self.frames.pick(video, next(chances)),
            false_concept=false % self.num_concepts,
            positive=self.frames.pick(positive, next(chances)),
            negative=self.frames.pick(negative, next(chances)),
        )


class _Lists:
    """Several lists of indices as one table, so that many draws are one look-up."""

    def __init__(self, lists: list[Tensor]) -> None:
        self.lengths = torch.tensor([len(entries) for entries in lists])
        self.table = pad_sequence(lists, batch_first=True)

    def at(self, which: Tensor, place: Tensor) -> Tensor:
        return self.table[which, place]

    def pick(self, which: Tensor, chance: Tensor) -> Tensor:
        return self.at(which, _below(self.lengths[which], chance))


def _below(limit: Tensor | int, chance: Tensor) -> Tensor:
    """A whole number 0 … limit-1 for each chance in [0, 1)."""
    return (chance * limit).long().clamp_max(torch.as_tensor(limit) - 1)


def _two_of(limit: Tensor, chances: Iterator[Tensor]) -> tuple[Tensor, Tensor]:
    """Two different whole numbers below each limit; twice 0 below 1."""
    first = _below(limit, next(chances))
    return first, (first + 1 + _below(limit - 1, next(chances))) % limit


def _first_frames(videos: Tensor) -> tuple[Tensor, Tensor]:
    names, inverse = videos.unique(return_inverse=True)
    firsts = torch.full((len(names),), len(videos)).scatter_reduce(
        0, inverse, torch.arange(len(videos)), "amin"
    )
    return names, firsts


def joint_loss(
    net: EnergyNet,
    maps: MapSet,
    quadruples: Quadruples,
    margin: float = MARGIN,
    beta: float = BETA,
) -> tuple[Tensor, Tensor]:
    """Energy loss and triplet loss, each [B], of the four branches with shared weights (Figure 3)."""
    q = quadruples
    frames = torch.cat((q.anchor, q.anchor, q.positive, q.negative))
    truths = maps.labels[torch.cat((q.anchor, q.positive, q.negative))]
    concepts = torch.cat((q.false_concept, truths))
    f = net.embed(maps.V_L[frames, concepts], maps.V_c[concepts])
    f_false, f_true, f_plus, f_minus = f.chunk(4)
    E_false, E_true = net.W_f(f_false).squeeze(-1), net.W_f(f_true).squeeze(-1)
    return (
        energy_loss(E_true, E_false, margin),
        triplet_loss(f_true, f_plus, f_minus, beta),
    )


def hardest(net: EnergyNet, maps: MapSet, pool: Quadruples, top_k: int, extra: int) -> Quadruples:
    """The K candidates with the highest joint loss, and a few of the others as they come (§3.4.2)."""
    with torch.no_grad():
        loss = sum(joint_loss(net, maps, pool))
    order = torch.argsort(torch.as_tensor(loss), descending=True, stable=True)
    rest = order[top_k:].sort().values  # the pool is random already, so its first are a random few
    return pool.take(torch.cat((order[:top_k], rest[:extra])))


@dataclass
class Pool:
    """How many candidates are drawn a step: small at first so that the top K are semi-hard.

    It doubles, up to `most`, whenever the mean loss over all candidates falls below `threshold`.
    """

    size: int
    most: int
    threshold: float
    smoothing: float = 0.95
    loss: float | None = None

    def see(self, loss: float) -> None:
        """Takes note of a step's mean loss; grows when its running mean is low."""
        kept = self.smoothing if self.loss is not None else 0.0
        self.loss = kept * (self.loss or 0.0) + (1 - kept) * loss
        if self.loss < self.threshold and self.size < self.most:
            self.size = min(2 * self.size, self.most)
            self.loss = None
