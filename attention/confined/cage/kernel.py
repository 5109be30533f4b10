"""System calls that Python has no function for, made through the C library. Linux only."""

import ctypes
import os
from functools import cache

SET_NO_NEW_PRIVILEGES = 38  # of prctl


def system_call(number: int, *arguments: int | bytes | None) -> int:
    """Makes a system call; returns what it returns. Raises OSError."""
    words = (ctypes.c_long(word) if isinstance(word, int) else word for word in arguments)
    return _checked(_library().syscall(ctypes.c_long(number), *words))


def forbid_new_privileges() -> None:
    """Lets no program that is started from here gain rights; the other layers ask for it. OSError."""
    _checked(_library().prctl(SET_NO_NEW_PRIVILEGES, *(ctypes.c_ulong(n) for n in (1, 0, 0, 0))))


def _checked(returned: int) -> int:
    if returned < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return returned


@cache
def _library() -> ctypes.CDLL:
    library = ctypes.CDLL(None, use_errno=True)
    library.syscall.restype = ctypes.c_long
    return library
