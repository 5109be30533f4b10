"""A frame as a small JPEG, for pages and packs."""

import cv2

from attention.media.clip import Picture

SIDE = 480  # longest side of a kept picture, pixels


def fitted(frame: Picture, side: int = SIDE) -> Picture:
    """An RGB frame [H,W,3], averaged to `side` pixels where it is longer."""
    h, w = frame.shape[:2]
    scale = side / max(h, w)
    if scale < 1:
        # the thinnest frame, such as 2×6000, keeps a pixel
        size = (max(1, round(scale * w)), max(1, round(scale * h)))
        frame = cv2.resize(frame, size, interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
    return frame


def jpeg(frame: Picture, side: int = SIDE, quality: int = 80) -> bytes:
    """An RGB frame [H,W,3] as a JPEG no longer than `side` pixels."""
    frame = fitted(frame, side)
    bgr = cv2.cvtColor(frame, cv2.COLOR_RGB2BGR)
    return cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()
