"""Deletion and insertion: in space by the map, in time by the energy."""

from typing import TYPE_CHECKING

from attention.probe.known.probe import Case, Measure, Probe, Tick

if TYPE_CHECKING:
    from attention.probe.trust.curves import Curves


def _measures(curves: "Curves") -> list[Measure]:
    from attention.probe.trust.curves import area

    found = (
        ("deletion area", curves.deletion, curves.random_deletion, "lower"),
        ("insertion area", curves.insertion, curves.random_insertion, "higher"),
    )
    return [
        Measure(name, area(curve), tuple(map(area, random)), better, tuple(curve.tolist()))  # type: ignore[arg-type]
        for name, curve, random, better in found
    ]


def _in_space(case: Case, tick: Tick) -> list[Measure]:
    from attention.probe.trust.curves import in_space

    return _measures(in_space(case.few, tick=tick))


def _in_time(case: Case, _: Tick) -> list[Measure]:
    from attention.probe.trust.curves import in_time

    subject = case.subject
    chances = subject.seen.scores.softmax(1)[:, subject.concept]
    energies = subject.seen.energies[:, subject.concept]
    return _measures(in_time(chances.numpy(), energies.numpy()))


PROBES = (
    Probe(
        "deletion", 20, _in_space,
        "Cells are hidden, or shown, in the order of the map: does the probability of the concept follow "
        "faster than in ten random orders?",
        plain="Take away what it looks at",
    ),
    Probe(
        "time", 30, _in_time,
        "Frames are dropped, or added, in the order of their energy: does the probability follow faster than "
        "in ten random orders?", few=False, plain="Drop the frames it counts on",
    ),
)  # fmt: skip
