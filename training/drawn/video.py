"""Frames to H.264 files."""

from __future__ import annotations

import os
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray


def write_video(path: Path, frames: Iterable[NDArray[np.uint8]], fps: float, crf: int = 23) -> None:
    """Writes RGB frames [H,W,3] (even H, W) as H.264 yuv420p with constant rate factor `crf`.

    The file appears under its name only when it is complete.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        with av.open(str(part), "w", format="mp4", options={"movflags": "+faststart"}) as out:
            stream = None
            for frame in frames:
                if stream is None:
                    stream = out.add_stream("libx264", rate=Fraction(fps).limit_denominator(1000))
                    stream.height, stream.width = frame.shape[:2]
                    stream.pix_fmt = "yuv420p"
                    # One thread: the same frames give the same bytes.
                    stream.options = {"crf": str(crf), "preset": "medium", "threads": "1"}
                out.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
            if stream is not None:
                out.mux(stream.encode())
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
