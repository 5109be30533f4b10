"""How a command line talks: one clear line for what is wrong, a bar for what takes time.

Nothing but the standard library is imported until it is needed, so that --help answers at once.
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

from attention.errors import InputError, short

BAD_INPUT, FAULT = 2, 1
INTERRUPTED = 130  # 128 + SIGINT, as shells report it
NOBODY_READS = 141  # 128 + SIGPIPE
UNSEEN = 2.0  # seconds of work before a bar appears

OnProgress = Callable[[int, int | None], None]


class Parser(argparse.ArgumentParser):
    """An argument parser that says in one line what is wrong, and leaves with status 2."""

    def error(self, message: str) -> NoReturn:
        """Prints the message and leaves."""
        program = self.prog.removeprefix("python -m ")
        self.exit(BAD_INPUT, f"{program}: {one_line(message)}; see --help.\n")

    def parse_args(self, args=None, namespace=None):  # type: ignore[no-untyped-def,override]
        """The arguments, read; a file whose name begins with a dash is told from an option."""
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
    """A whole number of 1 or more, as an argument type."""
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"give a whole number of 1 or more, not '{text}'")
    return number


def folder(text: str) -> Path:
    """A folder, as an argument type; an empty name is a mistake, and not the current folder."""
    if not text.strip():
        raise argparse.ArgumentTypeError("name a folder, such as results")
    return Path(text)


def status_of(program: str, work: Callable[[], None]) -> int:
    """Does the work and returns the exit status; what went wrong is one line on stderr.

    0 · 2 for anything a person can mend · 130 after Ctrl-C · 141 when nobody reads stdout any more ·
    1 for a fault of the program, whose traceback `python -X dev` shows. Who closes stdout or stderr
    (`>&-`) wants it quiet: what would be said there goes nowhere, and the work is done.
    """
    _open_what_is_closed()
    try:
        with _quiet_libraries():
            work()
            sys.stdout.flush()
        return 0
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _forget_stdout()
        return NOBODY_READS
    except Exception as error:
        told, status = _told(error, program)
        if status == FAULT and sys.flags.dev_mode:
            raise
        print(f"{program}: {one_line(told)}", file=sys.stderr)
        return status


def _told(error: Exception, program: str) -> tuple[str, int]:
    match error:
        case InputError():
            return str(error), BAD_INPUT
        case OSError():
            where = f"'{short(error.filename)}': " if error.filename else ""
            return f"{where}{error.strerror or error}", BAD_INPUT
        case MemoryError():
            return "There is not enough memory; take less at a time.", BAD_INPUT
    told = f"This is a fault of the program ({type(error).__name__}: {error})"
    return f"{told}; `python -X dev -m {program} …` shows where.", FAULT


def say(text: str) -> None:
    """Prints to stdout at once; a terminal that lacks a character gets "?" for it."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    print(text, flush=True)


def one_line(text: str) -> str:
    """Text without line breaks and control characters, whatever names it holds."""
    return "".join(c if c.isprintable() else " " for c in " ".join(text.split()))


@contextmanager
def progress(what: str, unit: str = "frames") -> Iterator[OnProgress]:
    """A bar with the time left on a terminal's stderr, once the work takes a while."""
    from tqdm import tqdm

    bar = tqdm(
        desc=what,
        delay=UNSEEN,
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
    """Says on a terminal's stderr what is being waited for, and takes it back when it is done."""
    seen = sys.stderr.isatty()
    if seen:
        print(f"{what} …", end="", file=sys.stderr, flush=True)
    try:
        # a download that announces itself is news on a terminal and clutter in a log; on stdout,
        # where torch does it, it would spoil the answer
        unheard = StringIO()
        with (
            redirect_stdout(sys.stderr if seen else unheard),
            nullcontext() if seen else redirect_stderr(unheard),
        ):
            yield
    finally:
        if seen:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


@contextmanager
def _quiet_libraries() -> Iterator[None]:
    """Keeps what libraries have to say to programmers away from people."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)


def _open_what_is_closed() -> None:
    """Gives a closed stdout or stderr a place: else the next file opened gets its number, and its text."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115


def _forget_stdout() -> None:
    """Keeps Python from trying to write once more when it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
