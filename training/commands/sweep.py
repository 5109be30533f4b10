"""`python -m training sweep`: accuracy against labelled data, over folds, seeds and methods."""

import argparse
from pathlib import Path

from attention.errors import InputError
from training.commands.common import add_source_arguments, opened, prepared
from training.data.sources import chosen_folds
from training.data.splitting import FRACTIONS, nested_fractions
from training.fit.settings import PRESETS
from training.judge.means import means_text
from training.judge.results import read_results
from training.progress import Bars, TerminalProgress
from training.ranks import is_first
from training.sweep.grid import SweepSettings, sweep
from training.sweep.table import how_of, note_how


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of `sweep`."""
    add_source_arguments(parser)
    parser.add_argument(
        "out", metavar="OUT", type=Path, help="the folder for its rows; an old sweep is continued"
    )
    parser.add_argument("--folds", help="names separated by commas (default: all)")
    parser.add_argument("--seeds", type=int, default=3, help="number of seeds, from 0 (default 3)")
    parser.add_argument(
        "--fractions",
        default=",".join(f"{fraction:g}" for fraction in FRACTIONS),
        help="shares of the training clips (default %(default)s)",
    )
    parser.add_argument(
        "--part", choices=("test", "dev"), default="test", help="clips to evaluate on"
    )
    parser.add_argument(
        "--preset", choices=sorted(PRESETS), default="working", help="of EnergyNet, see fit --help"
    )


def run(arguments: argparse.Namespace) -> int:
    """Computes the missing cells and prints means, spreads and intervals. Raises InputError."""
    if arguments.seeds < 1:
        raise InputError(f"--seeds {arguments.seeds} is not possible; give 1 or more.")
    if arguments.out.exists() and not arguments.out.is_dir():
        raise InputError(f"{arguments.out} is a file; give a folder for the rows.")
    source = opened(arguments)
    settings = SweepSettings(
        backbone=arguments.backbone,
        fractions=_fractions(arguments.fractions),
        seeds=tuple(range(arguments.seeds)),
        energynet=PRESETS[arguments.preset],
        part=arguments.part,
    )
    with Bars("step") as bars:
        listener = TerminalProgress(bars)
        names = arguments.folds.split(",") if arguments.folds else ()
        folds = chosen_folds(source, names, settings.part, listener)
        for fold in folds:  # impossible fractions are refused before the long work
            nested_fractions(fold.train, settings.fractions, 0, source.concepts)
        how = how_of(
            source,
            part=settings.part, backbone=settings.backbone, every=arguments.every,
            noisy=arguments.noisy, preset=arguments.preset, layers=arguments.layers,
        )  # fmt: skip
        note_how(arguments.out, how, listener)
        ready = [(fold.name, prepared(arguments, source, fold)) for fold in folds]
        sweep(ready, settings, arguments.out, listener)
    results = read_results(arguments.out)
    if results is not None and is_first():
        print(means_text(results))
    return 0


def _fractions(text: str) -> tuple[float, ...]:
    try:
        return tuple(sorted(float(part) for part in text.split(",")))
    except ValueError:
        raise InputError(f"--fractions {text} is not a list such as 0.05,0.2,1.") from None
