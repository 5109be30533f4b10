"""EnergyNet (§3.4): the learned energy of map and concept, mean over the frames, Eqs. 4 and 5.

It learns from the tuned CNN's maps, so there is none beside the Web CNN.
"""

from attention.methods.method import BLUE, Method, Seen
from attention.verdict import Verdict, energy_verdict


def _judge(name: str, seen: Seen) -> Verdict:
    energies = seen.side.net_energies
    if energies is None:
        raise ValueError("EnergyNet has seen nothing of this clip")
    return energy_verdict(name, seen.side.name, energies, seen.concepts, "by EnergyNet")


METHODS = (
    Method(
        "finetune+EnergyNet", 330, "tuned", "some", ("net_energies",), _judge, "attention",
        "The learned energy of map and concept, mean over the frames (Eqs. 4, 5).", BLUE, "circle",
        plain="learned energy",
    ),
)  # fmt: skip
