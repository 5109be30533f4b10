"""The place behind the people: floor, walls and far layers seen through the same camera."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from training.drawn import indoors, outdoors
from training.drawn.camera import Camera
from training.drawn.geometry import Array, colour
from training.drawn.texture import DENSITY, Texture, ground, noise

PLACES = ("room", "street", "park", "studio", "lights")


@dataclass(frozen=True)
class Place:
    """How a place is set up; `turned` is the angle of its walls to the camera, in radians."""

    kind: str
    clutter: float
    muted: bool
    turned: float
    distance: float  # from the people to the back wall, metres
    focus: float  # blur of what is behind, 0 sharp

    @property
    def inside(self) -> bool:
        """Whether there is a room with lamps rather than a sky."""
        return self.kind in ("room", "studio")


def sample_place(rng: np.random.Generator, clutter: float = 0.4, muted: bool = False) -> Place:
    """A random place; TV places (`muted`) are calmer in colour and never a bare studio."""
    weights = [0.45, 0.25, 0.27, 0.0, 0.03] if muted else [0.34, 0.2, 0.22, 0.14, 0.10]
    kind = str(rng.choice(PLACES, p=weights))
    return Place(
        kind,
        clutter,
        muted,
        float(rng.uniform(-0.45, 0.45)),
        float(rng.uniform(1.3, 2.6)),
        float(rng.uniform(0.15, 0.7) if muted else rng.uniform(0.2, 1.0)),
    )


class _View:
    """Rays of every pixel of a padded picture, and the layers painted so far."""

    def __init__(self, camera: Camera, size: tuple[int, int], pad: int) -> None:
        height, width = size[0] + 2 * pad, size[1] + 2 * pad
        x = (np.arange(width) + 0.5 - pad - camera.centre[0]) / camera.focal
        y = (camera.centre[1] + pad - np.arange(height) - 0.5) / camera.focal
        axes = camera.axes.astype(np.float32)
        gx, gy = np.meshgrid(x.astype(np.float32), y.astype(np.float32))
        self.ray = gx[..., None] * axes[0] + gy[..., None] * axes[1] - axes[2]
        self.eye = camera.position.astype(np.float32)
        self.image: Array = np.zeros((height, width, 3), np.float32)
        self.reach = np.full((height, width), 1e6, np.float32)  # depth of what is painted so far

    def sky(self, top: Array, low: Array) -> None:
        rise = np.clip(self.ray[..., 1:2] / 0.6, 0, 1)
        self.image[:] = low * (1 - rise) + top * rise

    def floor(self, texture: Texture, shade: float = 0.0) -> None:
        down = np.minimum(self.ray[..., 1], -1e-3)
        # Beyond 40 m the floor is its mean colour; reflecting far texels one by one is slow.
        t = np.minimum(-self.eye[1] / down, 40)
        u = (self.eye[0] + t * self.ray[..., 0]) * DENSITY
        v = (self.eye[2] + t * self.ray[..., 2]) * DENSITY
        seen = cv2.remap(texture, u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
        rgb = seen.astype(np.float32) / 255 / (1 + shade * np.clip(t - 4, 0, 12))[..., None]
        # Far floor melts into its mean: finer grain than a pixel would flicker.
        far = np.clip((t - 6) / 8, 0, 1)[..., None]
        rgb = rgb * (1 - far) + texture.reshape(-1, 3).mean(0) / 255 * far
        below = self.ray[..., 1] < -1e-3
        self.image = np.where(below[..., None], rgb, self.image).astype(np.float32)
        self.reach = np.where(below, t, self.reach)

    def upright(
        self, texture: Texture, normal: Array, distance: float, offset: float, haze: float = 0.0
    ) -> None:
        """A vertical plane `distance` behind the origin, facing `normal`, its middle at `offset`."""
        nx, nz = np.float32(normal[0]), np.float32(normal[2])
        toward = self.ray[..., 0] * nx + self.ray[..., 2] * nz
        t = (-distance - self.eye[0] * nx - self.eye[2] * nz) / np.minimum(toward, -1e-3)
        u = (self.eye[0] + t * self.ray[..., 0]) * nz - (self.eye[2] + t * self.ray[..., 2]) * nx
        v = self.eye[1] + t * self.ray[..., 1]
        rows, cols = texture.shape[:2]
        at_x, at_y = (u - offset) * DENSITY + cols / 2, rows - v * DENSITY
        seen = cv2.remap(texture, at_x, at_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
        rgb = seen[..., :3].astype(np.float32) / 255
        rgb = rgb * (1 - haze) + np.float32(0.85) * haze
        there = (toward < -1e-3) & (t > 0) & (t < self.reach) & (v >= 0) & (v <= rows / DENSITY)
        alpha = there.astype(np.float32)
        if texture.shape[2] == 4:
            alpha = alpha * (seen[..., 3].astype(np.float32) / 255)
        self.image = self.image * (1 - alpha[..., None]) + rgb * alpha[..., None]
        self.reach = np.where(alpha > 0.5, t, self.reach)


def backdrop(
    rng: np.random.Generator, place: Place, camera: Camera, size: tuple[int, int], pad: int = 0
) -> Array:
    """RGB [H+2·pad, W+2·pad, 3] in 0..1 of `place` as `camera` sees it round a picture of `size`."""
    scale = camera.pixels_per_metre([0, 1, 0])
    blur = max(0.35, 0.022 * scale * place.focus * (0.5 + 0.3 * place.distance))
    # What will be blurred anyway is looked up at half the size.
    coarse = 2 if blur > 1.6 else 1
    view = _View(camera.scaled(1 / coarse), (size[0] // coarse, size[1] // coarse), pad // coarse)
    back = camera.axes[2] * np.array([1, 0, 1])
    c, s = np.cos(place.turned), np.sin(place.turned)
    back = back / np.linalg.norm(back)
    normal = np.array([c * back[0] + s * back[2], 0.0, -s * back[0] + c * back[2]])
    if place.kind == "room":
        _room(rng, place, view, normal)
    elif place.kind in ("street", "park"):
        _outside(rng, place, view, normal)
    elif place.kind == "studio":
        _studio(rng, view)
    else:
        _lights(rng, view)
    soft = cv2.GaussianBlur(view.image.astype(np.float32), (0, 0), blur / coarse)
    whole = (size[1] + 2 * pad, size[0] + 2 * pad)
    return np.asarray(cv2.resize(soft, whole, interpolation=cv2.INTER_LINEAR))


def _room(rng: np.random.Generator, place: Place, view: _View, normal: Array) -> None:
    ceiling = colour(rng.uniform(0, 60), rng.uniform(0, 0.1), rng.uniform(0.75, 0.95))
    view.sky(ceiling * 0.9, ceiling)
    view.floor(ground(rng, str(rng.choice(["wood", "wood", "tiles", "carpet"])), place.muted))
    texture = indoors.wall(rng, place.clutter, place.muted)
    view.upright(texture, normal, place.distance, rng.uniform(-2, 2))
    if rng.random() < 0.35:
        side = float(rng.choice([-1, 1]))
        across = np.array([normal[2], 0.0, -normal[0]]) * side
        view.upright(
            (texture * 0.9).astype(np.uint8), across, rng.uniform(2.2, 3.0), rng.uniform(-2, 2)
        )


def _outside(rng: np.random.Generator, place: Place, view: _View, normal: Array) -> None:
    calm = 0.6 if place.muted else 1.0
    low = np.array([0.93, 0.94, 0.95]) * rng.uniform(0.85, 1)
    view.sky(
        colour(rng.uniform(200, 220), rng.uniform(0.1, 0.5) * calm, rng.uniform(0.75, 1.0)), low
    )
    cloud = (
        np.clip(noise(rng, view.image.shape[0], view.image.shape[1], 3, 5) - 0.45, 0, 1)[..., None]
        * 1.3
    )
    view.image = view.image * (1 - cloud) + np.float32(0.97) * cloud
    far = rng.uniform(7, 12)
    kinds = ["grass", "grass", "paving", "sand"]
    if place.kind == "street":
        kinds = ["paving", "asphalt", "paving"]
    view.floor(ground(rng, str(rng.choice(kinds)), place.muted), 0.01)
    if place.kind == "street":
        view.upright(outdoors.houses(rng, 26, calm), normal, far * 0.6, rng.uniform(-4, 4), 0.05)
        if rng.random() < 0.5 * place.clutter + 0.2:
            view.upright(outdoors.trees(rng, 14, calm, 0.2), normal, far * 0.45, rng.uniform(-9, 9))
        return
    view.upright(
        outdoors.trees(rng, 30, calm, place.clutter), normal, far * 1.6, rng.uniform(-4, 4), 0.25
    )
    view.upright(
        outdoors.trees(rng, 22, calm, place.clutter), normal, far * 0.7, rng.uniform(-4, 4)
    )
    if rng.random() < 0.2 + 0.4 * place.clutter:
        view.upright(outdoors.fence(rng, 16, calm), normal, far * 0.4, rng.uniform(-2, 2))


def _studio(rng: np.random.Generator, view: _View) -> None:
    tone = colour(rng.uniform(0, 360), rng.uniform(0, 0.4), rng.uniform(0.65, 0.97))
    height, width = view.image.shape[:2]
    x, y = np.meshgrid(np.linspace(-1, 1, width), np.linspace(-1, 1, height))
    light = 1.03 - 0.2 * ((x - rng.uniform(-0.5, 0.5)) ** 2 + (y + 0.2) ** 2)
    view.image[:] = np.clip(tone * light[..., None], 0, 1)


def _lights(rng: np.random.Generator, view: _View) -> None:
    hue = rng.uniform(0, 360)
    height, width = view.image.shape[:2]
    view.image[:] = colour(hue, rng.uniform(0.2, 0.6), rng.uniform(0.25, 0.7))
    view.image *= np.linspace(1.1, 0.65, height, dtype=np.float32)[:, None, None]
    for _ in range(int(rng.integers(25, 60))):
        radius, x, y = (
            int(rng.uniform(0.02, 0.07) * width),
            rng.uniform(0, width),
            rng.uniform(0, height),
        )
        left, top = max(0, int(x) - radius), max(0, int(y) - radius)
        patch = view.image[top : int(y) + radius + 1, left : int(x) + radius + 1]
        layer = np.zeros(patch.shape[:2], np.float32)
        cv2.circle(layer, (int(x) - left, int(y) - top), radius, 1.0, -1)
        tone = colour(hue + rng.uniform(-60, 60), rng.uniform(0.1, 0.6), rng.uniform(0.6, 1.0))
        patch += (tone - patch) * (layer * np.float32(rng.uniform(0.25, 0.5)))[..., None]
