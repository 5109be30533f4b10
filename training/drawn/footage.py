"""What a camera and a grader do to frames: light, colour, shake, blur and noise."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from training.drawn.geometry import Array, colour

_LUMA = np.array([0.299, 0.587, 0.114], np.float32)


@dataclass(frozen=True)
class Grade:
    """Colours of a clip: gain, tint of the shadows, share of colour kept, contrast."""

    gain: Array
    lift: Array
    saturation: float
    contrast: float


def sample_grade(rng: np.random.Generator, strength: float) -> Grade:
    """A random grade of `strength` 0..1; 0 leaves colours alone."""
    warm = colour(
        rng.choice([35.0, 50.0, 205.0, 225.0, 150.0]), rng.uniform(0.15, 0.4) * strength, 1.0
    )
    cast = colour(rng.choice([200.0, 220.0, 30.0, 110.0, 280.0]), 0.7, 1.0)
    return Grade(
        gain=warm / (warm @ _LUMA),
        lift=cast * 0.06 * strength,
        saturation=1 - rng.uniform(0.2, 0.65) * strength,
        contrast=1 + rng.uniform(-0.28, 0.22) * strength,
    )


def apply_grade(frame: Array, grade: Grade, darkness: float) -> Array:
    """`frame` [H,W,3] in 0..1 graded and darkened; the mean light falls with `darkness`."""
    grey = frame @ _LUMA
    mixed = grey[..., None] * (1 - grade.saturation) + frame * grade.saturation
    lit = mixed * grade.gain.astype(np.float32)
    lit = (lit - 0.4) * grade.contrast + 0.4
    lit = np.clip(lit, 0, 1) * np.float32(1 - darkness)
    return np.asarray(lit + grade.lift.astype(np.float32) * (1 - lit), np.float32)


def shake_path(rng: np.random.Generator, frames: int, strength: float) -> Array:
    """Offsets [frames,2] of a hand-held camera in pixels of the final frame."""
    steps = rng.normal(size=(frames + 24, 2))
    kernel = np.hanning(13)
    kernel /= np.sqrt((kernel**2).sum())
    smooth = np.stack([np.convolve(steps[:, i], kernel, "same") for i in (0, 1)], 1)
    return np.clip(smooth[12 : 12 + frames] * 1.3 * strength, -11, 11)


def smear(frame: Array, motion: Array, strength: float) -> Array:
    """`frame` blurred by `strength` pixels, most along `motion` (dx, dy)."""
    if strength <= 0:
        return frame
    length = float(np.hypot(*motion)) * 0.5 + strength
    size = 2 * int(np.ceil(length)) + 1
    kernel = np.zeros((size, size), np.float32)
    along = motion / (np.hypot(*motion) + 1e-6) if np.hypot(*motion) > 0.1 else np.array([1.0, 0.0])
    for t in np.linspace(-0.5, 0.5, 4 * size):
        x, y = (size - 1) / 2 + along * length * t
        kernel[round(float(y)), round(float(x))] += 1
    streak = cv2.filter2D(frame, -1, kernel / kernel.sum())
    return np.asarray(cv2.GaussianBlur(streak, (0, 0), 0.2 + 0.35 * strength), np.float32)


def grain(rng: np.random.Generator, frame: Array, amount: float) -> Array:
    """Sensor noise of standard deviation `amount`, partly shared by the three colours."""
    if amount <= 0:
        return frame
    grey = rng.standard_normal((*frame.shape[:2], 1), np.float32)
    free = rng.standard_normal(frame.shape, np.float32)
    return np.asarray(frame + amount * (0.75 * grey + 0.66 * free), np.float32)
