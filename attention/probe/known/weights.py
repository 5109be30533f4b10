"""Is it the network's map? Weights are drawn anew, layer by layer."""

from attention.probe.known.probe import Case, Measure, Probe, Tick


def _ask(case: Case, tick: Tick) -> list[Measure]:
    from attention.probe.trust.randomised import randomised

    steps = randomised(case.few, tick=tick)
    return [
        Measure(f"{what}, from {step.layer}", value)
        for what in ("rank correlation", "SSIM")
        for step in steps
        for value in [step.rank if what == "rank correlation" else step.structure]
    ]


PROBES = (
    Probe(
        "weights", 50, _ask,
        "Layers get random weights, from the last one back: a map that stays alike shows the picture, not "
        "what was learned.",
        plain="Does the map change when the network forgets?",
    ),
)  # fmt: skip
