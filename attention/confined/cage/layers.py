"""The layers of the cage: which of them this system has, and how they are shut."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

if sys.platform == "linux":
    from attention.confined.cage import kernel, landlock, seccomp

OLD_KERNEL = "this kernel lacks it; a newer one has it"


@dataclass(frozen=True)
class Layer:
    """One layer: its name, what it denies the child, and why it is missing, or "" when it holds."""

    name: str
    denies: str
    missing: str = ""


def layers() -> tuple[Layer, ...]:
    """The layers as this system has them; asks the kernel and changes nothing."""
    return tuple(
        Layer(name, denies, "" if held else _why())
        for (name, denies), held in zip(LAYERS.items(), _held(), strict=True)
    )


LAYERS = {
    "no_new_privs": "more rights through another program",
    "Landlock: files": "every file but the one that is read, and all writing",
    "Landlock: network": "TCP connections",
    "Landlock: signals": "signals to other processes",
    "seccomp": "sockets, new processes, other programs, other processes' memory, and every other call "
    "that decoding does not need",
}


def missing() -> tuple[str, ...]:
    """For each layer that this system lacks, a sentence: what it would deny, and why it is missing."""
    return tuple(
        f"The decoder's cage lacks {layer.name}, which denies {layer.denies}: {layer.missing}."
        for layer in layers()
        if layer.missing
    )


def shut(readable: Iterable[str | Path]) -> None:
    """Shuts every layer that this system has, for good: from now on only these files can be read.

    A folder stands for all that lies below it. Everything else that is needed, such as modules, must be
    loaded before. Raises OSError when a layer that is here cannot be shut, and RuntimeError when a
    thread is running, which Landlock would leave outside.
    """
    if sys.platform != "linux":
        return
    if sum(1 for _ in Path("/proc/self/task").iterdir()) > 1:
        raise RuntimeError("The cage is shut before a thread starts, not after.")
    kernel.forbid_new_privileges()
    if landlock.version():
        landlock.restrict(map(Path, readable))
    if seccomp.available():
        seccomp.restrict()


def _held() -> tuple[bool, ...]:
    """For each of LAYERS whether this system has it."""
    if sys.platform != "linux":
        return (False,) * len(LAYERS)
    known = landlock.version()
    return (
        True,
        known > 0,
        known >= landlock.NETWORK_SINCE,
        known >= landlock.SCOPES_SINCE,
        seccomp.available(),
    )


def _why() -> str:
    return (
        OLD_KERNEL if sys.platform == "linux" else f"only Linux has it, and this is {sys.platform}"
    )
