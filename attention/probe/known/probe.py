"""What a probe is: a row from which its help, its table and its columns follow."""

from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import fmean
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:  # --help reads rows, and does without torch
    from attention.analysis import Analysis
    from attention.media.clip import Picture
    from attention.model.folder import Model
    from attention.probe.held import Held
    from attention.probe.subject import Floats, Subject

Tick = Callable[[int, int | None], None]  # (steps done, steps or None)
Better = Literal["lower", "higher", ""]
SAYS_IT = (
    "says it"  # over clips, of a measure that is a verdict: whether it is the concept asked about
)


@dataclass(frozen=True)
class Case:
    """A clip that is asked about, through one CNN of a model.

    held: its frames · analysis: of these frames · subject: the concept in all of them · few: in some, evenly
    apart, for what looks at every frame a hundred times · device: where CNNs look.
    """

    held: "Held"
    model: "Model"
    analysis: "Analysis"
    subject: "Subject"
    few: "Subject"
    device: str = "auto"


@dataclass(frozen=True)
class InFrame:
    """One frame's map as it is and as something made it.

    rgb: uint8 [side,side,3], the square the CNN saw · true, L: float [h,w] · rank, structure: Spearman's
    correlation and SSIM of the two.
    """

    rgb: "Picture"
    true: "Floats"
    L: "Floats"
    rank: float
    structure: float


@dataclass(frozen=True)
class Measure:
    """One number of an answer.

    value: NaN where it is undefined · random: the same number of random orders or windows · better: which
    side of them speaks for the map · curve: what an area is of, from 0 to 1 · said: a verdict, as a concept ·
    in_frame: what the number is of, to be looked at in one frame.
    """

    name: str
    value: float
    random: tuple[float, ...] = ()
    better: Better = ""
    curve: tuple[float, ...] = ()
    said: str = ""
    in_frame: InFrame | None = field(default=None, compare=False)

    @property
    def beaten(self) -> int:
        """How many of the random ones it is better than."""
        return sum(self._is_better_than(other) for other in self.random)

    @property
    def is_ahead(self) -> bool:
        """Whether it is better than the mean of the random ones."""
        return bool(self.random) and self._is_better_than(fmean(self.random))

    def _is_better_than(self, other: float) -> bool:
        sign = -1 if self.better == "lower" else 1
        return sign * self.value > sign * other


@dataclass(frozen=True)
class Probe:
    """A question to a clip.

    order: its place in every list, from low to high · ask(case, tick) → numbers; InputError where the clip
    has no answer · each_cnn: it is asked of every CNN of the model, else of the clip once ·
    few: it looks at some of the frames · hint: one sentence · plain: its name in everyday words, for the
    page, which offers it then.
    """

    name: str
    order: int
    ask: Callable[[Case, Tick], list[Measure]]
    hint: str
    each_cnn: bool = True
    few: bool = True
    plain: str = ""
