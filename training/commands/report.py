"""`python -m training report`: RESULTS.md and RESULTS.csv from sweeps, the paper's numbers beside ours."""

import argparse
from pathlib import Path

from attention.disk.whole import whole_file
from attention.errors import InputError
from training.judge import paper
from training.judge.results import read_results
from training.report.markdown import Place, measured_columns, report
from training.report.verdict import answers, write_answers

RESULTS = Path("assets") / "results"
LEFT_OUT = Path("none")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of `report`."""
    for name, folder, what in (
        ("drawn", "drawn", "sweep of the drawn set"),
        ("noisy", "noisy", "sweep of the drawn set with its noisy stills"),
        ("real", "actions5", "sweep of real clips"),
    ):
        usual = RESULTS / folder
        parser.add_argument(
            f"--{name}",
            metavar="DIR",
            type=Path,
            help=f"{what}, or none (default {usual})",
        )
    parser.add_argument(
        "--out",
        metavar="FILE",
        type=Path,
        default=Path("RESULTS.md"),
        help="file to write (default RESULTS.md); its answers as a table go beside it, as .csv",
    )
    parser.add_argument(
        "--draws",
        type=int,
        default=2000,
        help="draws of the bootstrap and the tests (default 2000)",
    )
    parser.add_argument(
        "--seed", type=int, default=0, help="seed of the bootstrap and the tests (default 0)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Writes the report and its answers whole or not at all; prints the first line. Raises InputError."""
    if arguments.draws < 100:
        raise InputError(f"--draws {arguments.draws} is too few for an interval; give 100 or more.")
    beside = arguments.out.with_suffix(".csv")
    if beside == arguments.out:
        raise InputError(f"--out {arguments.out} is where its table goes; name it .md.")
    if arguments.seed < 0:
        raise InputError(f"--seed {arguments.seed} is not possible; give 0 or more.")
    places = [
        _place(
            arguments.drawn, "drawn", "drawn clips, clean stills", "drawn clips", paper.FILTERED
        ),
        _place(arguments.noisy, "noisy", "drawn clips, noisy stills", "drawn clips", paper.NOISY),
        _place(arguments.real, "actions5", "real clips", "real clips", paper.BU101),
    ]
    if all(place.results is None for place in places):
        raise InputError(f"There is no sweep in {RESULTS}; make one with python -m training sweep.")
    columns = measured_columns(places, arguments.draws, arguments.seed)
    given = answers(columns)
    text = report(places, columns, given, arguments.draws)
    try:
        with whole_file(beside) as kept, whole_file(arguments.out) as partial:
            partial.write_text(text, encoding="utf-8")
            write_answers(given, kept)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError(
            f"{arguments.out} cannot be written ({reason}); give another place with --out."
        ) from None
    print(text.splitlines()[0])
    print(f"written to {arguments.out} and {beside}")
    return 0


def _place(given: Path | None, usual: str, name: str, clips: str, stills: str) -> Place:
    folder = RESULTS / usual if given is None or given == LEFT_OUT else given
    results = None if given == LEFT_OUT else read_results(folder)
    if folder == given and results is None:
        raise InputError(f"{given} holds no sweep; make one there with python -m training sweep.")
    return Place(
        name=name,
        clips=clips,
        stills=stills,
        folder=_portable(folder),
        source="SOURCE" if stills == paper.BU101 else "assets/drawn",
        noisy=stills == paper.NOISY,
        results=results,
    )


def _portable(folder: Path) -> str:
    """The folder's path relative to the current folder, or its name when it lies outside."""
    if not folder.is_absolute():
        return folder.as_posix()
    here = Path.cwd()
    return folder.relative_to(here).as_posix() if folder.is_relative_to(here) else folder.name
