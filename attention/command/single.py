"""One clip from the terminal: analysed, printed, and written to a folder.

Slow modules are imported where they are used, so that --help answers at once.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from attention.command.terminal import progress, say, waiting
from attention.errors import InputError, short

if TYPE_CHECKING:
    from collections.abc import Sequence

    from attention.analysis import Analysis
    from attention.command.terminal import OnProgress
    from attention.model.folder import Model
    from attention.probe.asking import Answer
    from attention.probe.known.probe import Probe

MOST_DRAWN = 6  # up to this many concepts of --concepts are all drawn in figures and film
MOST_MEMORY = 4 << 30  # bytes that the results of a clip may take
AS_JSON = 250  # bytes per energy and window during the conversion to JSON


@dataclass(frozen=True)
class Asked:
    """The options of the command line: see --help."""

    model: str
    concepts: str | None
    every: int
    window: int
    truth: str | None
    device: str
    precision: str
    out: Path | None
    json: bool
    probe: str | None = None
    frame: str = "centre"


def look_at(clip: str, asked: Asked) -> None:
    """Analyses a clip, prints every method's verdict, and writes --out. Raises InputError."""
    probes = probes_of(asked)
    if asked.out is not None:
        check_folder(asked.out)
    frames = expected_frames(clip, asked.every)
    with progress("Looking") as show:
        analysis = analysis_of(clip, asked, frames, show)
    if not asked.json:
        _print(analysis)
    answers = answers_of(clip, analysis, asked, probes)
    _print_answers(analysis, answers, asked.json)
    if asked.out is not None:
        with progress("Drawing") as show:
            files, notes = written(asked.out, clip, analysis, asked, show)
            files = sorted([*files, *written_answers(asked.out, answers)])
        if not asked.json:
            say("\n".join([f"Written to {asked.out}: {', '.join(files)}", *notes]))


def expected_frames(clip: str, every: int) -> int | None:
    """The number of frames to analyse, if the file states its length. InputError if it is no clip."""
    from attention.media.frames import probe

    frames = probe(clip).frame_count
    return None if frames is None else -(-frames // every)


def analysis_of(
    clip: str, asked: Asked, expected: int | None, on_progress: "OnProgress"
) -> "Analysis":
    """Analyses a clip with the model of the options, which is loaded once. Raises InputError."""
    model = _model(asked.model)
    from attention.pipeline import analyse

    concepts, truth = _names(asked, model)

    def watch(done: int, expected: int | None) -> None:
        _check_memory(max(done, expected or 0), len(concepts), asked, model)
        on_progress(done, expected)

    watch(0, expected)
    return analyse(
        clip,
        model,
        every=asked.every,
        concepts=concepts,
        on_progress=watch,
        window=asked.window,
        keep_maps=asked.out is not None,
        truth=truth,
        device=asked.device,
        precision=asked.precision,
        frame=asked.frame,
    )


def check_names(asked: Asked) -> None:
    """Raises InputError for an unknown model, concept, truth, device, precision, probe or frame."""
    _names(asked, _model(asked.model))
    from attention.engine.devices import check_precision, device_named
    from attention.model.whole import for_whole_frames, is_whole

    device_named(asked.device)
    check_precision(asked.precision)
    probes_of(asked)
    if is_whole(asked.frame):
        for_whole_frames(_model(asked.model))


def probes_of(asked: Asked) -> "Sequence[Probe]":
    """The probes of --probe; InputError for one that does not exist, and with whole frames."""
    if asked.probe is None:
        return ()
    if asked.frame != "centre":
        raise InputError("Probes look at the centre of frames; leave out --probe, or --frame.")
    from attention.probe.known.registry import probes_named

    return probes_named(name.strip() for name in asked.probe.split(","))


def answers_of(
    clip: str, analysis: "Analysis", asked: Asked, probes: "Sequence[Probe]"
) -> "list[Answer]":
    """What the probes say of a clip that was analysed; its frames are read once more."""
    if not probes:
        return []
    from attention.probe.asking import answered
    from attention.probe.held import held

    return answered(
        probes, held(clip, asked.every), _model(asked.model), analysis,
        lambda probe: progress(f"Probing: {probe}", "steps"), asked.device,
    )  # fmt: skip


@cache
def _model(name: str) -> "Model":
    with waiting("Loading the model"):
        from attention.model.folder import load_model

        return load_model(name)


def _names(asked: Asked, model: "Model") -> tuple[list[str], str | None]:
    """The concepts to compare and the truth, in the model's spelling."""
    known = model.concept_set
    picked = range(len(known)) if asked.concepts is None else known.pick(asked.concepts)
    concepts = [known.names[place] for place in picked]
    if asked.truth is None:
        return concepts, None
    truth = known.names[known.index(asked.truth)]
    if truth not in concepts:
        raise InputError(f"The truth {truth} is not among the --concepts; add it to them.")
    return concepts, truth


def _check_memory(frames: int, concepts: int, asked: Asked, model: "Model") -> None:
    """Raises InputError when the results would fill the memory; mostly with --out or --json."""
    h, w = model.web.map_size
    sides = 1 if model.tuned is None else 2
    maps = 2 * 4 * h * w if asked.out is not None else 0  # doubled while the chunks are joined
    text = AS_JSON if asked.out is not None or asked.json else 0
    needed = frames * concepts * sides * (10 + maps + text)
    if needed > MOST_MEMORY:
        raise InputError(
            f"{concepts} concepts in {frames} frames would take {needed / 1e9:.0f} GB; compare fewer "
            f"with --concepts, or take fewer frames with --every "
            f"{-(-asked.every * needed // MOST_MEMORY)}."
        )


def _print(analysis: "Analysis") -> None:
    from attention.command.report import report

    say(report(analysis))


def _print_answers(analysis: "Analysis", answers: "list[Answer]", as_json: bool) -> None:
    if as_json:
        from attention.pictures.export import json_text

        probes = {"probes": [answer.to_json() for answer in answers]} if answers else {}
        say(json_text(analysis, more=probes))
    elif answers:
        from attention.command.probes import table

        say("\n" + table(answers))


def check_folder(folder: Path) -> None:
    """Raises InputError for a folder that cannot be written, or with a subfolder named like a result."""
    from attention.pictures.export import FILES

    places = (folder, *folder.absolute().parents)
    dangling = next((place for place in places if place.is_symlink() and not place.exists()), None)
    if dangling is not None:
        raise InputError(
            f"--out names {short(dangling.name)}, a link that leads nowhere; name a folder."
        )
    taken = next((name for name in FILES if (folder / name).is_dir()), None)
    if taken is not None:
        raise InputError(
            f"{taken} in {short(folder)} is a folder, where a file of that name is to be written; "
            "name another folder with --out."
        )
    nearest = next(place for place in places if place.exists())
    if not nearest.is_dir():
        raise InputError(f"--out names {nearest.name}, which is a file; name a folder.")
    from tempfile import TemporaryFile

    try:  # permission bits do not show this for root or on a read-only disk
        TemporaryFile(dir=nearest).close()
    except OSError:
        raise InputError(
            f"--out cannot be written in {nearest.name or nearest}; name another folder."
        ) from None


def written_answers(folder: Path, answers: "list[Answer]") -> list[str]:
    """Writes probes.csv and probes.json, where there are answers; returns their names."""
    if not answers:
        return []
    from attention.command.probes import write_answers

    return write_answers(folder, answers)


def written(
    folder: Path, clip: str, analysis: "Analysis", asked: Asked, on_progress: "OnProgress"
) -> tuple[list[str], list[str]]:
    """Writes an analysis, its figures and film; returns file names and notes. Raises InputError."""
    from attention.pictures.export import export

    named = asked.concepts is not None and len(analysis.concepts) <= MOST_DRAWN
    concepts = range(len(analysis.concepts)) if named else None
    try:
        return export(folder, clip, analysis, concepts=concepts, on_progress=on_progress)
    except OSError as error:
        raise InputError(
            f"The results could not be written to {folder}: {error.strerror or error}; make room or "
            "name another folder with --out."
        ) from error
