"""All pictures in one, small, for a page that shows each as it is pointed at."""

import numpy as np

from attention.media.frames import Picture
from attention.media.jpeg import fitted, jpeg

COLUMNS, SIDE = 20, 96  # pixels of a square cell
QUALITY = 70
GROUND = 128  # grey beside pictures that are no squares


class Sheet:
    """Takes pictures one after the other."""

    def __init__(self) -> None:
        self._cells: list[Picture] = []

    def add(self, rgb: Picture) -> None:
        """Takes an RGB picture [H,W,3], made to fit a cell."""
        small = fitted(rgb, SIDE)[:SIDE, :SIDE]
        h, w = small.shape[:2]
        cell = np.full((SIDE, SIDE, 3), GROUND, np.uint8)
        top, left = (SIDE - h) // 2, (SIDE - w) // 2
        cell[top : top + h, left : left + w] = small
        self._cells.append(cell)

    def jpeg(self) -> bytes:
        """The sheet, COLUMNS cells in a row."""
        rows = -(-len(self._cells) // COLUMNS)
        whole = np.full((rows, COLUMNS, SIDE, SIDE, 3), GROUND, np.uint8)
        for number, cell in enumerate(self._cells):
            whole[divmod(number, COLUMNS)] = cell
        picture = whole.swapaxes(1, 2).reshape(rows * SIDE, COLUMNS * SIDE, 3)
        return jpeg(picture, max(picture.shape), QUALITY)
