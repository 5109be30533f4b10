"""What the methods say of the clip under each shift, at its three levels."""

from attention.probe.known.probe import Case, Measure, Probe, Tick


def _ask(case: Case, tick: Tick) -> list[Measure]:
    from attention.probe.shift.registry import shifted, shifts

    asked = [(row, level) for row in shifts() for level in row.levels]
    found = _said(case, "no shift", case.held.rgb)
    for number, (row, level) in enumerate(asked):
        rgb = shifted(case.held.rgb, {row.name: level}, case.held.frames.indices)
        found += _said(case, f"{row.name} {level}", rgb)
        tick(number + 1, len(asked))
    return found


def _said(case: Case, shift: str, rgb) -> list[Measure]:  # type: ignore[no-untyped-def]
    """Each method's verdict, and its score of the concept asked about."""
    names, concept = list(case.analysis.concepts), case.model.concepts[case.subject.concept]
    analysis = case.held.changed(rgb).analysis(
        case.model, concepts=names, window=case.analysis.window, device=case.device
    )
    return [
        Measure(
            f"{shift}, {verdict.method}",
            float(verdict.scores[names.index(concept)]),
            said=names[verdict.prediction],
        )
        for verdict in analysis.verdicts
    ]


PROBES = (
    Probe(
        "shifts", 70, _ask,
        "Darker, blurred, smaller, noisier …: what each method says at three levels of every shift.",
        each_cnn=False, few=False,
    ),
)  # fmt: skip
