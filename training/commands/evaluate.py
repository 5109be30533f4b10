"""`python -m training evaluate`: a model's methods on labelled clips."""

import argparse
from pathlib import Path

import pandas as pd
import torch

from attention.errors import InputError
from attention.model import Model, load_model
from attention.whole import whole_file
from training.commands.common import CACHE, fold_named
from training.evaluate import ClipScores, Metrics, clip_rows, metrics
from training.mapcache import frame_maps
from training.methods import Fitted, judge_tuned, judge_web
from training.progress import Bars
from training.settings import DATA
from training.sources import open_source
from training.trunkcache import Views, views_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of `evaluate`."""
    parser.add_argument("model", metavar="MODEL", help="a model's name or folder")
    parser.add_argument("source", metavar="SOURCE", help="a data set with labelled clips")
    parser.add_argument("--fold", help="of the clips, default the first")
    parser.add_argument("--part", choices=("train", "dev", "test"), default="test")
    parser.add_argument("--every", type=int, default=DATA.frame_step)
    parser.add_argument("--cache", type=Path, default=CACHE)
    parser.add_argument("--out", type=Path, help="a CSV with every clip's scores")


def run(arguments: argparse.Namespace) -> int:
    """Prints accuracy, top-3, mAP, per class and confusion. Raises InputError."""
    model = load_model(arguments.model)
    source = open_source(arguments.source)
    if tuple(source.concepts) != tuple(model.concepts):
        raise InputError(
            f"{source.name} has the classes {', '.join(source.concepts)}, the model "
            f"{', '.join(model.concepts[:8])}; evaluate it on clips of its own classes."
        )
    clips = getattr(fold_named(source, arguments.fold), arguments.part)
    if not clips:
        raise InputError(f"{source.name} has no {arguments.part} clips; choose another --part.")
    with Bars("clip") as bars:
        views = views_of(
            [clip.path for clip in clips], model.web, arguments.cache, arguments.every,
            lambda done, of: bars.show("clips", done, of),
        )  # fmt: skip
    read = sorted(set(views.owners.tolist()))
    views = views.of(read)
    truth = torch.tensor([clips[number].label for number in read]).numpy()
    names = [clips[number].path.name for number in read]
    judged = _judged(model, views, len(read))
    for scores in judged:
        print(text_of(scores.method, metrics(scores, truth), source.concepts))
    if arguments.out:
        rows = pd.concat([clip_rows(s, names, truth, source.concepts) for s in judged])
        with whole_file(arguments.out) as partial:
            rows.to_csv(partial, index=False)
    return 0


def _judged(model: Model, views: Views, count: int) -> list[ClipScores]:

    judged = judge_web(frame_maps(model.web, views), count)
    if model.tuned is not None and model.energynet is not None and model.V_c is not None:
        fitted = Fitted(model.web, model.tuned, model.energynet, torch.from_numpy(model.V_c))
        judged += judge_tuned(fitted, views, count)
    return judged


def text_of(method: str, found: Metrics, concepts: tuple[str, ...]) -> str:
    """A method's metrics as lines of text."""
    table = pd.DataFrame(found.confusion, index=list(concepts), columns=list(concepts))
    lines = [
        f"{method}: accuracy {found.accuracy:.1f} %, top-3 {found.top3:.1f} %, mAP {found.mAP:.1f} %"
    ]
    if len(concepts) <= 12:
        lines.append("  truth (rows) against what was said:")
        lines += [f"  {line}" for line in table.to_string().splitlines()]
    return "\n".join(lines)
