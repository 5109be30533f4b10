"""Online mining of hard negatives (§3.4.2, §3.4.4): keeps the hardest of random mini-batches.

Our reading of the two sections:
1. A mini-batch is drawn at random: anchors F, each with a false concept c_fa.
2. The K pairs (F, c_fa) with the highest energy loss (Eq. 6) are kept; F+ stays as drawn, no hard positive.
3. Each kept F keeps, of size/K random negatives F-, that with the highest triplet loss (Eq. 10).
4. A few random quadruples are added.
K is constant; the mini-batch grows once its mean energy loss is low. The paper does not give K, the
sizes, the threshold, the number of random quadruples, or which loss "the training loss" is.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from attention.energynet import EnergyNet
from attention.errors import InputError
from training.fit.losses import energy_loss, triplet_loss


@dataclass(frozen=True)
class MapSet:
    """The attention maps that EnergyNet learns from, scaled as its input.

    V_L: float [F,C,h·w], the map of every frame and concept · V_c: float [C,word_dim] · labels: int
    [F], each frame's true concept · videos: int [F], each frame's video.
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
        """The quadruples with the given indices."""
        return Quadruples(
            self.anchor[rows], self.false_concept[rows], self.positive[rows], self.negative[rows]
        )

    def joined(self, others: "Quadruples") -> "Quadruples":
        """These quadruples followed by the others."""
        return Quadruples(
            torch.cat((self.anchor, others.anchor)),
            torch.cat((self.false_concept, others.false_concept)),
            torch.cat((self.positive, others.positive)),
            torch.cat((self.negative, others.negative)),
        )


DRAWS = 6  # random numbers for F, c_fa and F+ of one quadruple


class Candidates:
    """Draws random quadruples: F, F+ and F- from three videos, F+ of F's class, F- of another.

    Classes are equally likely, and so are the videos of a class. When a class has one labelled video,
    as with 5 % of the labels, F+ comes from that video too; the paper does not cover this case. Raises
    InputError when there are fewer than two classes.
    """

    def __init__(self, maps: MapSet, generator: torch.Generator) -> None:
        self.generator = generator
        self.num_concepts = maps.V_L.shape[1]
        videos, first_frames = _first_frames(maps.videos)
        labels = maps.labels[first_frames]
        self.classes, self.class_of_frame = maps.labels.unique(return_inverse=True)
        self.frames = _Lists([(maps.videos == video).nonzero()[:, 0] for video in videos])
        self.videos = _Lists([(labels == label).nonzero()[:, 0] for label in self.classes])
        if len(self.classes) < 2:
            raise InputError(
                "EnergyNet needs clips of two classes at least; add clips of another class."
            )

    def draw(self, count: int) -> Quadruples:
        """Draws `count` quadruples."""
        chances = self._chances(DRAWS, count)
        one = _below(len(self.classes), next(chances))
        places = _two_of(self.videos.lengths[one], chances)
        video, positive = (self.videos.at(one, place) for place in places)
        false = self.classes[one] + 1 + _below(self.num_concepts - 1, next(chances))
        anchor = self.frames.pick(video, next(chances))
        return Quadruples(
            anchor=anchor,
            false_concept=false % self.num_concepts,
            positive=self.frames.pick(positive, next(chances)),
            negative=self.negatives(anchor, 1)[:, 0],
        )

    def negatives(self, anchors: Tensor, each: int) -> Tensor:
        """F- for anchor frames [B]: int [B,each], frames of other classes than the anchor's."""
        own = self.class_of_frame[anchors].repeat_interleave(each)
        chances = self._chances(3, len(own))
        classes = len(self.classes)
        other = (own + 1 + _below(classes - 1, next(chances))) % classes
        video = self.videos.pick(other, next(chances))
        return self.frames.pick(video, next(chances)).view(-1, each)

    def _chances(self, draws: int, count: int) -> Iterator[Tensor]:
        return iter(torch.rand(draws, count, generator=self.generator))


class _Lists:
    """Several lists of indices as one padded table: many draws are then one indexing operation."""

    def __init__(self, lists: list[Tensor]) -> None:
        self.lengths = torch.tensor([len(entries) for entries in lists])
        self.table = pad_sequence(lists, batch_first=True)

    def at(self, which: Tensor, place: Tensor) -> Tensor:
        return self.table[which, place]

    def pick(self, which: Tensor, chance: Tensor) -> Tensor:
        return self.at(which, _below(self.lengths[which], chance))


def _below(limit: Tensor | int, chance: Tensor) -> Tensor:
    """A whole number in 0 … limit-1 for each random number `chance` in [0, 1)."""
    return (chance * limit).long().clamp_max(torch.as_tensor(limit) - 1)


def _two_of(limit: Tensor, chances: Iterator[Tensor]) -> tuple[Tensor, Tensor]:
    """Two different whole numbers in 0 … limit-1 for each limit; 0 and 0 when the limit is 1."""
    first = _below(limit, next(chances))
    return first, (first + 1 + _below(limit - 1, next(chances))) % limit


def _first_frames(videos: Tensor) -> tuple[Tensor, Tensor]:
    names, inverse = videos.unique(return_inverse=True)
    firsts = torch.full((len(names),), len(videos)).scatter_reduce(
        0, inverse, torch.arange(len(videos)), "amin"
    )
    return names, firsts


def joint_loss(
    net: EnergyNet, maps: MapSet, quadruples: Quadruples, margin: float, beta: float
) -> tuple[Tensor, Tensor]:
    """Energy loss [B] and triplet loss [B] of the four branches with shared weights (Figure 3)."""
    q = quadruples
    frames = torch.cat((q.anchor, q.anchor, q.positive, q.negative))
    truths = maps.labels[torch.cat((q.anchor, q.positive, q.negative))]
    f = _embedded(net, maps, frames, torch.cat((q.false_concept, truths)))
    f_false, f_true, f_plus, f_minus = f.chunk(4)
    E_false, E_true = net.W_f(f_false).squeeze(-1), net.W_f(f_true).squeeze(-1)
    return (
        energy_loss(E_true, E_false, margin),
        triplet_loss(f_true, f_plus, f_minus, beta),
    )


def energy_losses(net: EnergyNet, maps: MapSet, quadruples: Quadruples, margin: float) -> Tensor:
    """Energy loss (Eq. 6) of each anchor F and its false concept: [B]."""
    q = quadruples
    concepts = torch.cat((maps.labels[q.anchor], q.false_concept))
    f = _embedded(net, maps, torch.cat((q.anchor, q.anchor)), concepts)
    E_true, E_false = net.W_f(f).squeeze(-1).chunk(2)
    return energy_loss(E_true, E_false, margin)


def with_hardest_negatives(
    net: EnergyNet, maps: MapSet, quadruples: Quadruples, offered: Tensor, beta: float
) -> Quadruples:
    """The quadruples, each with the offered F- of highest triplet loss (Eq. 10).

    offered: int [B,n], frames of other classes than the anchor's. F, c_fa and F+ stay; among equal
    losses the first offered wins.
    """
    q = quadruples
    f = [
        _embedded(net, maps, frames, maps.labels[frames])
        for frames in (q.anchor, q.positive, offered.flatten())
    ]
    f_true, f_plus = (branch[:, None] for branch in f[:2])
    losses = triplet_loss(f_true, f_plus, f[2].unflatten(0, offered.shape), beta)
    first = losses.argsort(dim=1, descending=True, stable=True)[:, :1]
    return Quadruples(q.anchor, q.false_concept, q.positive, offered.gather(1, first)[:, 0])


def _embedded(net: EnergyNet, maps: MapSet, frames: Tensor, concepts: Tensor) -> Tensor:
    return net.embed(maps.V_L[frames, concepts], maps.V_c[concepts])


@dataclass(frozen=True)
class Mined:
    """The quadruples of one step, and the mean energy loss of all pairs (F, c_fa) of its mini-batch."""

    quadruples: Quadruples
    loss: float


@dataclass(frozen=True)
class Miner:
    """Chooses the quadruples of a step: top_k (K, §3.4.2) hard ones and `extra` random ones."""

    candidates: Candidates
    top_k: int
    extra: int
    margin: float
    beta: float

    @torch.no_grad()
    def mine(self, net: EnergyNet, maps: MapSet, size: int) -> Mined:
        """The hardest quadruples of a mini-batch of `size`, followed by the random ones."""
        drawn = self.candidates.draw(size)
        losses = energy_losses(net, maps, drawn, self.margin)
        hard = drawn.take(losses.argsort(descending=True, stable=True)[: self.top_k])
        offered = self.candidates.negatives(hard.anchor, -(-size // self.top_k))
        hard = with_hardest_negatives(net, maps, hard, offered, self.beta)
        return Mined(hard.joined(self.candidates.draw(self.extra)), losses.mean().item())


@dataclass
class Pool:
    """The size of the mini-batches: small at first, so that the K hardest are semi-hard (§3.4.2).

    It doubles, up to `most`, when the running mean of the energy loss falls below `threshold`. The mean
    begins anew at `start`, the loss m of an untrained network: one low loss causes no doubling.
    """

    size: int
    most: int
    threshold: float
    start: float
    smoothing: float = 0.95

    def __post_init__(self) -> None:
        self.loss = self.start

    def see(self, loss: float) -> None:
        """Updates the running mean with a step's mean energy loss over its whole mini-batch."""
        self.loss = self.smoothing * self.loss + (1 - self.smoothing) * loss
        if self.loss < self.threshold and self.size < self.most:
            self.size = min(2 * self.size, self.most)
            self.loss = self.start
