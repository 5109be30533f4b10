"""`python -m training fit`: trains a model on a data set: Web CNN, tuned CNN, EnergyNet, card."""

import argparse
import shlex
from pathlib import Path
from typing import Any

from attention.methods.registry import methods_for
from attention.model.folder import check_model_place, save_model
from training.cache.maps import frame_maps
from training.commands.common import add_source_arguments, fold_named, opened, prepared
from training.data.records import Source
from training.data.splitting import nested_fractions
from training.fit.card import Story, card_of, drawn_here
from training.fit.prepared import Clips, Prepared
from training.fit.settings import PRESETS
from training.judge.learning import Learning
from training.judge.methods import Fitted, fit_energy, fit_tuned, fit_web
from training.judge.metrics import metrics
from training.judge.verdicts import judge, judge_tuned, side_of
from training.progress import Bars, TerminalProgress
from training.ranks import is_first


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of `fit`."""
    add_source_arguments(parser)
    parser.add_argument("out", metavar="OUT", type=Path, help="the model folder to write")
    parser.add_argument("--fold", help="fold of the clips (default: the first)")
    parser.add_argument(
        "--fraction", type=float, default=1.0, help="share of the training clips that is labelled"
    )
    parser.add_argument(
        "--preset",
        choices=sorted(PRESETS),
        default="working",
        help="settings of EnergyNet: working (default: best on development clips), margin (energies reach "
        "the margin on training clips) or paper (SGD 1e-4 on raw maps: hardly learns)",
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--title", help="title of the model's card")
    parser.add_argument("--half", action="store_true", help="write fp16: half the size")


def run(arguments: argparse.Namespace) -> int:
    """Trains both CNNs and EnergyNet, evaluates them, writes the folder. Raises InputError."""
    check_model_place(arguments.out)  # before hours of work
    source = opened(arguments)
    fold = fold_named(source, arguments.fold)
    fractions = nested_fractions(fold.train, (arguments.fraction,), arguments.seed, source.concepts)
    ready = prepared(arguments, source, fold)
    kept = set(ready.train.clips)
    train = ready.train.only([c for c in fractions[arguments.fraction] if c in kept])
    fitted, validation = _fit(arguments, ready, train)
    measured = _measured(fitted, ready, validation)
    if not is_first():
        return 0
    card = card_of(_story(arguments, source, ready, train), measured)
    save_model(
        arguments.out, card, fitted.web, fitted.tuned, fitted.energynet,
        half=arguments.half, learned=fitted.learned,
    )  # fmt: skip
    for name, found in measured.items():
        print(f"{name}: {found}")
    print(f"written to {arguments.out}")
    return 0


def _fit(arguments: argparse.Namespace, ready: Prepared, train: Clips) -> tuple[Fitted, float]:
    seed, concepts = arguments.seed, ready.concepts
    with Bars("step") as bars:
        progress = TerminalProgress(bars)
        web, history = fit_web(
            arguments.backbone, concepts, ready.web, ready.validation, seed, listener=progress
        )
        progress.stage("tuned CNN")
        tuned = fit_tuned(web, train, seed, listener=progress)
        settings = PRESETS[arguments.preset]
        net, V_c = fit_energy(web, tuned, train, concepts, seed, settings, listener=progress)
        learning = Learning(
            methods_for("everywhere", "evaluate"), web, ready.train, ready.web, seed, progress
        )
    learned = {**learning.without_labels(), **learning.with_labels(train.clips)}
    validation = round(100 * (history[-1].validation or 0.0), 1)
    return Fitted(web, tuned, net, V_c, learned), validation


def _story(arguments: argparse.Namespace, source: Source, ready: Prepared, train: Clips) -> Story:
    return Story(
        title=arguments.title or source.name,
        source=source.name,
        drawn=drawn_here(source),
        noisy=arguments.noisy,
        concepts=ready.concepts,
        backbone=arguments.backbone,
        stills=len(ready.web.labels),
        clips=len(train),
        fraction=arguments.fraction,
        every=arguments.every,
        layers=arguments.layers,
        seed=arguments.seed,
        energynet=PRESETS[arguments.preset],
        command="python -m training " + shlex.join(_plain(arguments.given)),
    )


def _measured(fitted: Fitted, ready: Prepared, validation: float) -> dict[str, Any]:
    found: dict[str, Any] = {"web validation accuracy": validation}
    rows = methods_for("everywhere", "evaluate")
    for side, clips in (("dev", ready.dev), ("test", ready.test)):
        if clips is None:
            continue
        web = frame_maps(fitted.web, clips.views)
        scored = judge(rows, side_of("web", web), web.owners, ready.concepts, fitted.learned)
        if fitted.tuned is not None:
            tuned = frame_maps(fitted.tuned, clips.views)
            scored += judge_tuned(rows, fitted, tuned, ready.concepts)
        for scores in scored:
            said = metrics(scores, clips.labels.numpy())
            found[f"{side} {scores.method}"] = {
                "accuracy": round(said.accuracy, 1),
                "mAP": round(said.mAP, 1),
            }
    return found


def _plain(arguments: list[str]) -> list[str]:
    """The command without options and folders that are specific to this machine."""
    kept, skip = [], False
    for argument in arguments:
        option, _, value = argument.partition("=")
        if skip or option in {"--cache", "--threads"}:
            skip = not skip and not value
            continue
        kept.append(Path(argument).name if Path(argument).is_absolute() else argument)
    return kept
