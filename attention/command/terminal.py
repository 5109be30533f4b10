"""Output of a command line: one clear line for an error, a progress bar for slow work.

Only the standard library is imported at the top, so that --help answers at once.
"""

import argparse
import logging
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, redirect_stderr, redirect_stdout
from io import StringIO, TextIOWrapper
from pathlib import Path
from typing import NoReturn

from attention.errors import InputError, is_full_disk, short

BAD_INPUT, FAULT = 2, 1
INTERRUPTED = 130  # 128 + SIGINT, as shells report it
NOBODY_READS = 141  # 128 + SIGPIPE
DELAY = 2.0  # seconds of work before a bar appears

OnProgress = Callable[[int, int | None], None]


class Parser(argparse.ArgumentParser):
    """An argument parser that prints an error as one line and exits with status 2."""

    def error(self, message: str) -> NoReturn:
        """Prints the message and exits."""
        program = self.prog.removeprefix("python -m ")
        self.exit(BAD_INPUT, f"{program}: {one_line(message)}; see --help.\n")

    def parse_args(self, args=None, namespace=None):  # type: ignore[no-untyped-def,override]
        """The parsed arguments; explains how to name a file that begins with a dash."""
        read, left = self.parse_known_args(args, namespace)
        for name in left:
            if name.startswith("-") and os.path.lexists(name):
                self.error(
                    f"{short(name)} looks like an option; if it is the file, write ./{short(name)}"
                )
        if left:
            self.error(f"unrecognized arguments: {short(' '.join(left), 200)}")
        return read


def positive(text: str) -> int:
    """Argument type: a whole number of 1 or more."""
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"give a whole number of 1 or more, not '{text}'")
    return number


def folder(text: str) -> Path:
    """Argument type: a folder. An empty name is an error, not the current folder."""
    if not text.strip():
        raise argparse.ArgumentTypeError("name a folder, such as results")
    return Path(text)


def status_of(program: str, work: Callable[[], int | None]) -> int:
    """Runs `work` and returns the exit status; an error is one line on stderr.

    0, or what `work` returns: it was done · 2: an error that the user can correct · 130: Ctrl-C · 141:
    the reader of stdout has gone · 1: a fault of the program; `python -X dev` shows its traceback. When
    stdout or stderr is closed (`>&-`), the work is done and the output discarded.
    """
    _open_what_is_closed()
    try:
        with _quiet_libraries():
            status = work() or 0
            sys.stdout.flush()
        return status
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _forget_stdout()
        return NOBODY_READS
    except Exception as error:
        message, status = _message_of(error, program)
        if status == FAULT and sys.flags.dev_mode:
            raise
        print(f"{program}: {one_line(message)}", file=sys.stderr)
        return status


def _message_of(error: Exception, program: str) -> tuple[str, int]:
    match error:
        case InputError():
            return str(error), BAD_INPUT
        case OSError():
            where = f"'{short(error.filename)}': " if error.filename else ""
            return f"{where}{error.strerror or error}", BAD_INPUT
        case _ if is_full_disk(error):
            return "The disk is full; free some space and run this again.", BAD_INPUT
        case MemoryError():
            return "There is not enough memory; take less at a time.", BAD_INPUT
    fault = f"This is a fault of the program ({type(error).__name__}: {error})"
    return f"{fault}; `python -X dev -m {program} …` shows where.", FAULT


def say(text: str) -> None:
    """Prints to stdout at once; a character that the terminal's encoding lacks becomes "?"."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    print(text, flush=True)


def one_line(text: str) -> str:
    """Text without line breaks and control characters."""
    return "".join(c if c.isprintable() else " " for c in " ".join(text.split()))


@contextmanager
def progress(what: str, unit: str = "frames") -> Iterator[OnProgress]:
    """Yields a function that moves a progress bar on stderr; the bar appears after DELAY seconds."""
    from tqdm import tqdm

    bar = tqdm(
        desc=what,
        delay=DELAY,
        disable=not sys.stderr.isatty(),
        leave=False,
        bar_format="{desc} {percentage:3.0f} % {bar} {n_fmt} of {total_fmt} "
        + unit
        + ", {remaining} left",
    )

    def show(done: int, expected: int | None) -> None:
        bar.total = None if expected is None else max(done, expected)
        bar.update(done - bar.n)

    with bar:
        yield show


@contextmanager
def waiting(what: str) -> Iterator[None]:
    """Prints `what` on a terminal's stderr during the work, and erases it afterwards."""
    seen = sys.stderr.isatty()
    if seen:
        print(f"{what} …", end="", file=sys.stderr, flush=True)
    try:
        # torch announces downloads on stdout, where they would mix with the results: they go to
        # stderr on a terminal, and nowhere in a log
        discarded = StringIO()
        with (
            redirect_stdout(sys.stderr if seen else discarded),
            nullcontext() if seen else redirect_stderr(discarded),
        ):
            yield
    finally:
        if seen:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


@contextmanager
def _quiet_libraries() -> Iterator[None]:
    """Silences the warnings and log messages of libraries."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)


def _open_what_is_closed() -> None:
    """Opens the null device for a closed stdout or stderr, or the next file would get its output."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115


def _forget_stdout() -> None:
    """Sends stdout to the null device: Python flushes it again at exit, which would fail."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
