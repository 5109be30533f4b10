"""`python -m training evaluate`: evaluates a model's methods on labelled clips."""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from attention.disk.whole import whole_file
from attention.errors import InputError
from attention.methods.registry import listed, methods_for
from attention.model.folder import Model, load_model
from training.cache.maps import clip_maps
from training.commands.common import fold_named
from training.data.records import LabelledClip
from training.data.sources import open_source
from training.judge.methods import Fitted
from training.judge.metrics import ClipScores, Metrics, clip_rows, metrics
from training.judge.verdicts import judge, judge_tuned, side_of
from training.progress import Bars
from training.settings import DATA


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of `evaluate`, and the methods it judges by."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = f"methods:\n{listed('everywhere', 'evaluate')}"
    parser.add_argument("model", metavar="MODEL", help="a model's name or folder")
    parser.add_argument("source", metavar="SOURCE", help="a data set with labelled clips")
    parser.add_argument("--fold", help="fold of the clips (default: the first)")
    parser.add_argument("--part", choices=("train", "dev", "test"), default="test")
    parser.add_argument(
        "--every", type=int, help="use one frame in this many (default: as in training)"
    )
    parser.add_argument("--out", type=Path, help="write every clip's scores to this CSV file")


def run(arguments: argparse.Namespace) -> int:
    """Prints accuracy, top-3, mAP and the confusion table of each method. Raises InputError."""
    model = load_model(arguments.model)
    source = open_source(arguments.source)
    if tuple(source.concepts) != tuple(model.concepts):
        raise InputError(
            f"{source.name} has the classes {', '.join(source.concepts)}, the model "
            f"{', '.join(model.concepts[:8])}; evaluate it on clips of its own classes."
        )
    if arguments.every is not None and arguments.every < 1:
        raise InputError(f"--every {arguments.every} is not possible; give 1 or more.")
    clips = getattr(fold_named(source, arguments.fold), arguments.part)
    if not clips:
        raise InputError(f"{source.name} has no {arguments.part} clips; choose another --part.")
    with Bars("clip") as bars:
        read, judged = judged_clips(model, clips, arguments.every, bars)
    truth = np.array([clip.label for clip in read])
    names = [clip.name for clip in read]
    for scores in judged:
        print(text_of(scores.method, metrics(scores, truth), source.concepts))
    if arguments.out:
        rows = pd.concat([clip_rows(s, names, truth, source.concepts) for s in judged])
        with whole_file(arguments.out) as partial:
            rows.to_csv(partial, index=False)
    return 0


def judged_clips(
    model: Model, clips: Sequence[LabelledClip], every: int | None = None, bars: Bars | None = None
) -> tuple[list[LabelledClip], list[ClipScores]]:
    """The readable clips, and every method's scores for them.

    The frames are processed as in `python -m attention`. every: one frame in so many; None: as in the
    model's training. A sweep computes the same from cached views in half precision.
    """
    every = every or int(model.card.settings.get("every", DATA.frame_step))
    cnns = [model.web] if model.tuned is None else [model.web, model.tuned]
    show = (lambda done, of: bars.show("clips", done, of)) if bars else None
    seen = clip_maps(cnns, [clip.path for clip in clips], every, show)
    read = sorted(set(seen[0].owners.tolist()))
    web, *tuned = (maps.of(read) for maps in seen)
    rows, concepts = methods_for("everywhere", "evaluate"), model.concepts
    V_c = None if model.V_c is None else torch.from_numpy(model.V_c)
    fitted = Fitted(model.web, model.tuned, model.energynet, V_c, model.learned)
    judged = judge(rows, side_of("web", web), web.owners, concepts, fitted.learned)
    for maps in tuned:
        judged += judge_tuned(rows, fitted, maps, concepts)
    return [clips[number] for number in read], judged


def text_of(method: str, found: Metrics, concepts: tuple[str, ...]) -> str:
    """A method's metrics as text."""
    table = pd.DataFrame(found.confusion, index=list(concepts), columns=list(concepts))
    lines = [
        f"{method}: accuracy {found.accuracy:.1f} %, top-3 {found.top3:.1f} %, mAP {found.mAP:.1f} %"
    ]
    if len(concepts) <= 12:
        lines.append("  truth (rows) against what was said:")
        lines += [f"  {line}" for line in table.to_string().splitlines()]
    return "\n".join(lines)
