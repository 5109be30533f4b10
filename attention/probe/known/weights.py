"""Is it the network's map? Weights are drawn anew, layer by layer."""

from attention.probe.known.probe import Case, InFrame, Measure, Probe, Tick


def _ask(case: Case, tick: Tick) -> list[Measure]:
    from attention.probe.trust.randomised import grad_cam, randomised
    from attention.probe.trust.ranks import spearman, ssim

    subject = case.few
    steps = randomised(subject, tick=tick)
    best = int(subject.seen.energies[:, subject.concept].argmax())
    one = slice(best, best + 1)
    true = grad_cam(subject.backbone, subject.x[one], subject.concept)
    seen = [
        InFrame(
            subject.rgb[best],
            true[0],
            step.maps[best],
            float(spearman(true, step.maps[one])[0]),
            float(ssim(true, step.maps[one])[0]),
        )
        for step in steps
    ]
    ranks = [Measure(f"rank correlation, from {step.layer}", step.rank) for step in steps]
    return ranks + [
        Measure(f"SSIM, from {step.layer}", step.structure, in_frame=in_frame)
        for step, in_frame in zip(steps, seen, strict=True)
    ]


PROBES = (
    Probe(
        "weights", 50, _ask,
        "Layers get random weights, from the last one back: a map that stays alike shows the picture, not "
        "what was learned.",
        plain="Does the map change when the network forgets?",
    ),
)  # fmt: skip
