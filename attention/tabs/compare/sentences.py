"""What the page says of each probe and each of its numbers, in everyday words."""

from dataclasses import dataclass

NETWORKS = {"web": "the Web CNN", "tuned": "the tuned CNN"}
STANDARD = {  # what the field calls it
    "window": "occlusion of the window of Eq. 2",
    "deletion": "deletion and insertion, AUC",
    "time": "deletion and insertion in time, AUC",
    "occlusion": "rank correlation with occlusion",
    "weights": "model parameter randomisation, MPRT",
    "maps": "Grad-CAM, HiResCAM, LayerCAM, Grad-CAM++",
}


@dataclass(frozen=True)
class Meaning:
    """sentence: what a number means, {concept} in it · start, end: of its curve, what is there.

    random: what it is compared with · most: where its axis ends at least.
    """

    sentence: str
    start: str = ""
    end: str = ""
    random: str = "orders"
    most: float = 0.0


MEANING = {
    ("window", "score lost"): Meaning(
        "What the score of {concept} loses when the place the network looks at is hidden: much, if that "
        "place counts.",
        random="windows",
    ),
    ("window", "energy lost"): Meaning(
        "What the energy of {concept} loses without that place: much, if no other place is like it.",
        random="windows",
    ),
    ("deletion", "deletion area"): Meaning(
        "The brightest cells of the map are hidden first: the probability of {concept} should fall at once, "
        "which leaves little area under the curve.",
        "nothing hidden",
        "all hidden",
    ),
    ("deletion", "insertion area"): Meaning(
        "All is hidden, and the brightest cells come back first: the probability of {concept} should rise at "
        "once, which leaves much area.",
        "all hidden",
        "nothing hidden",
    ),
    ("time", "deletion area"): Meaning(
        "The frames with most energy are dropped first: the probability of {concept} in those that are left "
        "should fall, which leaves little area under the curve.",
        "all frames",
        "one frame left",
    ),
    ("time", "insertion area"): Meaning(
        "The frames with most energy come first: the probability of {concept} in them should begin high, "
        "which leaves much area.",
        "one frame",
        "all frames",
    ),
    ("occlusion", "rank correlation"): Meaning(
        "One place after the other is covered. 1: the places that cost {concept} most score are the "
        "brightest of the map; 0: the two have nothing in common; below 0: the dark places cost more.",
        most=1.0,
    ),
}
