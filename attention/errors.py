"""What people get told when something they gave cannot be used, or the disk is full."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

DISK_IS_FULL = "The server's disk is full; free some space there, or ask whoever runs it to."


class InputError(ValueError):
    """One clear sentence: what is wrong, with its name, and what to do.

    Raised for anything a person can mend (a file, a concept, a number). The terminal prints it and
    leaves with status 2; the page shows it as a toast. It never carries a traceback to a person.
    """


def short(name: object, most: int = 80, unprintable: str = " ") -> str:
    """A name as a sentence can hold it: printable, at most `most` characters, its middle left out."""
    text = "".join(c if c.isprintable() else unprintable for c in str(name))
    return text if len(text) <= most else f"{text[: most - 20]}…{text[-19:]}"


def whole_number(what: str, value: object) -> int:
    """An integer, also when it comes as 5.0; InputError, naming `what`, for anything else."""
    try:
        number = int(value)  # type: ignore[call-overload]
        if not isinstance(value, str) and number == value:
            return int(number)
    except (TypeError, ValueError, OverflowError):
        pass
    raise InputError(f"{what} {short(repr(value))} is no whole number; give one, such as 5.")


def is_full_disk(error: BaseException) -> bool:
    """Whether an error is the operating system's for a disk, or a quota, that is used up."""
    return isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}


@contextmanager
def full_disk_told() -> Iterator[None]:
    """Turns a full disk into an InputError; safetensors tells of one in words alone."""
    try:
        yield
    except Exception as error:
        if is_full_disk(error) or "No space left on device" in str(error):
            raise InputError(DISK_IS_FULL) from None
        raise
