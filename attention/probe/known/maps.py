"""Other map methods, and Grad-CAM at earlier layers, with what UnAtt would say of their energies."""

from attention.probe.known.probe import Case, Measure, Probe, Tick

MOST = 4  # concepts compared: each is a backward pass of every frame
SMALLEST, LARGEST = 7, 28  # cells a side of the layers asked


def _ask(case: Case, tick: Tick) -> list[Measure]:
    import torch

    from attention.energy import window_energy
    from attention.probe.maps.layers import layers_of
    from attention.probe.maps.mapped import maps_by
    from attention.probe.maps.registry import DEFAULT, map_methods

    subject = case.few
    energies = subject.seen.energies.mean(0)
    compared = [case.model.concepts.index(name) for name in case.analysis.concepts]
    compared.sort(key=lambda c: -float(energies[c]))
    concepts = list(dict.fromkeys([subject.concept, *compared]))[:MOST]
    sizes = {size: name for name, size in layers_of(subject.backbone).items()}
    inner = [
        name for (h, w), name in sizes.items() if min(h, w) >= SMALLEST and max(h, w) <= LARGEST
    ]
    asked = [(row.name, None) for row in map_methods()] + [(DEFAULT, name) for name in inner[:-1]]
    found = []
    for number, (method, layer) in enumerate(asked):
        L = torch.from_numpy(maps_by(subject.backbone, subject.x, concepts, method, layer))
        energies = window_energy(L, subject.window).mean(0)
        said = case.model.concepts[concepts[int(energies.argmax())]]
        name = f"energy, {method}" + (f" at {layer}, {L.shape[2]}×{L.shape[3]}" if layer else "")
        found.append(Measure(name, float(energies[0]), said=said))
        tick(number + 1, len(asked))
    return found


PROBES = (
    Probe(
        "maps", 60, _ask,
        "Other map methods, and Grad-CAM at earlier layers: the energy each gives, and what UnAtt would say, "
        "among the four concepts with most energy.",
        plain="Other ways to draw the map",
    ),
)  # fmt: skip
