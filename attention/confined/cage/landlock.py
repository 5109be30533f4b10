"""Landlock: the kernel denies this process everything on a list but what a rule allows. Linux ≥ 5.13.

Denied is opening any file or folder but the named ones (so also /proc with the parent's environment),
writing, making, renaming and removing any; with newer kernels TCP, and signals and abstract sockets
that reach out of the cage. Opening is what is denied: open files, such as the pipe to the parent, stay open,
and a file's size and times can still be asked for.
"""

import os
import struct
from collections.abc import Iterable
from pathlib import Path

from attention.confined.cage.kernel import system_call

# The same numbers on every architecture.
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
ASK_VERSION = 1  # a flag of CREATE_RULESET
RULE_PATH_BENEATH = 1
READ_FILE, READ_FOLDER = 1 << 2, 1 << 3
# The kernel knows 13 rights to files in version 1 of the interface, and more in later ones.
FILE_RIGHTS = {1: (1 << 13) - 1, 2: 1 << 13, 3: 1 << 14, 5: 1 << 15}
NETWORK_SINCE, TCP = 4, 0b11  # bind, connect
SCOPES_SINCE, SCOPES = 6, 0b11  # abstract UNIX sockets, signals


def version() -> int:
    """The version of the kernel's Landlock interface; 0 when it has none."""
    try:
        return system_call(CREATE_RULESET, None, 0, ASK_VERSION)
    except OSError:
        return 0


def restrict(readable: Iterable[Path]) -> None:
    """Denies this thread and its later ones all but reading these files, and all below these folders.

    Names of no file and no folder are passed over. Raises OSError when a layer cannot be shut.
    """
    ruleset = system_call(CREATE_RULESET, _denied(version()), _size(version()), 0)
    try:
        for path in readable:
            _allow_reading(ruleset, path)
        system_call(RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)


def _denied(known: int) -> bytes:
    """struct landlock_ruleset_attr: the rights to files, to the network, and the scopes."""
    files = sum(rights for since, rights in FILE_RIGHTS.items() if since <= known)
    network = TCP if known >= NETWORK_SINCE else 0
    return struct.pack("=QQQ", files, network, SCOPES if known >= SCOPES_SINCE else 0)


def _size(known: int) -> int:
    """The bytes of that struct which a kernel of this version knows."""
    return 24 if known >= SCOPES_SINCE else 16 if known >= NETWORK_SINCE else 8


def _allow_reading(ruleset: int, path: Path) -> None:
    if path.is_dir():
        rights = READ_FILE | READ_FOLDER
    elif path.is_file():
        rights = READ_FILE
    else:  # a device or a pipe is no clip
        return
    file = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        system_call(ADD_RULE, ruleset, RULE_PATH_BENEATH, struct.pack("=Qi", rights, file), 0)
    finally:
        os.close(file)
