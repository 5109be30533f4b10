"""What a published data layout is: a row by which a folder is recognised, named and read."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from training.data.records import VideoHalf, WebHalf


@dataclass(frozen=True)
class Layout:
    """A data set as its authors publish it: half of what the paper needs.

    name: as in "HII:<folder>" · kind: Web stills, or clips · order: its place in lists, and which layout is
    tried first on a folder whose layout nobody named · found(root) → whether a folder is laid out so ·
    read(root, noisy) → its half; noisy: with the noisy stills. InputError for a folder that is not.
    """

    name: str
    kind: Literal["stills", "clips"]
    order: int
    found: Callable[[Path], bool]
    read: Callable[[Path, bool], WebHalf | VideoHalf]
