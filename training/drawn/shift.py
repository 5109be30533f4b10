"""The knobs between Web images and TV: how far a clip is from a posed, bright, centred picture."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields

import numpy as np

from attention.errors import InputError

LEVELS = ("mild", "medium", "hard")

# Ranges of every knob by level; integers stay integers.
_RANGES: dict[str, dict[str, tuple[float, float]]] = {
    "mild": {
        "scale": (1.0, 1.15),
        "off_centre": (0.0, 0.05),
        "darkness": (0.0, 0.15),
        "grade": (0.05, 0.25),
        "blur": (0.05, 0.3),
        "noise": (0.002, 0.008),
        "clutter": (0.2, 0.5),
        "occlusion": (0.0, 0.06),
        "extras": (0, 1),
        "compression": (22, 28),
        "viewpoint": (0.0, 0.4),
    },
    "medium": {
        "scale": (1.12, 1.38),
        "off_centre": (0.03, 0.11),
        "darkness": (0.1, 0.28),
        "grade": (0.2, 0.5),
        "blur": (0.25, 0.7),
        "noise": (0.006, 0.014),
        "clutter": (0.4, 0.75),
        "occlusion": (0.0, 0.16),
        "extras": (0, 2),
        "compression": (26, 31),
        "viewpoint": (0.25, 0.6),
    },
    "hard": {
        "scale": (1.3, 1.65),
        "off_centre": (0.07, 0.17),
        "darkness": (0.22, 0.42),
        "grade": (0.45, 0.8),
        "blur": (0.55, 1.15),
        "noise": (0.012, 0.022),
        "clutter": (0.65, 1.0),
        "occlusion": (0.05, 0.22),
        "extras": (1, 2),
        "compression": (30, 35),
        "viewpoint": (0.45, 0.85),
    },
}


@dataclass(frozen=True)
class Shift:
    """One value per knob; the defaults are a clip as clean as a Web image.

    scale: metres of height in the frame, relative to a Web image's framing (≥ 1).
    off_centre: distance of the act from the middle, as a fraction of the frame (0–0.3).
    darkness: share of the light that is missing (0–0.9).
    grade: strength of colour cast, lost colour and changed contrast (0–1).
    blur: shake and shutter, in pixels of the 320×240 frame (0–4).
    noise: standard deviation of the sensor's noise, RGB in 0..1 (0–0.1).
    clutter: how full the place is (0–1).
    occlusion: share of the frame's width that something in front covers (0–0.5).
    extras: other people in the picture (0–5).
    compression: H.264 constant rate factor (18 clear – 42 coarse).
    viewpoint: angle of the camera away from the side view, in radians (0–1.3).
    """

    scale: float = 1.0
    off_centre: float = 0.0
    darkness: float = 0.0
    grade: float = 0.0
    blur: float = 0.0
    noise: float = 0.0
    clutter: float = 0.3
    occlusion: float = 0.0
    extras: int = 0
    compression: int = 20
    viewpoint: float = 0.3

    @classmethod
    def level(cls, name: str, rng: np.random.Generator) -> Shift:
        """A random shift of the named level; raises InputError for an unknown name."""
        if name not in _RANGES:
            raise InputError(
                f"There is no shift level {name!r}: choose one of {', '.join(LEVELS)}."
            )
        values: dict[str, float | int] = {}
        for knob in fields(cls):
            low, high = _RANGES[name][knob.name]
            if knob.name in ("extras", "compression"):
                values[knob.name] = int(rng.integers(int(low), int(high) + 1))
            else:
                values[knob.name] = round(float(rng.uniform(low, high)), 4)
        return cls(**values)  # type: ignore[arg-type]

    def to_json(self) -> dict[str, float | int]:
        """The knobs as a plain dictionary."""
        return asdict(self)
