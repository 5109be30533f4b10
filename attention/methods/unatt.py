"""UnAtt, unsupervised attention (§3.3): the concept with the highest mean window energy, Eqs. 2 and 3."""

from attention.methods.method import GREEN, SKY, Method, Seen
from attention.verdict import Verdict, energy_verdict


def _judge(name: str, seen: Seen) -> Verdict:
    where = f"in {seen.window}×{seen.window} windows"
    return energy_verdict(name, seen.side.name, seen.side.energies, seen.concepts, where)


METHODS = (
    Method(
        "UnAtt", 120, "web", "none", ("energies",), _judge, "attention",
        "Unsupervised attention: the concept with the highest mean window energy (Eqs. 2, 3).",
        SKY, "triangle-up", plain="attention",
    ),
    Method(
        "finetune+UnAtt", 320, "tuned", "some", ("energies",), _judge, "attention",
        "Eqs. 2 and 3 on the attention maps of the fine-tuned CNN.", GREEN, "triangle-up",
        plain="tuned attention",
    ),
)  # fmt: skip
