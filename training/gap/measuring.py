"""The gap of a set through a model: pictures, numbers and planes of every space."""

from collections.abc import Callable, Iterator, Sequence
from itertools import product

import numpy as np

from attention.errors import InputError
from attention.model.folder import Model
from attention.networks.cnn import Backbone
from training.data.records import Source
from training.gap.discrepancy import discrepancy
from training.gap.domain import LEAST as WITH_NUMBERS
from training.gap.domain import groups_of, told_apart
from training.gap.plane import PROJECTIONS, laid_out
from training.gap.record import Gap, Network, Number, Plane, Shot, Strongest
from training.gap.sample import LEAST, Note, Picked, sample_of
from training.gap.sheet import COLUMNS, SIDE, Sheet
from training.gap.spaces import Looked, looked_at
from training.gap.vectors import SPACES, Flags, Groups, Space, Vectors

DIGITS = 3  # of places: no screen shows more
WEIGHT = 10  # pictures looked at in the time that a space takes to be measured, about
OnProgress = Callable[[int, int], None]


def gap_of(
    source: Source,
    model: Model,
    fold: str | None = None,
    seed: int = 0,
    on_progress: OnProgress | None = None,
    seconds: float | None = None,
) -> tuple[Gap, bytes]:
    """Measures it; also returns the sheet of small pictures, a JPEG.

    Any model will do, whatever its concepts: features and energies are its own, classes the set's.
    seconds: the longest that reading and looking may take.
    InputError for a set without stills or clips, or with too few that can be read.
    """
    sample = sample_of(source, fold, seed=seed)
    both: dict[Network, Backbone | None] = {"web": model.web, "tuned": model.tuned}
    cnns = {network: cnn for network, cnn in both.items() if cnn is not None}
    networks = tuple(cnns)
    total = len(sample.picked) + len(networks) * len(SPACES) * WEIGHT

    def tick(done: int, _: int = 0) -> None:
        if on_progress:
            on_progress(done, total)

    sheet = Sheet()
    looked = looked_at(sample.picked, tuple(cnns.values()), sheet.add, tick, seconds)
    is_frame, groups = _sides(looked.picked)
    if min(is_frame.sum(), (~is_frame).sum()) < LEAST:
        raise InputError(
            f"{source.name} has too few pictures that can be read ({looked.skipped[0]}); mend or add some."
        )
    sides = groups_of(is_frame, groups)
    numbers: list[Number] = []
    planes: list[Plane] = []
    for number, (network, space) in enumerate(product(networks, SPACES), 1):
        vectors = looked.vectors[networks.index(network)][space]
        if min(sides) >= WITH_NUMBERS:
            numbers.append(_number(network, space, vectors, is_frame, groups, seed))
        planes += _planes(network, space, vectors, seed)
        tick(len(sample.picked) + number * WEIGHT)
    gap = Gap(
        source=source.name,
        model=model.name,
        concepts=source.concepts,
        shots=_shots(looked, model.concepts),
        networks=networks,
        planes=tuple(planes),
        numbers=tuple(numbers),
        notes=(*sample.notes, *_notes(model, sides, looked.skipped)),
        columns=COLUMNS,
        side=SIDE,
        seed=seed,
    )
    return gap, sheet.jpeg()


def _sides(picked: Sequence[Picked]) -> tuple[Flags, Groups]:
    """Which pictures are frames [n], and the number of each picture's recording [n]."""
    _, groups = np.unique([one.group for one in picked], return_inverse=True)
    return np.array([one.domain == "frame" for one in picked]), groups


def _notes(model: Model, sides: tuple[int, int], skipped: Sequence[str]) -> Iterator[Note]:
    if model.tuned is None:
        yield Note(key="no_tuned", values={"model": model.name})
    if min(sides) < WITH_NUMBERS:
        stills, clips = sides
        yield Note(key="too_few", values={"stills": stills, "clips": clips, "least": WITH_NUMBERS})
    for why in skipped:
        yield Note(key="skipped", values={"why": why})


def _shots(looked: Looked, concepts: Sequence[str]) -> tuple[Shot, ...]:
    energies = [vectors["energies"] for vectors in looked.vectors]
    return tuple(
        Shot(
            name=one.name,
            label=one.label,
            domain=one.domain,
            strongest=tuple(
                Strongest(
                    concept=concepts[own[row].argmax()], energy=round(float(own[row].max()), 4)
                )
                for own in energies
            ),
        )
        for row, one in enumerate(looked.picked)
    )


def _number(
    network: Network, space: Space, vectors: Vectors, is_frame: Flags, groups: Groups, seed: int
) -> Number:
    told = told_apart(vectors, is_frame, groups, seed)
    apart = discrepancy(vectors, is_frame, groups, seed=seed)
    return Number(
        network=network,
        space=space,
        dimensions=vectors.shape[1],
        accuracy=round(told.accuracy, 4),
        low=round(told.low, 4),
        high=round(told.high, 4),
        mmd=round(apart.value, 5),
        by_chance=round(apart.by_chance, 5),
        p=apart.p,
    )


def _planes(network: Network, space: Space, vectors: Vectors, seed: int) -> list[Plane]:
    if space == "scores":  # a control for the numbers alone
        return []
    laid = [(projection, laid_out(vectors, projection, seed)) for projection in PROJECTIONS]
    return [
        Plane(
            network=network,
            space=space,
            projection=projection,
            places=tuple((x, y) for x, y in np.round(found.places, DIGITS).tolist()),
            shares=tuple(round(share, 4) for share in found.shares),
        )
        for projection, found in laid
    ]
