"""From two joined bodies to a picture: surfaces, depth buffer, light, shadow, backdrop."""

from __future__ import annotations

import cv2
import numpy as np

from training.drawn.body import surfaces
from training.drawn.camera import Camera
from training.drawn.geometry import Array, unit
from training.drawn.light import Light, ground_shadow, shade
from training.drawn.pose import Joints
from training.drawn.raster import rasterise

# Pictures are drawn this much larger and shrunk: smooth edges.
OVERSAMPLING = 2


def sample_light(
    rng: np.random.Generator, camera: Camera, inside: bool, moody: float = 0.0
) -> Light:
    """Light from the camera's side and above; `moody` 0..1 lets it come from anywhere."""
    across = rng.uniform(-1, 1)
    front = rng.uniform(0.35, 1.0) - 0.8 * moody * rng.random()
    up = rng.uniform(0.6, 1.2)
    direction = unit(camera.axes[0] * across + camera.axes[2] * front + np.array([0, up, 0]))
    warm = rng.uniform(0.0, 1.0) * (1.0 if inside else 0.7)
    return Light(
        direction=direction,
        tint=np.array([1.0, 0.99 - 0.05 * warm, 0.98 - 0.13 * warm]),
        ambient=float(rng.uniform(0.5, 0.72) - 0.12 * moody * rng.random()),
        rim=float(rng.uniform(0.1, 0.35)),
    )


def paint_people(
    people: list[Joints],
    plate: Array,
    camera: Camera,
    light: Light,
    scale: float,
    shadows: bool = True,
) -> Array:
    """`people` drawn over `plate` [H,W,3]; returns RGB of the same size, clipped to 0..1."""
    size = (plate.shape[0], plate.shape[1])
    bodies = [surfaces(joints) for joints in people]
    buffer = rasterise(bodies, camera, size)
    picture = (
        plate * ground_shadow(bodies, camera, light, size)[..., None] if shadows else plate.copy()
    )
    hit = buffer.owner > 0
    picture[hit] = shade(buffer, camera, light, scale)[hit]
    return np.clip(picture, 0, 1, out=picture)


def shrink(picture: Array) -> Array:
    """The picture at its final size, averaged over OVERSAMPLING × OVERSAMPLING pixels."""
    height, width = picture.shape[0] // OVERSAMPLING, picture.shape[1] // OVERSAMPLING
    return np.asarray(cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA))


def to_uint8(picture: Array) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """RGB 0..1 as bytes."""
    return (np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8)
