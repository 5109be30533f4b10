"""Errors that a user can fix, such as a wrong file or a full disk, as one clear sentence."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

DISK_IS_FULL = "The server's disk is full; free some space there, or ask whoever runs it to."
DISK_IS_CLOSED = "The server's disk cannot be written to; ask whoever runs it to change that."


class InputError(ValueError):
    """One clear sentence: what is wrong, with its name, and what to do.

    Raised for anything that a user can correct (a file, a concept, a number). The terminal prints it
    and exits with status 2; the page shows it as a toast. The user never sees a traceback.
    """


def short(name: object, most: int = 80, unprintable: str = " ") -> str:
    """A name for a sentence: printable, and without its middle when longer than `most` characters."""
    text = "".join(c if c.isprintable() else unprintable for c in str(name))
    return text if len(text) <= most else f"{text[: most - 20]}…{text[-19:]}"


def whole_number(what: str, value: object) -> int:
    """An integer; 5.0 counts as 5. Raises InputError, which names `what`, for anything else."""
    try:
        number = int(value)  # type: ignore[call-overload]
        if not isinstance(value, str) and number == value:
            return int(number)
    except (TypeError, ValueError, OverflowError):
        pass
    raise InputError(f"{what} {short(repr(value))} is no whole number; give one, such as 5.")


def is_full_disk(error: BaseException) -> bool:
    """Whether an error says that the disk is full or the disk quota is used up.

    The errors of safetensors and OpenVINO have no number, only the text.
    """
    number = error.errno if isinstance(error, OSError) else None
    return number in {errno.ENOSPC, errno.EDQUOT} or "No space left on device" in str(error)


def disk_fault_sentence(error: BaseException) -> str:
    """The sentence for a disk that is full or cannot be written to; "" for any other error."""
    if is_full_disk(error):
        return DISK_IS_FULL
    closed = {errno.EROFS, errno.EACCES, errno.EPERM}
    return DISK_IS_CLOSED if isinstance(error, OSError) and error.errno in closed else ""


@contextmanager
def full_disk_told() -> Iterator[None]:
    """Turns a full disk into an InputError."""
    try:
        yield
    except Exception as error:
        if is_full_disk(error):
            raise InputError(DISK_IS_FULL) from None
        raise
