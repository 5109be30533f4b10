"""How the report's numbers were measured, in words."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from training.report.numbers import markdown, table

SPREAD = "Mean ± standard deviation over seeds, each seed the mean of its folds."
SIMULATED = Path(__file__).resolve().parents[2] / "assets" / "results" / "verdicts.csv"


def measured_how(draws: int) -> list[str]:
    """Paragraphs: what ± and intervals are, when a winner is named, how that was tried, whose numbers."""
    return [
        "All numbers are percentages, differences are points. `a ± b` is the mean and the standard "
        "deviation over seeds; where there are several folds, each seed's number is their mean.",
        f"`[a, b]` is a 95 % interval from a paired bootstrap of {draws} draws. Recordings are drawn, all "
        "clips of one together, within the folds that judge them, the same for both methods and all "
        "seeds; seeds are drawn too, the same for both methods and all folds. mAP is computed anew in "
        "each draw, and the drawn differences are moved so that their mean is the one measured. The "
        "interval is widened for how few recordings and seeds there are (Student's t, Satterthwaite's "
        "degrees of freedom). Clips of unknown recordings count as a recording each. With one seed, "
        "how training happened to go is in no interval.",
        "`p` is that of a paired randomisation test over recordings: were two methods alike, what they "
        "said of a recording could be swapped. Accuracy swaps right and wrong, averaged over seeds; mAP "
        "swaps ranks within each method, fold, seed and concept, as methods score on unlike scales. All "
        f"swaps are counted when at most 12 recordings differ; else {draws - 1} random ones are, and "
        "p is (b + 1)/(m + 1) for b as large among m. Two methods are told apart, and an order *holds* "
        "or does not, where p is below 0.05 and the interval, as printed, lies on one side of zero. In "
        "the first table p is corrected for the number of comparisons there (Holm); further down it is "
        "not.",
        "Where a set is too small, the clips needed are those that find a difference of 10 points of "
        "accuracy with a power of 80 % at the two-sided level of 5 %, from the share of clips that only "
        "one of the two methods gets right and how alike clips of one recording are.",
        *_simulated(),
        "*Attention* is UnAtt or EnergyNet. Its baselines are the vote of the CNN's frames, with which "
        "the paper compares, the mean score of all frames (CNN mean), and, with labels, a linear SVM and "
        "a fresh logistic head on the video features of the CNN trained on Web images. Without labels "
        "the CNN is the one trained on Web images, else finetune+CNN, fine-tuned on the same labelled "
        "clips.",
        "The paper's numbers are from TVHI (mAP; stills HII) and UCF101 (accuracy; stills BU101), "
        "with ResNet101 or VGG16. Ours are other clips, seen by another network. So the order of "
        "methods can be compared, the height cannot. – means: not measured, or not in the paper.",
    ]


def _simulated() -> list[str]:
    """How often two equal methods were told apart, from the table of `python -m tests.bench verdicts`."""
    if not SIMULATED.exists():
        return []
    rows = pd.read_csv(SIMULATED, dtype=str)
    wide = rows.pivot(index=["clips", "each"], columns=["measure", "seeds"], values="declared")
    order = sorted(wide.index, key=lambda key: tuple(map(int, key)))
    header = ["clips", "clips a recording"]
    header += [f"{m}, {s} seed{'s' * (s != '1')}" for m, s in wide.columns]
    lines = [[*key, *(f"{float(share):.1f}" for share in wide.loc[key])] for key in order]
    return [
        f"How often two methods that do not differ are told apart, in {rows['trials'][0]} simulated "
        "sweeps (%; `python -m tests.bench verdicts`):",
        markdown(table(header, lines)),
    ]
