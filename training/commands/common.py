"""Arguments and steps shared by several commands."""

import argparse
from pathlib import Path

import torch

from attention.disk.home import home
from attention.errors import InputError
from attention.networks.zoo import load_backbone
from training.data.records import Fold, Source
from training.data.sources import accepted, open_source
from training.fit.prepared import Prepared, prepare
from training.progress import Bars, TerminalProgress
from training.settings import DATA

CACHE = home() / "cache"


def add_source_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds SOURCE and the options for reading it."""
    parser.add_argument("source", metavar="SOURCE", help=f"a folder: {accepted()}")
    parser.add_argument(
        "--noisy", action="store_true", help="also use noisy/, or HII-noisy (§4.1.1)"
    )
    parser.add_argument("--backbone", default="efficientnet_lite0", help="the CNN to fine-tune")
    parser.add_argument(
        "--every", type=int, default=DATA.frame_step, help="one frame in this many (default 5)"
    )
    parser.add_argument(
        "--layers", choices=("last", "all"), default="last",
        help="layers to train: the last stage and head (default), or all as in §4.2 (needs a GPU)",
    )  # fmt: skip
    parser.add_argument(
        "--cache", type=Path, default=CACHE, help="folder of cached views (default data/cache)"
    )
    parser.add_argument("--threads", type=int, default=torch.get_num_threads(), help="CPU threads")


def opened(arguments: argparse.Namespace) -> Source:
    """Opens the source; sets the number of threads of this process. Raises InputError."""
    if arguments.every < 1:
        raise InputError(f"--every {arguments.every} is not possible; give 1 or more.")
    if arguments.threads < 1:
        raise InputError(f"--threads {arguments.threads} is not possible; give 1 or more.")
    torch.set_num_threads(arguments.threads)
    source = open_source(arguments.source, noisy=arguments.noisy)
    if not source.stills or not source.folds:
        half = "stills" if source.folds else "clips"
        raise InputError(
            f"{source.name} has no {half}; give a set with both, or two halves as "
            "BU101:<folder>,UCF101:<folder>."
        )
    return source


def prepared(arguments: argparse.Namespace, source: Source, fold: Fold) -> Prepared:
    """Prepares a fold, with a progress bar; prints what was left out."""
    backbone = load_backbone(arguments.backbone)
    with Bars("file") as bars:
        ready = prepare(
            source, fold, backbone, arguments.cache, arguments.every,
            listener=TerminalProgress(bars), whole=arguments.layers == "all",
        )  # fmt: skip
    for sentence in ready.skipped:
        print(f"note: {sentence}")
    return ready


def fold_named(source: Source, name: str | None) -> Fold:
    """The fold of that name, by default the first. Raises InputError for an unknown name."""
    if name is None:
        return source.folds[0]
    found = next((fold for fold in source.folds if fold.name == name), None)
    if found is None:
        names = ", ".join(fold.name for fold in source.folds)
        raise InputError(f"{source.name} has no fold '{name}'; choose one of {names}.")
    return found
