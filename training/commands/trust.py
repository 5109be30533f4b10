"""`python -m training trust`: are a model's maps true? Probes, averaged over labelled clips."""

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from attention.errors import InputError
from attention.media.clip import Limits
from attention.model.folder import Model, load_model
from attention.probe.asking import Answer, answered
from attention.probe.averages import means, means_of, write_means
from attention.probe.held import held
from attention.probe.known.probe import Probe
from attention.probe.known.registry import listed, probes_named
from training.commands.common import fold_named
from training.data.recordings import recording_of
from training.data.records import LabelledClip
from training.data.sources import open_source
from training.progress import Bars
from training.settings import DATA


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of `trust`, and the probes it asks."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = f"probes:\n{listed()}"
    parser.add_argument("model", metavar="MODEL", help="a model's name or folder")
    parser.add_argument("source", metavar="SOURCE", help="a data set with labelled clips")
    parser.add_argument(
        "out", metavar="OUT", type=Path, nargs="?",
        help="the CSV file to write (default: where the page shows it under Compare, with MODEL)",
    )  # fmt: skip
    parser.add_argument("--probe", metavar="A,B", required=True, help="ask these, listed below")
    parser.add_argument("--fold", help="fold of the clips (default: the first)")
    parser.add_argument("--part", choices=("train", "dev", "test"), default="dev")
    parser.add_argument(
        "--each", metavar="N", type=int, help="the first N clips of each class (default: all)"
    )
    parser.add_argument(
        "--every", metavar="N", type=int, help="one frame in N (default: as in training)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Writes the mean of every number of the probes, with its interval. Raises InputError."""
    probes = probes_named(name.strip() for name in arguments.probe.split(","))
    for name in ("each", "every"):
        value = getattr(arguments, name)
        if value is not None and value < 1:
            raise InputError(f"--{name} {value} is not possible; give 1 or more.")
    model = load_model(arguments.model)
    source = open_source(arguments.source)
    if tuple(source.concepts) != tuple(model.concepts):
        raise InputError(f"{source.name} has other classes than {model.name}; choose another set.")
    part = getattr(fold_named(source, arguments.fold), arguments.part)
    clips = list(_first_of_each(part, arguments.each))
    if not clips:
        raise InputError(f"{source.name} has no {arguments.part} clips; choose another --part.")
    every = arguments.every or int(model.card.settings.get("every", DATA.frame_step))
    with Bars("clip") as bars:
        found = list(_asked(model, clips, probes, every, bars))
    if not found:
        raise InputError(f"None of the {len(clips)} clips could be read; check the set.")
    answers = [answers for _, answers in found]
    out = (
        arguments.out
        or means_of(model.name) / f"{source.name}-{'-'.join(p.name for p in probes)}.csv"
    )
    write_means(out, means(answers, [recording_of(clip) for clip, _ in found]))
    return 0


def _first_of_each(clips: Sequence[LabelledClip], most: int | None) -> Iterator[LabelledClip]:
    """The first so many clips of each class, in their order."""
    seen: Counter[int] = Counter()
    for clip in clips:
        seen[clip.label] += 1
        if most is None or seen[clip.label] <= most:
            yield clip


def _asked(
    model: Model, clips: Sequence[LabelledClip], probes: Sequence[Probe], every: int, bars: Bars
) -> Iterator[tuple[LabelledClip, list[Answer]]]:
    """Each clip that can be read, with what the probes say of its true concept there."""
    faults: Counter[str] = Counter()
    for number, clip in enumerate(clips):
        try:
            frames = held(clip.path, every, Limits())
            analysis = frames.analysis(model, truth=model.concepts[clip.label])
            answers = answered(probes, frames, model, analysis)
            faults.update({f"{clip.name}: {answer.fault}" for answer in answers if answer.fault})
            yield clip, answers
        except InputError as error:
            faults[str(error)] += 1
        bars.show("clips", number + 1, len(clips))
    for fault in faults:
        print(f"note: {fault}")
