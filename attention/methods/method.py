"""What a method is: a row from which cards, `evaluate`, sweeps, tables, curves and help follow."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from attention.verdict import Verdict

Floats = NDArray[np.float32]
Learned = Mapping[str, Floats]

Cnn = Literal["web", "tuned", "no image"]
Labels = Literal["none", "some", "all"]
Role = Literal["attention", "vote", "baseline", "control"]
Where = Literal["everywhere", "evaluate", "sweep"]
Marker = Literal["circle", "square", "triangle-up", "diamond", "x", "triangle-down", "star"]

# Okabe and Ito's colours, which colour-blind people tell apart, without yellow and black: each is
# seen on white and on dark. Cool for attention, warm for the CNN.
BLUE, GREEN, SKY = "#0072b2", "#009e73", "#56b4e9"
VERMILLION, ORANGE, PURPLE, GREY = "#d55e00", "#e69f00", "#cc79a7", "#8a8f98"


@dataclass(frozen=True)
class Side:
    """What one CNN of the model saw: "web" as trained on Web images, "tuned" fine-tuned on video.

    scores: float [N,C], class scores before softmax · energies: float [N,C], the largest s×s window sum ·
    windows: int [N,C,2], (row, col) of that window's upper left cell · maps: float [N,C,h,w] ≥ 0, raw
    (Eq. 1), or None when not kept · net_energies: float [N,C] of EnergyNet (Eq. 4), or None ·
    features: float [N,K] before the CNN's last layer, or None when no method of the model reads them.
    """

    name: str
    scores: Floats
    energies: Floats
    windows: NDArray[np.uint8]
    maps: Floats | None = None
    net_energies: Floats | None = None
    features: Floats | None = None


@dataclass(frozen=True)
class Seen:
    """One clip, as a method judges it.

    concepts: names of the C concepts compared · window: side s of the energies' windows · learned: what
    the method's `fit` has returned, [C,…] each.
    """

    side: Side
    concepts: Sequence[str]
    window: int
    learned: Learned


@dataclass(frozen=True)
class Examples:
    """What a method may learn from: the F frames of V training clips, and P Web stills.

    side: what the CNN saw of the frames · owners: int [F], the clip of each · labels: int [V] of the
    clips, None for methods that need none · stills: float [P,K], their features · still_labels: int [P] ·
    both None for methods that do not ask for stills.
    """

    side: Side
    owners: NDArray[np.int64]
    labels: NDArray[np.int64] | None = None
    stills: Floats | None = None
    still_labels: NDArray[np.int64] | None = None
    seed: int = 0


@dataclass(frozen=True)
class Method:
    """A way from a Side to a verdict.

    order: its place in every list, from low to high · cnn: the CNN whose Side it reads; "no image" is
    one that never saw Web images (Table 3) · labels: of how many training clips it needs the labels;
    "all": it is run with all of them only · reads: fields of Side it needs · judge(name, seen) → its
    verdict · role: what the reports compare it as · hint: one sentence for cards and help ·
    title: its name in prose, where that says more · plain: its name in everyday words, for the page ·
    colour, marker: its line in charts · where: in looks at single clips and all below, in `evaluate` and
    sweeps, or in sweeps only.

    fit: learns from examples and returns the arrays named in `learns`, each [C,…], a row per concept; None
    for a method that learns nothing · stills: fit wants Web stills too · alone: where a model holds nothing
    learned, fit learns from the clip itself, and this note says so; empty where it cannot.
    """

    name: str
    order: int
    cnn: Cnn
    labels: Labels
    reads: tuple[str, ...]
    judge: Callable[[str, Seen], Verdict]
    role: Role
    hint: str
    colour: str
    marker: Marker
    where: Where = "everywhere"
    title: str = ""
    fit: Callable[[Examples], dict[str, Floats]] | None = None
    learns: tuple[str, ...] = ()
    stills: bool = False
    alone: str = ""
    plain: str = ""

    @property
    def is_energy(self) -> bool:
        """Whether it decides by an energy of each frame and concept (Eqs. 2 to 5): Figure 6 shows these."""
        return self.reads in (("energies",), ("net_energies",))

    @property
    def is_of_scores(self) -> bool:
        """Whether it decides by the CNN's class scores alone."""
        return self.reads == ("scores",)

    def can_judge(self, side: Side, learned: Mapping[str, Learned]) -> bool:
        """Whether a side is that of its CNN and holds what it reads, and it has learned what it must.

        learned: by method.
        """
        knows = self.fit is None or self.name in learned or self.alone
        there = all(getattr(side, name) is not None for name in self.reads)
        return side.name == self.cnn and there and bool(knows)

    def is_alone(self, learned: Mapping[str, Learned]) -> bool:
        """Whether it must learn from the clip itself."""
        return self.fit is not None and self.name not in learned

    def verdict(
        self, side: Side, concepts: Sequence[str], window: int, learned: Mapping[str, Learned]
    ) -> Verdict:
        """What it says of a clip; learned: by method."""
        if self.fit is not None and self.is_alone(learned):
            own: Learned = self.fit(Examples(side, np.zeros(len(side.scores), np.int64)))
        else:
            own = learned.get(self.name, {})
        return self.judge(self.name, Seen(side, concepts, window, own))
