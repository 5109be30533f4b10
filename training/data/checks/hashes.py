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
BLOCK = 256  # hashes compared with all others at once: bounds the memory of a large set

Hashes = NDArray[np.int8]  # of a picture, [2,255]
Signs = NDArray[np.float32]  # of many, as products take them
# 1, or -1 where a frequency changes its sign when the picture is mirrored left to right
MIRROR = np.tile(np.where(np.arange(FREQUENCIES) % 2, -1, 1), FREQUENCIES)[1:].astype(np.float32)
INNER = np.array(
    [[1 - 2 * MARGIN, 0, MARGIN * (SIDE - 1)], [0, 1 - 2 * MARGIN, MARGIN * (SIDE - 1)]], np.float32
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


def alike(block: Signs, later: Signs) -> Signs:
    """The similarity, -1 … 1, of hashes [2,a,255] and [2,b,255], as they are, mirrored or cropped: [a,b].

    The share of equal signs minus that of others; pictures that have nothing in common are near 0.
    """
    (whole, inner), (other, others_inner) = block / len(MIRROR), later
    found = whole @ other.T
    for one, two in ((whole * MIRROR, other), (inner, other), (whole, others_inner)):
        np.maximum(found, one @ two.T, out=found)
    return found


def pairs_alike(
    found: Signs, start: int, threshold: float = DATA.copy_similarity
) -> list[tuple[int, int, float]]:
    """(i, j, similarity) at or above the threshold, of BLOCK hashes from `start` on with all later ones.

    found: float32 [2,n,255].
    """
    block = alike(found[:, start : start + BLOCK], found[:, start:])
    rows, columns = np.nonzero(block >= threshold)
    return [
        (start + int(i), start + int(j), float(block[i, j]))
        for i, j in zip(rows, columns, strict=True)
        if i < j
    ]
