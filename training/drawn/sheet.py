"""Contact sheets of stills."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from attention.errors import InputError
from training.drawn.dataset import Item
from training.drawn.seeds import CONCEPTS
from training.drawn.still import draw_still

_TILE, _GAP = 256, 6


def _tile(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = picture.shape[:2]
    factor = _TILE / max(height, width)
    size = (round(width * factor), round(height * factor))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    tile = np.full((_TILE + _GAP, _TILE + _GAP, 3), 255, np.uint8)
    y, x = (_TILE - size[1]) // 2, (_TILE - size[0]) // 2
    tile[y : y + size[1], x : x + size[0]] = small
    return tile


def sheet(split: str = "web", columns: int = 6, first: int = 0) -> NDArray[np.uint8]:
    """RGB picture with one row per concept: `columns` stills of the drawn set from number `first`."""
    rows = []
    for concept in CONCEPTS:
        items = [Item(split, concept, first + i) for i in range(columns)]
        rows.append(
            np.hstack([_tile(draw_still(i.seed, concept, split == "noisy")) for i in items])
        )
    return np.vstack(rows)


def write_sheet(path: Path, split: str = "web", columns: int = 6, first: int = 0) -> None:
    """Writes a sheet as PNG; raises InputError when the place cannot be written."""
    _, coded = cv2.imencode(".png", sheet(split, columns, first)[..., ::-1])
    try:
        path.write_bytes(coded.tobytes())
    except OSError as error:
        raise InputError(
            f"The sheet cannot be written to {str(path)!r} ({error.strerror}): name another file."
        ) from error
