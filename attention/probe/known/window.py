"""Without the attended window."""

from attention.probe.known.probe import Case, Measure, Probe, Tick


def _ask(case: Case, tick: Tick) -> list[Measure]:
    from attention.probe.trust.removed import removed

    found = removed(case.few, tick=tick)
    return [
        Measure("score lost", found.score, tuple(found.random_score.tolist()), "higher"),
        Measure("energy lost", found.energy, tuple(found.random_energy.tolist()), "higher"),
    ]


PROBES = (
    Probe(
        "window", 10, _ask,
        "The window the energy comes from is hidden: does the concept lose more than without ten random "
        "windows of that size?",
        plain="Hide where it looks, beside ten random windows",
    ),
)  # fmt: skip
