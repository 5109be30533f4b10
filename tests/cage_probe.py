"""Tries every way out of the cage and prints what came of each: the work of a confined child.

Options: layers to leave open ("landlock", "seccomp"), and as the last one the folder that has what to
attack: `secret`, `victim` (to unlink), `moved` (to rename). The first file is the one that may be read.
"""

import ctypes
import errno
import fcntl
import json
import mmap
import os
import platform
import resource
import signal
import socket
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from attention.confined.cage import landlock, seccomp

LIBC = ctypes.CDLL(None, use_errno=True)
READ_PARENT = ctypes.create_string_buffer(16)
PTRACE_SEIZE = 0x4206
IO_URING_SETUP, CLONE3, OPENAT2 = 425, 435, 437  # on every machine
CLONE = {"x86_64": 56, "aarch64": 220}.get(platform.machine(), -1)


def checked(returned: int) -> int:
    if returned < 0:
        raise OSError(ctypes.get_errno(), "")
    return returned


def read(path: str | Path) -> None:
    os.read(os.open(path, os.O_RDONLY), 1)


def map_to_write(path: str) -> None:
    with Path(path).open("r+b") as file:
        mmap.mmap(file.fileno(), 1)[0] = 88


def fork() -> None:
    # the system's own: Python's would have libraries tidy up in the new process, which may never end
    if not checked(LIBC.syscall(CLONE, signal.SIGCHLD, 0, 0, 0, 0)):
        os._exit(0)


def read_memory_of_parent() -> None:
    vector = (ctypes.c_size_t * 2)(ctypes.addressof(READ_PARENT), 1)
    checked(LIBC.process_vm_readv(os.getppid(), vector, 1, vector, 1, 0))


def call_as_32_bit() -> None:
    """getpid of 32-bit x86: mov eax, 20; int 0x80; ret."""
    if platform.machine() != "x86_64":
        raise OSError(errno.ENOSYS, "")
    code = mmap.mmap(-1, 4096, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, 7)
    code.write(b"\xb8\x14\x00\x00\x00\xcd\x80\xc3")
    address = ctypes.addressof(ctypes.c_char.from_buffer(code))
    returned = ctypes.CFUNCTYPE(ctypes.c_int)(address)()
    if returned < 0:
        raise OSError(-returned, "")


def ways(file: str, folder: Path) -> dict[str, Callable[[], object]]:
    parent, address, limits = os.getppid(), bytes(16), (ctypes.c_ulong * 2)(60, 60)
    return {
        "parent's environment": lambda: read(f"/proc/{parent}/environ"),
        "another file": lambda: read(folder / "secret"),
        "a folder": lambda: os.listdir(folder),
        "openat2": lambda: checked(
            LIBC.syscall(OPENAT2, -100, bytes(folder / "secret"), bytes(24), 24)
        ),
        "write": lambda: os.open(file, os.O_WRONLY),
        "append": lambda: os.open(file, os.O_RDWR | os.O_APPEND),
        "truncate": lambda: os.truncate(file, 2),  # its size
        "create": lambda: os.open(folder / "new", os.O_RDONLY | os.O_CREAT),
        "unnamed file": lambda: os.open(folder, os.O_RDWR | os.O_TMPFILE),
        "map to write": lambda: map_to_write(file),
        "shared memory": lambda: mmap.mmap(-1, 4096),
        "memfd": lambda: os.memfd_create("x"),
        "unlink": lambda: os.unlink(folder / "victim"),
        "rename": lambda: os.rename(folder / "moved", folder / "elsewhere"),
        "mkdir": lambda: os.mkdir(folder / "made"),
        "link": lambda: os.link(file, folder / "linked"),
        "symlink": lambda: os.symlink(file, folder / "pointed"),
        "chmod": lambda: os.chmod(file, 0o777),
        "chown": lambda: os.chown(file, os.getuid(), os.getgid()),
        "utime": lambda: os.utime(file, (0, 0)),
        "socket": socket.socket,
        "unix socket": socket.socketpair,
        "connect": lambda: checked(LIBC.connect(0, address, 16)),
        "bind": lambda: checked(LIBC.bind(0, address, 16)),
        "fork": fork,
        "clone": lambda: checked(LIBC.syscall(CLONE, 1 << 40, 0, 0, 0, 0)),  # an invalid flag
        "clone3": lambda: checked(LIBC.syscall(CLONE3, None, 0)),
        "exec": lambda: os.execv(b"/nowhere", [b"x"]),
        "ptrace": lambda: checked(LIBC.ptrace(PTRACE_SEIZE, parent, 0, 0)),
        "process_vm_readv": read_memory_of_parent,
        "kill": lambda: os.kill(parent, 0),
        "signal by fcntl": lambda: fcntl.fcntl(0, fcntl.F_SETOWN, parent),
        "pidfd": lambda: os.pidfd_open(parent),
        "priority": lambda: os.setpriority(os.PRIO_PROCESS, 0, 19),
        "parent's limits": lambda: resource.prlimit(parent, resource.RLIMIT_NOFILE),
        "other limits": lambda: checked(LIBC.setrlimit(resource.RLIMIT_NOFILE, limits)),
        "io_uring": lambda: checked(LIBC.syscall(IO_URING_SETUP, 1, bytes(120))),
        "unshare": lambda: checked(LIBC.unshare(0)),
        "chroot": lambda: os.chroot("/nowhere"),
        "ioctl": lambda: fcntl.ioctl(0, 0x541B, bytes(4)),  # FIONREAD
        "32-bit calls": call_as_32_bit,
    }


def came_of(way: Callable[[], object]) -> str:
    """The name of the error, or "done"."""
    try:
        way()
    except OSError as error:
        return errno.errorcode[error.errno or 0]
    return "done"


def main(options: Sequence[str], files: Sequence[str]) -> int:
    """In the child, inside the cage: tries them in a thread, which must be as caged as its process."""
    found = {}

    def attempt() -> None:
        read(files[0])  # that must remain
        for name, way in ways(files[0], Path(options[-1])).items():
            found[name] = came_of(way)

    thread = threading.Thread(target=attempt)
    thread.start()
    thread.join()
    print(json.dumps(found), flush=True)
    return 0


if "attention.confined.batch" in str(getattr(sys.modules.get("__main__"), "__spec__", "")):
    left_open = json.loads(sys.argv[1])["options"][:-1]
    if "landlock" in left_open:
        landlock.version = lambda: 0
    if "seccomp" in left_open:
        seccomp.available = lambda: False
