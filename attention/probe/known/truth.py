"""Maps and energies against what is known of a drawn clip: where it happens, and when."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from attention.errors import InputError
from attention.probe.known.probe import Case, Measure, Probe, Tick

if TYPE_CHECKING:
    from attention.probe.trust.records import Record

RANDOM = 10
Array = Any  # numpy's, which --help does without


def _record(case: Case) -> "Record":
    """What is known of the clip; InputError where it is of another concept than was asked about."""
    from attention.probe.trust.records import record_of

    record = record_of(case.held.clip.path)
    asked = case.model.concepts[case.subject.concept]
    if record.concept != asked:
        raise InputError(
            f"In this clip {record.concept} happens, and the question is about {asked}; make "
            f"{record.concept} its truth."
        )
    return record


def _where(case: Case, tick: Tick) -> list[Measure]:
    import numpy as np

    from attention.probe.trust.truth import energy_inside, in_square, pointing

    record = _record(case)
    if case.held.moved:
        raise InputError(
            "The picture was moved, and where it happens with it; leave that shift out."
        )
    known = [record.box(int(number)) for number in case.held.frames.indices]
    frames = [place for place, box in enumerate(known) if box]
    if not frames:
        raise InputError(
            f"{record.concept} happens in none of these frames; take more with a smaller step."
        )
    boxes = [in_square(box, case.analysis.size) for box in known if box]
    L = case.subject.maps[frames]
    shuffled = list(_shuffled(L))
    found = [
        Measure(
            name, float(np.mean(of(L, boxes))),
            tuple(float(np.mean(of(maps, boxes))) for maps in shuffled), "higher",
        )
        for name, of in (("pointing game", pointing), ("energy inside", energy_inside))
    ]  # fmt: skip
    for name, maps in _other_maps(case, frames, tick):
        found.append(Measure(f"pointing game, {name}", float(pointing(maps, boxes).mean())))
    return found


def _shuffled(maps: Array) -> Iterator[Array]:
    """Maps [n,h,w] with the cells of each frame in ten random orders."""
    import numpy as np

    rng = np.random.default_rng(0)
    for _ in range(RANDOM):
        yield rng.permuted(maps.reshape(len(maps), -1), axis=1).reshape(maps.shape)


def _other_maps(case: Case, frames: list[int], tick: Tick) -> Iterator[tuple[str, Array]]:
    """Other maps [n,h,w] of some of the frames, each with its name; the middle of the picture last."""
    import numpy as np

    from attention.probe.maps.mapped import maps_by
    from attention.probe.maps.product import finer_layer, product_of_layers
    from attention.probe.maps.registry import DEFAULT, map_methods

    backbone, concept, x = case.subject.backbone, case.subject.concept, case.subject.x[frames]
    others = [row.name for row in map_methods() if row.name != DEFAULT]
    finer = finer_layer(backbone)
    steps = len(others) + (finer is not None)
    for number, name in enumerate(others):
        yield name, maps_by(backbone, x, [concept], name)[:, 0]
        tick(number + 1, steps)
    if finer is not None:
        maps = product_of_layers(backbone, x, concept, finer)
        yield "two layers multiplied", maps
        yield "two layers multiplied, mean of the clip", np.broadcast_to(maps.mean(0), maps.shape)
        tick(steps, steps)
    yield "the middle of the picture", np.ones((len(frames), 1, 1), np.float32)


def _when(case: Case, _: Tick) -> list[Measure]:
    import numpy as np

    from attention.probe.trust.truth import temporal_iou

    record, seen, concept = _record(case), case.subject.seen, case.subject.concept
    true = [record.happens(int(number)) for number in case.held.frames.indices]
    if len(true) < 2:
        raise InputError(
            "One frame says nothing of when it happens; take more with a smaller step."
        )
    energies = seen.energies[:, concept].numpy()
    rng = np.random.default_rng(0)
    random = tuple(temporal_iou(rng.permutation(energies), true) for _ in range(RANDOM))
    others = {
        "class score": seen.scores[:, concept].numpy(),
        "probability": seen.scores.softmax(1)[:, concept].numpy(),
        **_by_energynet(case),
    }
    return [
        Measure("temporal IoU", temporal_iou(energies, true), random, "higher"),
        *(
            Measure(f"temporal IoU, {name}", temporal_iou(values, true))
            for name, values in others.items()
        ),
        Measure("temporal IoU, all frames", float(np.mean(true))),
    ]


def _by_energynet(case: Case) -> dict[str, Array]:
    """EnergyNet's energy of the concept in each frame, where the CNN asked about is the one it reads."""
    if case.subject.backbone is not case.model.tuned:
        return {}
    column = case.analysis.concepts.index(case.model.concepts[case.subject.concept])
    read = (side.net_energies for side in case.analysis.sides)
    known = [E[:, column] for E in read if E is not None and len(E) == len(case.subject.rgb)]
    return {"EnergyNet": known[0]} if known else {}


PROBES = (
    Probe(
        "pointing", 14, _where,
        "On drawn clips, where the truth is known: does the brightest cell lie where it happens (pointing "
        "game), and how much of the map does (energy inside)?", few=False,
        plain="Does it point at the right place?",
    ),
    Probe(
        "interval", 16, _when,
        "On drawn clips, where the truth is known: are the frames with high energy those where it happens "
        "(temporal IoU)?", few=False, plain="Does it know when it happens?",
    ),
)  # fmt: skip
