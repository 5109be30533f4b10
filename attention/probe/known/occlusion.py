"""Does the map agree with hiding each cell?"""

from attention.probe.known.probe import Case, Measure, Probe, Tick


def _ask(case: Case, tick: Tick) -> list[Measure]:
    from attention.probe.trust.occlusion import agreement
    from attention.probe.trust.ranks import mean_known

    return [Measure("rank correlation", mean_known(agreement(case.few, tick=tick)))]


PROBES = (
    Probe(
        "occlusion", 40, _ask,
        "One cell after the other is hidden: do the cells that cost the score most stand high in the map?",
        plain="Compare with covering each place",
    ),
)  # fmt: skip
