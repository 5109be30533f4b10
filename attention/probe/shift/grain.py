"""Noise of the sensor, from integers alone: the same in every browser, process and year."""

import numpy as np
from numpy.typing import NDArray

from attention.media.clip import Picture
from attention.probe.shift.shift import Scene, Shift, levels, line, rounded

Whole = NDArray[np.uint32]
BY_COLUMN, BY_ROW, BY_FRAME, BY_COLOUR, BY_SEED = (
    np.uint32(n) for n in (0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F, 0x165667B1)
)
SPREAD = np.float32(np.sqrt(4 * (256**2 - 1) / 12))  # of the sum of four bytes
GREY, FREE = (
    np.float32(0.75),
    np.float32(0.66),
)  # what the colours share, and what each has of its own


def mixed(n: Whole) -> Whole:
    """32 bits, each of which depends on all of n: shifts, exclusive ors and two products mod 2³².

    In JavaScript: n ^= n >>> 16; n = Math.imul(n, 0x7feb352d); n ^= n >>> 15;
    n = Math.imul(n, 0x846ca68b); n ^= n >>> 16.
    """
    with np.errstate(over="ignore"):
        n = (n ^ (n >> np.uint32(16))) * np.uint32(0x7FEB352D)
        n = (n ^ (n >> np.uint32(15))) * np.uint32(0x846CA68B)
        return np.asarray(n ^ (n >> np.uint32(16)))


def normal(n: Whole) -> NDArray[np.float32]:
    """About N(0, 1): the four bytes of mixed(n) added, minus 510, divided by 147.80."""
    bits = mixed(n)
    total = np.zeros(bits.shape, np.uint32)
    for shift in (0, 8, 16, 24):
        total += (bits >> np.uint32(shift)) & np.uint32(255)
    return (total.astype(np.float32) - np.float32(510)) / SPREAD


def _noisy(frames: Picture, value: float, scene: Scene) -> Picture:
    """v + 255·std·(0.75 z₀ + 0.66 z_c), z_c = normal(x·a + y·b + frame·c + k·d + seed·e mod 2³²).

    x, y: column and row ÷ cell, rounded down; cell = ⌊line + ½⌋ pixels, at least 1 · k = 0 for z₀, which the
    colours share, 1, 2, 3 for red, green, blue · a … e: the five constants of this file.
    """
    _, height, width, _ = frames.shape
    cell = max(1, int(line(frames) + 0.5))
    rows, columns = -(-height // cell), -(-width // cell)
    found = np.empty_like(frames)
    with np.errstate(over="ignore"):
        across = np.arange(columns, dtype=np.uint32) * BY_COLUMN
        down = np.arange(rows, dtype=np.uint32)[:, None] * BY_ROW
        at: Whole = across + down + np.uint32(scene.seed & 0xFFFFFFFF) * BY_SEED
        for frame, number, place in zip(frames, scene.numbers, found, strict=True):
            here = at + np.uint32(int(number) & 0xFFFFFFFF) * BY_FRAME
            z = [normal(here + np.uint32(k) * BY_COLOUR) for k in range(4)]
            grain = np.stack([GREY * z[0] + FREE * own for own in z[1:]], -1)
            grain = grain.repeat(cell, 0)[:height].repeat(cell, 1)[:, :width]
            place[:] = rounded(frame + np.float32(255 * value) * grain)
    return found


SHIFTS = (
    Shift(
        "noise", 80, 0.3, levels(0.005, 0.01, 0.017), _noisy, "standard deviation, of 1",
        "The sensor adds grain, another one in each frame.",
    ),
)  # fmt: skip
