"""Compression: each frame as a JPEG and back, by the server only."""

import numpy as np

from attention.media.clip import Picture
from attention.probe.shift.shift import Scene, Shift, levels


def _coarse(frames: Picture, value: float, _: Scene) -> Picture:
    """JPEG of quality 100 − value."""
    import cv2  # slow to load: not before something is compressed

    quality = [cv2.IMWRITE_JPEG_QUALITY, round(100 - value)]
    coded = (cv2.imencode(".jpg", frame[..., ::-1], quality)[1] for frame in frames)
    pictures = [cv2.imdecode(one, cv2.IMREAD_COLOR)[..., ::-1] for one in coded]  # type: ignore[index]
    return np.stack(pictures).astype(np.uint8)


SHIFTS = (
    Shift(
        "compression", 90, 99.0, levels(38, 57, 74), _coarse, "100 − JPEG quality",
        "The file is small: blocks and lost detail.",
        "The drawn set is compressed as H.264; levels are the JPEG qualities with the same mean error.",
        in_browser=False,
    ),
)  # fmt: skip
