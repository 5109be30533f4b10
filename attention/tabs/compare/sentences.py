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
    "pointing": "pointing game; energy-based pointing game",
    "interval": "temporal IoU",
}
BESIDE = {  # what a number is compared with, where its name says too little
    "two layers multiplied": "LayerCAM at two layers, multiplied",
    "two layers multiplied, mean of the clip": "the same, mean of the clip's frames",
    "EnergyNet": "learned energy (EnergyNet)",
    "all frames": "taking every frame",
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
    ("pointing", "pointing game"): Meaning(
        "Frames of {concept} in which the brightest cell of the map lies where it truly happens, or within "
        "15 of 224 pixels of it: 1 is all of them, 0 none.",
        random="shuffled maps",
        most=1.0,
    ),
    ("pointing", "energy inside"): Meaning(
        "How much of all that the map has lies in the true box, which is small: a map can point well and "
        "still spread far.",
        random="shuffled maps",
    ),
    ("interval", "temporal IoU"): Meaning(
        "The frames with high energy and those where {concept} truly happens: frames that are both, of those "
        "that are either. 1: the same frames.",
        random="shuffled energies",
        most=1.0,
    ),
    ("occlusion", "rank correlation"): Meaning(
        "One place after the other is covered. 1: the places that cost {concept} most score are the "
        "brightest of the map; 0: the two have nothing in common; below 0: the dark places cost more.",
        most=1.0,
    ),
}
