"""seccomp: before each system call the kernel runs a small program that allows or refuses it.

The program is a list of 8-byte instructions of the "classic BPF" machine. It sees the call's number and
the words of its arguments, not what pointers point to. A refused call returns an error to its caller:
ENOSYS, as from a kernel that lacks the call, so that libraries fall back to another one; EPERM when only
these arguments are refused.
"""

import ctypes
import errno
import os
import platform
import struct
from dataclasses import dataclass
from itertools import chain

from attention.confined.cage.calls import MACHINES, NUMBERS, number_of
from attention.confined.cage.kernel import system_call

# Of struct seccomp_data: where the number, the architecture and the arguments' words lie, in bytes.
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}  # x86-64's also counts x32's calls
SECCOMP = {"x86_64": 317, "aarch64": 277}  # the call that installs the program
GET_ACTION_AVAILABLE, SET_MODE_FILTER, ALL_THREADS = 2, 1, 1

LOAD, IF_EQUAL, IF_ANY_BIT, RETURN = 0x20, 0x15, 0x45, 0x06
ALLOW, REFUSE = 0x7FFF0000, 0x00050000  # an error number is added to REFUSE

MAY_WRITE = (
    os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND | 0o20000000
)  # O_TMPFILE
PROT_WRITE, MAP_SHARED = 2, 1
CLONE_THREAD = 0x10000
# Of fcntl: copies of a descriptor and its flags. Not F_SETOWN, which sends signals to others.
FCNTL = (0, 1, 2, 3, 4, 1030)


@dataclass(frozen=True)
class Test:
    """A test of one 32-bit word of an argument: whether it equals `value`, or has any bit of it."""

    argument: int
    jump: int  # IF_EQUAL or IF_ANY_BIT
    value: int
    passes: bool = True  # whether the test passes when that holds
    high: bool = False  # the argument's upper word

    def instructions(self, past: int) -> list[bytes]:
        """Loads the word; skips `past` instructions unless the test passes."""
        word = ARGUMENTS + 8 * self.argument + 4 * self.high
        skips = (0, past) if self.passes else (past, 0)
        return [instruction(LOAD, word), instruction(self.jump, self.value, *skips)]


# A call listed here is allowed when all tests of one of its alternatives pass.
ALTERNATIVES: dict[str, tuple[tuple[Test, ...], ...]] = {
    "open": ((Test(1, IF_ANY_BIT, MAY_WRITE, passes=False),),),
    "openat": ((Test(2, IF_ANY_BIT, MAY_WRITE, passes=False),),),
    "mmap": (  # a mapping that writes, or one that others see, never both: it would change a file
        (Test(2, IF_ANY_BIT, PROT_WRITE, passes=False),),
        (Test(3, IF_ANY_BIT, MAP_SHARED, passes=False),),
    ),
    "clone": ((Test(0, IF_ANY_BIT, CLONE_THREAD),),),
    "fcntl": tuple((Test(1, IF_EQUAL, command),) for command in FCNTL),
    # asks for a limit of this process and sets none: no new limit, whose address is two words
    "prlimit64": ((Test(0, IF_EQUAL, 0), Test(2, IF_EQUAL, 0), Test(2, IF_EQUAL, 0, high=True)),),
}


def available() -> bool:
    """Whether this kernel filters system calls, on a machine whose calls are listed."""
    machine = platform.machine()
    if machine not in MACHINES:
        return False
    try:
        action = struct.pack("=I", REFUSE)
        return system_call(SECCOMP[machine], GET_ACTION_AVAILABLE, 0, action) == 0
    except OSError:
        return False


def restrict() -> None:
    """Refuses this process, in all its threads, every call that is not allowed. Raises OSError."""
    machine = platform.machine()
    code = program(machine)
    kept = ctypes.create_string_buffer(code, len(code))
    header = struct.pack("@HP", len(code) // 8, ctypes.addressof(kept))
    if system_call(SECCOMP[machine], SET_MODE_FILTER, ALL_THREADS, header):
        raise OSError(errno.EBUSY, "a thread has another filter")


def program(machine: str) -> bytes:
    """The filter for a machine of MACHINES."""
    calls = (
        (number, ALTERNATIVES.get(name, ((),)))
        for name in NUMBERS
        if (number := number_of(name, machine)) is not None
    )
    return b"".join(
        [
            instruction(LOAD, ARCHITECTURE),
            instruction(IF_EQUAL, ARCHITECTURES[machine], 1, 0),
            instruction(RETURN, REFUSE | errno.ENOSYS),  # a 32-bit call: its numbers differ
            instruction(LOAD, NUMBER),
            *chain.from_iterable(_allowed(number, alternatives) for number, alternatives in calls),
            instruction(RETURN, REFUSE | errno.ENOSYS),
        ]
    )


def _allowed(number: int, alternatives: tuple[tuple[Test, ...], ...]) -> list[bytes]:
    """What decides on the call with this number; another number skips it, still loaded."""
    decided: list[bytes] = []
    for tests in alternatives:
        for place, test in enumerate(tests):
            decided += test.instructions(past=2 * (len(tests) - place) - 1)
        decided.append(instruction(RETURN, ALLOW))
    if all(alternatives):
        decided.append(instruction(RETURN, REFUSE | errno.EPERM))
    return [instruction(IF_EQUAL, number, 0, len(decided)), *decided]


def instruction(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    """struct sock_filter: what to do, how many instructions to skip then, and a number."""
    return struct.pack("=HBBI", code, if_true, if_false, value)
