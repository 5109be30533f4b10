"""HDR pictures as sRGB: PQ and HLG (ITU-R BT.2100), tone-mapped by the curve of ITU-R BT.2390, section 5.4.1.

SDR's white is the 203 cd/m² of BT.2408; up to about 93 cd/m² nothing changes, and what is brighter is
compressed so that PEAK becomes white. Colours keep the proportions of their channels.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from attention.media.clip import Picture
from attention.media.gamut import BT709, BT2020, OF_BT2020, ROWS, WIDE, Floats, signals_of

Curve = Literal["PQ", "HLG"]
CURVES: Mapping[int, Curve] = {
    16: "PQ",
    18: "HLG",
}  # by H.273's number of their transfer characteristics

WHITE = 203.0  # cd/m²
PEAK = 1000.0  # cd/m²; of HLG's display, and what most PQ is made for
STEPS = 8192  # of the brightness table: an eighth of a cd/m² each
LUMINANCE = np.array([0.2627, 0.6780, 0.0593], np.float32)  # of BT.2020's channels
# PQ's constants m1, m2, c1, c2, c3
M1, M2 = 2610 / 16384, 128 * 2523 / 4096
C1, C2, C3 = 3424 / 4096, 32 * 2413 / 4096, 32 * 2392 / 4096


def tone_mapped(deep: NDArray[np.uint16], curve: Curve, primaries: int = BT2020) -> Picture:
    """A picture [H,W,3] of 16-bit R'G'B' signals as sRGB, uint8 [H,W,3]. primaries: by H.273's numbers."""
    found = np.empty(deep.shape, np.uint8)
    for row in range(0, len(deep), ROWS):
        found[row : row + ROWS] = _mapped(deep[row : row + ROWS], curve, primaries)
    return found


def _mapped(deep: NDArray[np.uint16], curve: Curve, primaries: int) -> Picture:
    light = _light_of(curve).take(deep)
    if curve == "HLG":  # the system gamma of a display of 1000 cd/m²
        light *= PEAK * ((light @ LUMINANCE) ** np.float32(0.2))[..., None]
    brightest = np.maximum(
        np.maximum(light[..., 0], light[..., 1]), light[..., 2]
    )  # as max, faster
    step = np.minimum(brightest * ((STEPS - 1) / PEAK) + 0.5, STEPS - 1).astype(np.int32)
    # beyond the peak all is white; the table ends there
    light *= (_scale().take(step) * np.minimum(1, PEAK / np.maximum(brightest, 1)))[..., None]
    # HDR that does not say its primaries is BT.2020's
    return signals_of(light if primaries == BT709 else light @ WIDE.get(primaries, OF_BT2020).T)


@lru_cache
def _light_of(curve: Curve) -> Floats:
    """Signal, 16 bits, to light: cd/m² of the display for PQ, 0 … 1 of the scene for HLG."""
    signal = np.linspace(0, 1, 65536)
    if curve == "PQ":
        power = signal ** (1 / M2)
        return _float(10_000 * (np.maximum(power - C1, 0) / (C2 - C3 * power)) ** (1 / M1))
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    return _float(np.where(signal <= 0.5, signal**2 / 3, (np.exp((signal - c) / a) + b) / 12))


@lru_cache
def _scale() -> Floats:
    """What light of 0 … PEAK cd/m², in STEPS steps, is multiplied by to become linear sRGB, 0 … 1."""
    light = np.linspace(0, PEAK, STEPS)
    top = _pq(np.array(PEAK))
    given, most = _pq(light) / top, _pq(np.array(WHITE)) / top
    knee = 1.5 * most - 0.5
    t = np.maximum(given - knee, 0) / (1 - knee)
    spline = (
        (2 * t**3 - 3 * t**2 + 1) * knee
        + (t**3 - 2 * t**2 + t) * (1 - knee)
        + (3 * t**2 - 2 * t**3) * most
    )
    power = (np.where(given < knee, given, spline) * top) ** (1 / M2)
    mapped = 10_000 * (np.maximum(power - C1, 0) / (C2 - C3 * power)) ** (1 / M1)
    return _float(np.where(light > 0, mapped / np.maximum(light, 1e-9), 1) / WHITE)


def _pq(light: NDArray[np.float64]) -> NDArray[np.float64]:
    """The PQ signal, 0 … 1, of cd/m²."""
    power = (light / 10_000) ** M1
    return np.asarray(((C1 + C2 * power) / (1 + C3 * power)) ** M2)


def _float(values: NDArray[np.float64]) -> Floats:
    return values.astype(np.float32)
