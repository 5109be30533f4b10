"""The numbers the paper prints in §4, each under its table; percentages unless said."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Measure = Literal["accuracy", "mAP"]
NONE, FEW, ALL = 0.0, 0.2, 1.0  # shares of the training clips labelled: §4.3's two scenarios, §4.5
NETWORKS = ("ResNet101", "VGG16")
FILTERED, NOISY, BU101 = "HII-filtered", "HII-noisy", "BU101"

# Table 1: validation accuracy of the CNNs trained on Web images. stills → network → accuracy
TABLE_1: Mapping[str, Mapping[str, float]] = {
    FILTERED: {"ResNet101": 94.1, "VGG16": 89.4},
    NOISY: {"ResNet101": 95.2, "VGG16": 90.1},
    BU101: {"ResNet101": 88.3},
}

# Table 2: mAP on TVHI, supervised methods with all labels. stills → network → method → mAP
TABLE_2: Mapping[str, Mapping[str, Mapping[str, float]]] = {
    FILTERED: {
        "ResNet101": {
            "CNN": 89.7,
            "UnAtt": 94.3,
            "finetune+CNN": 92.6,
            "finetune+UnAtt": 94.7,
            "finetune+EnergyNet": 96.8,
        },
        "VGG16": {
            "CNN": 86.7,
            "UnAtt": 89.0,
            "finetune+CNN": 89.5,
            "finetune+UnAtt": 90.5,
            "finetune+EnergyNet": 91.7,
        },
    },
    NOISY: {
        "ResNet101": {
            "CNN": 91.6,
            "UnAtt": 96.0,
            "finetune+CNN": 92.9,
            "finetune+UnAtt": 96.3,
            "finetune+EnergyNet": 98.7,
        },
        "VGG16": {
            "CNN": 85.3,
            "UnAtt": 86.9,
            "finetune+CNN": 88.9,
            "finetune+UnAtt": 89.4,
            "finetune+EnergyNet": 90.7,
        },
    },
}

# Table 3: mAP on TVHI. Ours by method (the paper's with ResNet101, HII-noisy), then others' results.
TABLE_3: Mapping[str, float] = {"NoImage+CNN": 44.9, "UnAtt": 96.0, "finetune+EnergyNet": 98.7}
TABLE_3_OTHERS: Mapping[str, float] = {
    "Patron et al. [28]": 42.4,
    "Hoai et al. [15]": 71.1,
    "Wang et al. [41]": 78.2,
}

# Table 4: accuracy on UCF101 without labelled clips, mean of three splits. method → (top-1, top-3)
TABLE_4: Mapping[str, tuple[float, float]] = {"CNN": (62.5, 78.5), "UnAtt": (66.4, 82.4)}

# Table 5: accuracy on UCF101. (method, share of labels) → accuracy; others: name → (motion, accuracy)
TABLE_5: Mapping[tuple[str, float], float] = {
    ("UnAtt", NONE): 66.4,
    ("finetune+EnergyNet", FEW): 85.0,
    ("finetune+EnergyNet", ALL): 88.0,
}
TABLE_5_OTHERS: Mapping[str, tuple[bool, float]] = {
    "Spatial stream network [32]": (False, 73.0),
    "LRCN [8]": (False, 71.1),
    "Karpathy et al. [19]": (False, 65.4),
    "Webly-supervised [10]": (False, 69.3),
    "Ma et al. spatial [23]": (False, 83.5),
    "Two-stream network [32]": (True, 88.0),
    "IDT+FV [40]": (True, 87.9),
    "C3D [38]": (True, 82.3),
    "TDDs [42]": (True, 90.3),
    "TDDs+IDT-FV [42]": (True, 91.5),
    "Ma et al. spatial+IDT-FV [23]": (True, 91.1),
}

METHODS = {
    *(method for by_network in TABLE_2.values() for rows in by_network.values() for method in rows),
    *TABLE_3,
}

# Figure 5: what §4.5 says of it. Gain of EnergyNet over the baseline, by share of labels, and from
# it the baseline: 85.0 − 3.1 and 88.0 − 0.7, not printed in the paper.
FIGURE_5_GAIN: Mapping[float, float] = {FEW: 3.1, ALL: 0.7}
FIGURE_5_BASELINE: Mapping[float, float] = {FEW: 81.9, ALL: 87.3}


@dataclass(frozen=True)
class Curve:
    """One method with one share of the training clips labelled; 0 for what needs none."""

    method: str
    fraction: float


@dataclass(frozen=True)
class Claim:
    """An order the paper states: `better` above `worse`, and by how many points where it says so.

    accuracy: on UCF101 · mAP: on TVHI with ResNet101, stills → points · where: table or section.
    A negative number is the paper's own exception to the order.
    """

    better: Curve
    worse: Curve
    where: str
    accuracy: float | None = None
    mAP: Mapping[str, float] = field(default_factory=dict)

    def points(self, measure: Measure, stills: str) -> float | None:
        """The paper's difference, or None where it prints none."""
        return self.accuracy if measure == "accuracy" else self.mAP.get(stills)

    def order(self, measure: Measure, stills: str) -> int:
        """1 where the paper has `better` above `worse`, −1 where its own numbers say the reverse."""
        points = self.points(measure, stills)
        return 1 if points is None or points >= 0 else -1


def _table2_gain(better: str, worse: str) -> dict[str, float]:
    """Points between two rows of Table 2, ResNet101."""
    return {
        stills: round(by_network["ResNet101"][better] - by_network["ResNet101"][worse], 1)
        for stills, by_network in TABLE_2.items()
    }


def _in_table2(fraction: float) -> str:
    return "Table 2" if fraction == ALL else "Table 2, for all labels"


def _labelled(better: str, worse: str, fraction: float, where: str, gain: float | None) -> Claim:
    table2 = fraction == ALL and worse in TABLE_2[FILTERED]["ResNet101"]
    return Claim(
        Curve(better, fraction),
        Curve(worse, fraction),
        where,
        accuracy=gain,
        mAP=_table2_gain(better, worse) if table2 else {},
    )


def _unatt_without_labels(fraction: float) -> Claim:
    # 66.4 of Table 4 against the baseline of Figure 5: on UCF101 fine-tuning wins by far
    return Claim(
        Curve("UnAtt", NONE),
        Curve("finetune+CNN", fraction),
        f"{_in_table2(fraction)}; §4.5 has the reverse",
        accuracy=round(TABLE_4["UnAtt"][0] - FIGURE_5_BASELINE[fraction], 1),
        mAP=_table2_gain("UnAtt", "finetune+CNN") if fraction == ALL else {},
    )


def _web_images(fraction: float) -> Claim:
    gains = {
        stills: round(TABLE_2[stills]["ResNet101"]["finetune+CNN"] - TABLE_3["NoImage+CNN"], 1)
        for stills in TABLE_2
    }
    return Claim(
        Curve("finetune+CNN", fraction),
        Curve("NoImage+CNN", fraction),
        "Tables 2 and 3",
        mAP=gains if fraction == ALL else {},
    )


UNSUPERVISED = Claim(
    Curve("UnAtt", NONE),
    Curve("CNN", NONE),
    "Tables 2 and 4",
    accuracy=round(TABLE_4["UnAtt"][0] - TABLE_4["CNN"][0], 1),
    mAP=_table2_gain("UnAtt", "CNN"),
)


def energynet_gain(fraction: float) -> Claim:
    """EnergyNet above the fine-tuned CNN with this share of labels (Figure 5, Table 2)."""
    gain = FIGURE_5_GAIN.get(fraction)
    where = "Figure 5, Table 2" if fraction == ALL else "Figure 5"
    return _labelled("finetune+EnergyNet", "finetune+CNN", fraction, where, gain)


def claims() -> tuple[Claim, ...]:
    """Every order of §4.4 and §4.5, with few labels (20 %) and with all."""
    pairs: list[Claim] = [UNSUPERVISED]
    for f in (FEW, ALL):
        pairs += [
            _labelled("finetune+UnAtt", "finetune+CNN", f, _in_table2(f), None),
            energynet_gain(f),
            _labelled("finetune+EnergyNet", "finetune+UnAtt", f, _in_table2(f), None),
            _labelled("finetune+EnergyNet", "SVM", f, "Figure 5", None),
            _unatt_without_labels(f),
            _web_images(f),
        ]
    for fewer, more in ((0.1, FEW), (0.5, ALL)):  # "EnergyNet-10% outperforms CNN-20%", …
        pairs.append(Claim(Curve("finetune+EnergyNet", fewer), Curve("finetune+CNN", more), "§4.5"))
    return tuple(pairs)
