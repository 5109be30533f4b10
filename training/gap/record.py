"""The gap as it was measured: what travels to the page and lies on the disk."""

from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from attention.disk.whole import whole_folder
from attention.errors import InputError
from training.gap.plane import Projection
from training.gap.sample import Domain, Note
from training.gap.vectors import Space
from training.settings import Frozen

RECORD, SHEET = "gap.json", "pictures.jpg"
Network = Literal["web", "tuned"]
Place = tuple[float, float]


class Strongest(Frozen):
    """The concept with the highest energy in a picture (Eq. 3 for one frame), and that energy."""

    concept: str
    energy: float


class Shot(Frozen):
    """A picture: "Class/file", its class (a place in concepts), a still or a clip's frame.

    strongest: through each CNN, in the order of Gap.networks.
    """

    name: str
    label: int
    domain: Domain
    strongest: tuple[Strongest, ...]


class Plane(Frozen):
    """Where the pictures lie, in their order; shares: of the variance, for PCA alone."""

    network: Network
    space: Space
    projection: Projection
    places: tuple[Place, ...]
    shares: tuple[float, ...] = ()


class Number(Frozen):
    """The gap of a space: accuracy of a domain classifier in 0 … 1 with its 95 % interval, and MMD².

    dimensions: numbers per picture · by_chance: 95 % of shuffled samples have a smaller MMD² · p: of one as
    large by chance.
    """

    network: Network
    space: Space
    dimensions: int
    accuracy: float
    low: float
    high: float
    mmd: float
    by_chance: float
    p: float


class Gap(Frozen):
    """Stills and frames of a set through the CNNs of a model.

    columns, side: of the sheet of small pictures, square cells in the order of shots · networks: the
    Web CNN first · numbers: none where there are too few pictures; a note says so.
    """

    source: str
    model: str
    concepts: tuple[str, ...]
    shots: tuple[Shot, ...]
    networks: tuple[Network, ...]
    planes: tuple[Plane, ...]
    numbers: tuple[Number, ...]
    notes: tuple[Note, ...]
    columns: int
    side: int
    seed: int

    def plane(self, network: Network, space: Space, projection: Projection) -> Plane:
        """One of its planes. Raises InputError for one that it does not have."""
        for plane in self.planes:
            if (plane.network, plane.space, plane.projection) == (network, space, projection):
                return plane
        raise InputError(
            f"The model {self.model} has no {network} CNN, so there is no such picture; choose another CNN."
        )

    def number(self, network: Network, space: Space) -> Number | None:
        """The numbers of a space, where there are enough pictures for them."""
        found = (n for n in self.numbers if (n.network, n.space) == (network, space))
        return next(found, None)


def write_gap(folder: Path, gap: Gap, sheet: bytes) -> None:
    """Writes gap.json and pictures.jpg, both or none."""
    with whole_folder(folder) as partial:
        (partial / RECORD).write_text(gap.model_dump_json(), encoding="utf-8")
        (partial / SHEET).write_bytes(sheet)


def read_gap(folder: Path) -> tuple[Gap, bytes]:
    """What write_gap wrote: the record, and the sheet as JPEG. InputError when it cannot be read."""
    try:
        record = (folder / RECORD).read_text(encoding="utf-8")
        return Gap.model_validate_json(record), (folder / SHEET).read_bytes()
    except (OSError, ValidationError, ValueError):
        raise InputError(f"The gap in {folder.name} cannot be read; measure it again.") from None
