"""`python -m training shift`: accuracy of a model's methods against how far clips are shifted."""

import argparse
from pathlib import Path

from attention.disk.whole import whole_file
from attention.errors import InputError
from attention.model.folder import load_model
from training.commands.common import fold_named
from training.data.sources import open_source
from training.judge.shifting import accuracy_under_shifts
from training.progress import Bars
from training.settings import DATA


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of `shift`."""
    parser.add_argument("model", metavar="MODEL", help="a model's name or folder")
    parser.add_argument("source", metavar="SOURCE", help="a data set with labelled clips")
    parser.add_argument("out", metavar="OUT", type=Path, help="the CSV file to write")
    parser.add_argument("--fold", help="fold of the clips (default: the first)")
    parser.add_argument("--part", choices=("train", "dev", "test"), default="dev")


def run(arguments: argparse.Namespace) -> int:
    """Writes a row for every shift, value and method. Raises InputError."""
    model = load_model(arguments.model)
    source = open_source(arguments.source)
    if tuple(source.concepts) != tuple(model.concepts):
        raise InputError(f"{source.name} has other classes than {model.name}; choose another set.")
    clips = getattr(fold_named(source, arguments.fold), arguments.part)
    if not clips:
        raise InputError(f"{source.name} has no {arguments.part} clips; choose another --part.")
    every = int(model.card.settings.get("every", DATA.frame_step))
    with Bars("clip") as bars:
        table = accuracy_under_shifts(
            model, clips, every, lambda done, of: bars.show("clips", done, of)
        )
    with whole_file(arguments.out) as partial:
        table.to_csv(partial, index=False)
    return 0
