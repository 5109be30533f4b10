"""python -m attention CLIP: what every method says of a clip, and where it looked.

Whatever takes time to import is imported where it is used, so that --help answers at once.
"""

import argparse
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from attention.command.terminal import Parser, folder, positive, progress, say, status_of, waiting
from attention.errors import InputError, short

if TYPE_CHECKING:
    from attention.analysis import Analysis
    from attention.media.frames import Clip
    from attention.model.folder import Model

MODEL = "imagenet"  # people bring real clips
MOST_SHOWN = 6  # concepts named with --concepts that all get a map in figures and film
MOST_MEMORY = 4 << 30  # bytes that what is kept of a clip may take
AS_JSON = 250  # bytes that an energy and its window take while they become JSON

ABOUT = """\
Looks at every 5th frame of a clip, or at an image, through a CNN trained on Web
images, and says which concept it shows: by the CNN's vote, by the energy of its
attention maps (UnAtt) and, where the model has them, by the fine-tuned CNN and
by EnergyNet."""
EPILOG = """examples:
  python -m attention clip.mp4
  python -m attention clip.mp4 --concepts "paddle, canoe, speedboat" --out results
  python -m attention clip.mp4 --json > analysis.json"""


@dataclass(frozen=True)
class Asked:
    """The command line, read: see --help."""

    clip: str
    model: str
    concepts: str | None
    every: int
    window: int
    truth: str | None
    out: Path | None
    json: bool


class _Parser(Parser):
    """Lists the methods in its help; they are imported when somebody asks for it."""

    def format_help(self) -> str:
        from attention.methods.registry import listed

        self.epilog = f"methods:\n{listed()}\n\n{EPILOG}"
        return super().format_help()


def parser() -> Parser:
    """The command line."""
    made = _Parser(
        prog="python -m attention",
        description=ABOUT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    made.add_argument("clip", metavar="CLIP", nargs="?", help="a video or an image")
    made.add_argument("--model", metavar="M", default=MODEL, help=_MODEL_HELP)
    made.add_argument(
        "--concepts", metavar="A,B", help="compare these (default: all the model knows)"
    )
    made.add_argument(
        "--every", metavar="N", type=positive, default=5, help="take one frame in N (default 5)"
    )
    made.add_argument("--window", metavar="S", type=positive, default=3, help=_WINDOW_HELP)
    made.add_argument("--truth", metavar="NAME", help="the concept that the clip truly shows")
    made.add_argument("--out", metavar="DIR", type=folder, help=_OUT_HELP)
    made.add_argument(
        "--json", action="store_true", help="print the analysis as JSON, nothing else"
    )
    made.add_argument("--list-models", action="store_true", help="list the models and leave")
    return made


_MODEL_HELP = f"a model's name or its folder (default {MODEL})"
_WINDOW_HELP = "side of the window whose sum is the energy, in map cells (default 3)"
_OUT_HELP = (
    "write analysis.json, frames.csv, figure2.png, overlay.mp4, and with --truth figure6.png when an "
    "energy method is right where the CNN is wrong"
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line and returns its exit status: see `terminal.status_of`."""
    made = parser()
    options = vars(made.parse_args(arguments))
    if options.pop("list_models"):
        return status_of("attention", _list_models)
    if options["clip"] is None:
        made.error("name a clip")
    return status_of("attention", lambda: _run(Asked(**options)))


def _run(asked: Asked) -> None:
    from attention.media.frames import probe

    if asked.out is not None:
        _check_folder(asked.out)
    clip = probe(asked.clip)
    analysis = _analyse(asked, clip)
    _print(analysis, asked.json)
    if asked.out is not None:
        _export(asked, asked.out, analysis)


def _analyse(asked: Asked, clip: "Clip") -> "Analysis":
    with waiting("Loading the model"):
        from attention.model.folder import load_model
        from attention.pipeline import analyse

        model = load_model(asked.model)
    concepts, truth = _names(asked, model)
    expected = None if clip.frame_count is None else -(-clip.frame_count // asked.every)
    with progress("Looking") as show:

        def watch(done: int, expected: int | None) -> None:
            _check_memory(max(done, expected or 0), len(concepts), asked, model)
            show(done, expected)

        watch(0, expected)
        return analyse(
            asked.clip,
            model,
            every=asked.every,
            concepts=concepts,
            on_progress=watch,
            window=asked.window,
            keep_maps=asked.out is not None,
            truth=truth,
        )


def _names(asked: Asked, model: "Model") -> tuple[list[str], str | None]:
    """The concepts to compare and the truth, spelled as the model does."""
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
    """Refuses in time what would fill the memory; without --out and --json little is kept."""
    h, w = model.web.map_size
    sides = 1 if model.tuned is None else 2
    maps = 2 * 4 * h * w if asked.out is not None else 0  # twice while the chunks are joined
    text = AS_JSON if asked.out is not None or asked.json else 0
    needed = frames * concepts * sides * (10 + maps + text)
    if needed > MOST_MEMORY:
        raise InputError(
            f"{concepts} concepts in {frames} frames would take {needed / 1e9:.0f} GB; compare fewer "
            f"with --concepts, or take fewer frames with --every "
            f"{-(-asked.every * needed // MOST_MEMORY)}."
        )


def _print(analysis: "Analysis", as_json: bool) -> None:
    if as_json:  # as text it takes far more memory than all that is kept of a clip
        from attention.pictures.export import json_text

        say(json_text(analysis))
    else:
        from attention.command.report import report

        say(report(analysis))


def _check_folder(folder: Path) -> None:
    """Refuses in time a folder that cannot be written, or where a folder has a file's name."""
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

    try:  # permissions alone say nothing to root or on a read-only disk
        TemporaryFile(dir=nearest).close()
    except OSError:
        raise InputError(
            f"--out cannot be written in {nearest.name or nearest}; name another folder."
        ) from None


def _export(asked: Asked, folder: Path, analysis: "Analysis") -> None:
    from attention.pictures.export import export

    named = asked.concepts is not None and len(analysis.concepts) <= MOST_SHOWN
    shown = range(len(analysis.concepts)) if named else None
    try:
        with progress("Drawing") as show:
            files, notes = export(folder, asked.clip, analysis, concepts=shown, on_progress=show)
    except OSError as error:
        raise InputError(
            f"The results could not be written to {folder}: {error.strerror or error}; make room or "
            "name another folder with --out."
        ) from error
    if not asked.json:
        say("\n".join([f"Written to {folder}: {', '.join(files)}", *notes]))


def _list_models() -> None:
    with waiting("Looking for models"):
        from attention.model.folder import ON_IMAGENET, read_card, shipped_models

    for name in shipped_models():
        card = read_card(name)
        say(f"{name}: {card.title}, {len(card.concepts)} concepts. {card.about}")
    say(f"{', '.join(ON_IMAGENET)}: 1000 ImageNet concepts; weights are downloaded at first use.")
    say("Or the folder of a model of your own.")


def _leave(*_: object) -> None:
    """Ends as Ctrl-C does, cleaning up on the way."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _leave)
    sys.exit(main())
