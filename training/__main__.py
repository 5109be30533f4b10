"""`python -m training COMMAND …`: data, training and evaluation in the terminal."""

import importlib
import io
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from attention.command.terminal import Parser, status_of


@dataclass(frozen=True)
class Command:
    """A command; `module` has add_arguments(parser) and run(arguments) → exit status."""

    module: str  # imported only when its command is given, so that --help needs no torch
    help: str


COMMANDS = {
    "data": Command("training.commands.data", "check a data set, fetch one, say where they are"),
    "fit": Command("training.commands.fit", "train a model: Web CNN, tuned CNN, EnergyNet"),
    "evaluate": Command("training.commands.evaluate", "judge a model's methods on labelled clips"),
    "shift": Command("training.commands.shift", "accuracy against how far clips are shifted"),
    "gap": Command(
        "training.commands.gap", "Web stills beside video frames: the gap, and its size"
    ),
    "trust": Command("training.commands.trust", "are the maps true? probes, averaged over a set"),
    "sweep": Command("training.commands.sweep", "accuracy against labelled data (Figure 5)"),
    "runs": Command(
        "training.commands.runs", "train in the background: start, list, cancel, resume"
    ),
    "report": Command(
        "training.commands.report", "write RESULTS.md: our numbers beside the paper's"
    ),
    "handout": Command("training.commands.handout", "two pages for a class, as a PDF"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; returns its exit status, or that of `terminal.status_of`."""
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # file names may have any characters
    parsed = _parser(arguments[:1]).parse_args(arguments)
    if os.environ.get("RANK", "0") != "0":  # torchrun: only the first process prints
        sys.stdout = io.StringIO()
    parsed.given = list(arguments)  # for the model card, which states the command
    run = importlib.import_module(COMMANDS[parsed.command].module).run
    return status_of("training", lambda: int(run(parsed)))


def _parser(chosen: Sequence[str]) -> Parser:
    """The parser, with the arguments of the chosen command only."""
    parser = Parser(prog="python -m training", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, command in COMMANDS.items():
        sub = commands.add_parser(name, help=command.help, description=command.help)
        if name in chosen:
            importlib.import_module(command.module).add_arguments(sub)
    return parser


if __name__ == "__main__":
    sys.exit(main())
