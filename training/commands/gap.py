"""`python -m training gap`: stills and frames of a set through a model, as a picture and in numbers."""

import argparse
from pathlib import Path

from attention.errors import InputError, full_disk_told
from attention.model.folder import load_model
from training.data.sources import open_source
from training.gap.chart import notes_of, numbers_table, said_of
from training.gap.measuring import gap_of
from training.gap.record import write_gap
from training.progress import Bars


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of `gap`."""
    parser.add_argument("model", metavar="MODEL", help="a model's name or folder")
    parser.add_argument("source", metavar="SOURCE", help="a data set with stills and clips")
    parser.add_argument(
        "out", metavar="OUT", type=Path, help="the folder for gap.json and pictures.jpg"
    )
    parser.add_argument("--fold", help="fold of the clips (default: the first)")
    parser.add_argument("--seed", type=int, default=0, help="of the sample, t-SNE and shuffles")


def run(arguments: argparse.Namespace) -> int:
    """Writes the picture's files and prints its numbers. Raises InputError."""
    if arguments.seed < 0:
        raise InputError(f"--seed {arguments.seed} is not possible; give 0 or more.")
    model, source = load_model(arguments.model), open_source(arguments.source)
    with Bars("step") as bars:
        gap, sheet = gap_of(
            source, model, arguments.fold, arguments.seed,
            lambda done, of: bars.show("gap", done, of),
        )  # fmt: skip
    with full_disk_told():
        write_gap(arguments.out, gap, sheet)
    if gap.numbers:
        print(numbers_table(gap).to_string(index=False))
    for sentence in (*said_of(gap), *notes_of(gap)):
        print(sentence)
    return 0
