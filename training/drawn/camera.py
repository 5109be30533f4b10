"""A pinhole camera: world metres to pixels, with depth."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from training.drawn.geometry import Array


@dataclass(frozen=True)
class Camera:
    """A camera at `position`; rows of `axes` are right, up and backwards; `focal` in pixels."""

    position: Array
    axes: Array
    focal: float
    centre: tuple[float, float]

    def view(self, points: ArrayLike) -> Array:
        """World points [...,3] in camera axes (z is minus the depth)."""
        return np.asarray((np.asarray(points, float) - self.position) @ self.axes.T)

    def project(self, points: ArrayLike) -> Array:
        """Pixel x, pixel y and 1/depth [...,3] of world points; points behind get 1/depth 0."""
        v = self.view(points)
        depth = np.maximum(-v[..., 2], 1e-3)
        near = np.where(-v[..., 2] > 0.05, 1 / depth, 0.0)
        x = self.centre[0] + self.focal * v[..., 0] / depth
        y = self.centre[1] - self.focal * v[..., 1] / depth
        return np.stack([x, y, near], -1)

    def shifted(self, dx: float, dy: float) -> Camera:
        """The same camera with its picture moved by (dx, dy) pixels."""
        return replace(self, centre=(self.centre[0] + dx, self.centre[1] + dy))

    def scaled(self, factor: float) -> Camera:
        """The same camera with a picture `factor` times as large."""
        centre = (self.centre[0] * factor, self.centre[1] * factor)
        return replace(self, focal=self.focal * factor, centre=centre)

    def pixels_per_metre(self, point: ArrayLike) -> float:
        """Scale at the depth of `point`."""
        return float(self.focal * self.project(point)[2])


def look_at(
    target: ArrayLike,
    yaw: float,
    pitch: float,
    span: float,
    size: tuple[int, int],
    field: float = 0.62,
) -> Camera:
    """Camera that sees `span` metres of height at `target`, from `yaw` round it and `pitch` above.

    yaw 0 looks along -z; `size` is (height, width) in pixels; `field` is the vertical field of view
    in radians.
    """
    distance = span / (2 * math.tan(field / 2))
    cy, sy, cp, sp = math.cos(yaw), math.sin(yaw), math.cos(pitch), math.sin(pitch)
    back = np.array([sy * cp, sp, cy * cp])
    right = np.array([cy, 0.0, -sy])
    axes = np.stack([right, np.cross(back, right), back])
    height, width = size
    return Camera(
        position=np.asarray(target, float) + back * distance,
        axes=axes,
        focal=height / (2 * math.tan(field / 2)),
        centre=(width / 2, height / 2),
    )
