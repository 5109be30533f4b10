"""How the report's numbers were measured, in words."""

from typing import Any

import pandas as pd

from attention.disk.home import ASSETS
from training.report.numbers import markdown, table

SPREAD = "Mean ± standard deviation over seeds, each seed the mean of its folds."
SIMULATED = ASSETS / "results" / "verdicts.csv"


def measured_how(draws: int) -> list[str]:
    """Paragraphs: what ± and intervals are, when a winner is named, how that was tried, whose numbers."""
    return [
        "All numbers are percentages, differences are points. `a ± b` is the mean and the standard "
        "deviation over seeds; where there are several folds, each seed's number is their mean.",
        "Clips of one recording stay on one side of every split where recordings are named. Shares of the "
        "labels are whole recordings, so that with several clips a recording a class can have a few clips "
        "more or fewer than its share.",
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
    rows = pd.read_csv(SIMULATED)
    wide = rows.pivot(index=["clips", "each"], columns=["measure", "seeds"], values="declared")
    columns: Any = wide.columns  # (measure, seeds)
    header = ["clips", "clips a recording"]
    header += [f"{measure}, {n} seed{'s' * (n != 1)}" for measure, n in columns]
    lines = [
        [f"{clips:g}", f"{each:g}", *(f"{share:.1f}" for share in shares)]
        for clips, each, *shares in wide.reset_index().itertuples(index=False)
    ]
    return [
        f"In how many of {rows['trials'].max()} simulated sweeps a winner is named between two methods "
        "that do not differ, in % (`python -m tests.bench verdicts`; 0.0 where too few recordings "
        "differ for p to fall below 0.05):",
        markdown(table(header, lines)),
    ]
