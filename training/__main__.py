"""`python -m training COMMAND …`: data, training and evaluation in the terminal."""

from __future__ import annotations

import argparse
import importlib
import io
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

from attention.errors import InputError


@dataclass(frozen=True)
class Command:
    """A command: `module` has add_arguments(parser) and run(arguments) → exit status."""

    module: str  # imported only when the command is given: --help needs no torch
    help: str


COMMANDS = {
    "data": Command("training.commands.data", "check a data set, fetch one, say where they are"),
    "fit": Command("training.commands.fit", "train a model: Web CNN, tuned CNN, EnergyNet"),
    "evaluate": Command("training.commands.evaluate", "judge a model's methods on labelled clips"),
    "sweep": Command("training.commands.sweep", "accuracy against labelled data (Figure 5)"),
    "runs": Command(
        "training.commands.runs", "train in the background: start, list, cancel, resume"
    ),
    "report": Command(
        "training.commands.report", "write RESULTS.md: our numbers beside the paper's"
    ),
}


class Parser(argparse.ArgumentParser):
    """Says what is wrong with arguments in one line."""

    def error(self, message: str) -> NoReturn:
        """Leaves with status 2."""
        self.exit(2, f"{self.prog}: {message} (--help says what there is)\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command. Returns 0; 2 after one line on bad input, 130 after Ctrl-C."""
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # names of files are in any script
    try:
        parsed = _parser(arguments[:1]).parse_args(arguments)
        if os.environ.get("RANK", "0") != "0":  # torchrun: the first process speaks for all
            sys.stdout = io.StringIO()
        parsed.given = list(arguments)  # for cards, which say how to repeat it
        status: int = importlib.import_module(COMMANDS[parsed.command].module).run(parsed)
        sys.stdout.flush()
        return status
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130
    except BrokenPipeError:  # "… | head" has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141


def _parser(chosen: Sequence[str]) -> Parser:
    """The parser, with the arguments of the chosen command alone."""
    parser = Parser(prog="python -m training", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, command in COMMANDS.items():
        sub = commands.add_parser(name, help=command.help, description=command.help)
        if name in chosen:
            importlib.import_module(command.module).add_arguments(sub)
    return parser


if __name__ == "__main__":
    sys.exit(main())
