"""Wide gamuts, BT.2020 and P3, as sRGB: colours by their light, clipped where sRGB has none such.

Greys stay as they are: signals become light, and light signals, by sRGB's curve, as on screens.
"""

from collections.abc import Mapping
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from attention.media.clip import Picture

Floats = NDArray[np.float32]
ROWS = 256  # converted at once: bounds the memory of a large picture
BT709, BT2020 = 1, 9  # H.273's numbers of primaries
# linear BT.2020 to BT.709 (ITU-R BT.2087), and linear P3 (SMPTE EG 432-1) to the same
OF_BT2020 = np.array(
    [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]], np.float32
)
OF_P3 = np.array(
    [[1.2249, -0.2249, 0.0], [-0.0421, 1.0421, 0.0], [-0.0196, -0.0786, 1.0983]], np.float32
)
WIDE: Mapping[int, Floats] = {BT2020: OF_BT2020, 11: OF_P3, 12: OF_P3}  # by H.273's numbers


def in_srgb(rgb: Picture, primaries: int) -> Picture:
    """A picture [H,W,3] of these primaries, uint8, in sRGB's; as it is where they are not wide."""
    matrix = WIDE.get(primaries)
    if matrix is None:
        return rgb
    found = np.empty_like(rgb)
    for row in range(0, len(rgb), ROWS):
        light = _light().take(rgb[row : row + ROWS])
        found[row : row + ROWS] = signals_of(light @ matrix.T)
    return found


def signals_of(light: Floats) -> Picture:
    """Linear light, of which 0 … 1 can be shown, as sRGB's signals of 8 bits."""
    return _signals().take((np.clip(light, 0, 1) * 65535 + 0.5).astype(np.uint16))


@lru_cache
def _light() -> Floats:
    """Signals of 8 bits to linear light, 0 … 1."""
    x = np.linspace(0, 1, 256)
    return np.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4).astype(np.float32)


@lru_cache
def _signals() -> Picture:
    """Linear light of 16 bits to signals of 8."""
    x = np.linspace(0, 1, 65536)
    signal = np.where(x <= 0.0031308, 12.92 * x, 1.055 * x ** (1 / 2.4) - 0.055)
    return np.round(255 * signal).astype(np.uint8)
