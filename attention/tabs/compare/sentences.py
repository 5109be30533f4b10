"""What the page says of each probe and each of its numbers, in everyday words."""

from dataclasses import dataclass

from attention.catalogue.catalogue import has_words, key_of, say

AXES = {  # of each number of a probe: where its axis ends at least
    ("window", "score lost"): 0.0,
    ("window", "energy lost"): 0.0,
    ("deletion", "deletion area"): 0.0,
    ("deletion", "insertion area"): 0.0,
    ("time", "deletion area"): 0.0,
    ("time", "insertion area"): 0.0,
    ("pointing", "pointing game"): 1.0,
    ("pointing", "energy inside"): 0.0,
    ("interval", "temporal IoU"): 1.0,
    ("occlusion", "rank correlation"): 1.0,
}


@dataclass(frozen=True)
class Meaning:
    """sentence: what a number means · start, end: of its curve, what is there.

    random: what it is compared with · most: where its axis ends at least.
    """

    sentence: str
    start: str
    end: str
    random: str
    most: float


def meaning_of(probe: str, measure: str, concept: str) -> Meaning:
    """What a number of a probe means for a concept; one without words means its name."""

    def words(what: str, usual: str) -> str:
        key = key_of(f"probes.{probe}", measure, what)
        return say(key, concept=concept) if has_words(key) else usual

    random = f"probes.{probe}.random"
    return Meaning(
        words("sentence", measure),
        words("start", ""),
        words("end", ""),
        say(random if has_words(random) else "compare.answers.orders"),
        AXES.get((probe, measure), 0.0),
    )


def network_name(cnn: str) -> str:
    """Through which network a probe looked; empty: through all."""
    return say(f"compare.answers.{cnn}" if cnn in {"web", "tuned"} else "compare.answers.all")


def standard_name(probe: str) -> str:
    """What the field calls a probe."""
    key = f"probes.{probe}.standard"
    return say(key) if has_words(key) else probe


def beside(name: str) -> str:
    """What a number is compared with, where its name says too little."""
    key = key_of("compare.beside", name, "plain")
    return say(key) if has_words(key) else name
