"""`python -m training fit`: a model from a data set: Web CNN, tuned CNN, EnergyNet, and its card."""

import argparse
import platform
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

from attention.model import Card, EnergyNetCard, save_model
from training.commands.common import add_source_arguments, fold_named, opened, prepared
from training.evaluate import metrics
from training.fit_cnn import VIDEO, WEB, Epoch
from training.fit_energynet import PRESETS, Step
from training.mapcache import frame_maps
from training.methods import Fitted, fit_energy, fit_tuned, fit_web, judge_tuned, judge_web
from training.prepared import Clips, Prepared
from training.progress import Bars
from training.sources import nested_fractions


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of `fit`."""
    add_source_arguments(parser)
    parser.add_argument("out", metavar="OUT", type=Path, help="the model folder to write")
    parser.add_argument("--fold", help="of the clips, default the first")
    parser.add_argument(
        "--fraction", type=float, default=1.0, help="share of the training clips that is labelled"
    )
    parser.add_argument(
        "--preset",
        choices=sorted(PRESETS),
        default="working",
        help="EnergyNet's: working (learns, about 4 s) or paper (SGD 1e-4 on raw maps: hardly does)",
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--title", help="of the model's card")
    parser.add_argument("--half", action="store_true", help="write fp16: half the size")


def run(arguments: argparse.Namespace) -> int:
    """Trains both stages and EnergyNet, judges them, writes the folder. Raises InputError."""
    source = opened(arguments)
    fold = fold_named(source, arguments.fold)
    fractions = nested_fractions(fold.train, (arguments.fraction,), arguments.seed, source.concepts)
    ready = prepared(arguments, source, fold)
    kept = set(ready.train.clips)
    train = ready.train.only([c for c in fractions[arguments.fraction] if c in kept])
    fitted, validation = _fit(arguments, ready, train)
    measured = _measured(fitted, ready, validation)
    save_model(
        arguments.out, _card(arguments, source.name, ready, train, measured),
        fitted.web, fitted.tuned, fitted.energynet, half=arguments.half,
    )  # fmt: skip
    for part, found in measured.items():
        print(f"{part}: {found}")
    print(f"written to {arguments.out}")
    return 0


def _fit(arguments: argparse.Namespace, ready: Prepared, train: Clips) -> tuple[Fitted, float]:
    seed, concepts = arguments.seed, ready.concepts
    with Bars("epoch") as bars:

        def told(name: str, of: int) -> Any:
            return lambda epoch: bars.show(name, epoch.number, of)

        web, history = fit_web(
            arguments.backbone, concepts, ready.web, ready.validation, seed,
            on_epoch=told("Web CNN", WEB.epochs),
        )  # fmt: skip
        tuned = fit_tuned(web, train, seed, on_epoch=told("fine-tuning on video", VIDEO.epochs))
    settings = PRESETS[arguments.preset]
    with Bars("step") as bars:

        def stepped(step: Step) -> None:
            bars.show("EnergyNet", step.number + 1, settings.steps)

        net, V_c = fit_energy(web, tuned, train, concepts, seed, settings, on_step=stepped)
    return Fitted(web, tuned, net, V_c), _last(history)


def _last(history: list[Epoch]) -> float:
    return round(100 * (history[-1].validation or 0.0), 1)


def _measured(fitted: Fitted, ready: Prepared, validation: float) -> dict[str, Any]:
    found: dict[str, Any] = {"web validation accuracy": validation}
    for part, clips in (("dev", ready.dev), ("test", ready.test)):
        if clips is None:
            continue
        seen = frame_maps(fitted.web, clips.views)
        for scores in [*judge_web(seen, len(clips)), *judge_tuned(fitted, clips.views, len(clips))]:
            said = metrics(scores, clips.labels.numpy())
            found[f"{part} {scores.method}"] = {
                "accuracy": round(said.accuracy, 1),
                "mAP": round(said.mAP, 1),
            }
    return found


def _card(
    arguments: argparse.Namespace,
    name: str,
    ready: Prepared,
    train: Clips,
    measured: dict[str, Any],
) -> Card:
    settings = PRESETS[arguments.preset]
    drawn = (Path(arguments.source) / "clips.jsonl").exists()
    return Card(
        title=arguments.title or name,
        about=f"Tells {', '.join(ready.concepts)} apart in short clips, with all five methods of the "
        "paper: a CNN trained on Web images, the same CNN fine-tuned on a few labelled clips, and "
        "EnergyNet on its attention maps.",
        concepts=ready.concepts,
        backbone=arguments.backbone,
        energynet=EnergyNetCard(
            hidden=settings.hidden,
            dim=settings.dim,
            map_scale=settings.map_scale,
            words=settings.words,
        ),
        trained_on=f"{len(ready.web.labels)} stills and {len(train)} labelled clips "
        f"({arguments.fraction:.0%} of the training clips) of {name}"
        + (", all drawn by this project" if drawn else "")
        + "; before that ImageNet photographs",
        drawn=drawn,
        how_good=_how_good(measured, drawn),
        stages=tuple(s.model_dump(mode="json") for s in (WEB, VIDEO, settings)),
        settings={"every": arguments.every, "fraction": arguments.fraction},
        data={"source": name, "noisy": arguments.noisy, "stills": len(ready.web.labels)},
        seed=arguments.seed,
        metrics=measured,
        versions={
            "python": platform.python_version(),
            "torch": torch.__version__,
            "timm": version("timm"),
        },
        command="python -m training " + " ".join(_plain(sys.argv[1:])),
        licence="Apache-2.0; its start is EfficientNet-Lite0's ImageNet weights (Apache-2.0)"
        if arguments.backbone == "efficientnet_lite0"
        else "Apache-2.0; its start is the backbone's ImageNet weights",
    )


def _how_good(measured: dict[str, Any], drawn: bool) -> str:
    said = [
        f"{key.removeprefix('test ')} {value['accuracy']:g} %"
        for key, value in measured.items()
        if key.startswith("test ")
    ]
    where = "drawn test clips" if drawn else "test clips"
    ending = " Expect nothing of it on real video." if drawn else ""
    return f"Accuracy on the {where}: {', '.join(said)}.{ending}"


def _plain(arguments: list[str]) -> list[str]:
    """The command as it can be repeated elsewhere: caches and threads are this machine's own."""
    kept, skip = [], False
    for argument in arguments:
        if skip or argument in {"--cache", "--threads"}:
            skip = not skip
            continue
        kept.append(argument)
    return kept
