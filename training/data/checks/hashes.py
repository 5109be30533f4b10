"""A perceptual hash of a picture: the signs of its lowest frequencies, which a copy keeps."""

import cv2
import numpy as np
from numpy.typing import NDArray

from attention.media.frames import Picture
from training.settings import DATA

SIDE = 32  # pixels; pictures are shrunk to a square, so a copy may be scaled or stretched
FREQUENCIES = 16  # of each direction
MARGIN = 0.04  # of each side, cut off for the second hash: copies are often cropped a little
FLAT = 4.0  # grey levels; a picture whose deviation is lower is all noise or one colour
BLOCK = 1024  # hashes compared with all others at once

Hashes = NDArray[np.int8]
# 1, or -1 where a frequency changes its sign when the picture is mirrored left to right
MIRROR = np.tile(np.where(np.arange(FREQUENCIES) % 2, -1, 1), FREQUENCIES)[1:].astype(np.float32)
INNER = np.float32(
    [[1 - 2 * MARGIN, 0, MARGIN * (SIDE - 1)], [0, 1 - 2 * MARGIN, MARGIN * (SIDE - 1)]]
)


def hashes(rgb: Picture) -> Hashes | None:
    """The hashes of a picture and of what lies within its margins, int8 [2,255]; None for a flat one.

    rgb: uint8 [H,W,3]. Of the grey picture of SIDE × SIDE pixels the signs, 1 or -1, of the cosine
    transform's lowest FREQUENCIES × FREQUENCIES coefficients without the mean.
    """
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
    if small.std() < FLAT:
        return None
    inner = cv2.warpAffine(
        small, INNER, (SIDE, SIDE), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    )
    return np.stack([_signs(small), _signs(inner)])


def _signs(grey: NDArray[np.float32]) -> Hashes:
    low = cv2.dct(grey)[:FREQUENCIES, :FREQUENCIES].ravel()[1:]
    return np.where(low > 0, 1, -1).astype(np.int8)


def alike(block: Hashes, later: Hashes) -> NDArray[np.float32]:
    """The similarity, -1 … 1, of hashes [a,2,255] and [b,2,255], as they are, mirrored or cropped: [a,b].

    The share of equal signs minus that of others; pictures that have nothing in common are near 0.
    """
    whole, inner = block.astype(np.float32).swapaxes(0, 1)
    other, others_inner = later.astype(np.float32).swapaxes(0, 1)
    products = (
        whole @ other.T,
        (whole * MIRROR) @ other.T,
        inner @ other.T,
        whole @ others_inner.T,
    )
    return np.asarray(np.maximum.reduce(products) / len(MIRROR))


def pairs_alike(
    found: Hashes, start: int, threshold: float = DATA.copy_similarity
) -> list[tuple[int, int, float]]:
    """(i, j, similarity) at or above the threshold, of BLOCK hashes from `start` on with all later ones."""
    block = alike(found[start : start + BLOCK], found[start:])
    rows, columns = np.nonzero(np.triu(block >= threshold, k=1))
    return [
        (start + int(i), start + int(j), float(block[i, j]))
        for i, j in zip(rows, columns, strict=True)
    ]
