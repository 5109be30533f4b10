"""Hair, hats and headscarves as surfaces over the skull."""

from __future__ import annotations

import numpy as np

from training.drawn.geometry import Array, bump, ramp, unit
from training.drawn.head import head_grid, on_skull, shape_face
from training.drawn.pose import Joints
from training.drawn.surface import Paint, Surface, ball, plain, tube

# Height of the hairline over the azimuth, from the brow (0) past the ear (1.6) to the nape (π).
_AZIMUTH = np.array([0.0, 0.45, 0.85, 1.15, 1.40, 1.62, 1.85, 2.3, np.pi])
_HAIRLINE = {
    "open": np.array([0.60, 0.58, 0.42, 0.22, -0.10, 0.02, -0.30, -0.52, -0.58]),
    "fringe": np.array([0.30, 0.30, 0.24, 0.05, -0.20, -0.30, -0.45, -0.58, -0.62]),
    "parted": np.array([0.64, 0.56, 0.36, 0.10, -0.22, -0.42, -0.58, -0.64, -0.66]),
    "receding": np.array([1.2, 1.2, 1.1, 0.42, 0.02, 0.06, -0.18, -0.40, -0.48]),
    "scarf": np.array([0.52, 0.48, 0.32, 0.0, -0.5, -0.8, -0.95, -1.0, -1.0]),
    "beanie": np.array([0.42, 0.40, 0.36, 0.30, 0.22, 0.16, 0.08, -0.05, -0.1]),
}
_CAP = {  # line, thickness in head radii
    "short": ("open", 0.11),
    "crop": ("open", 0.05),
    "quiff": ("open", 0.10),
    "curly": ("open", 0.24),
    "bald": ("receding", 0.03),
    "cap": ("open", 0.06),
    "beanie": ("open", 0.05),
    "long": ("parted", 0.12),
    "bob": ("fringe", 0.13),
    "bun": ("parted", 0.08),
    "pony": ("parted", 0.08),
    "pixie": ("fringe", 0.11),
    "braid": ("parted", 0.09),
    "headscarf": ("scarf", 0.13),
}


def _strands(rgb: Array) -> Paint:
    def paint(rest: Array) -> Array:
        angle = np.arctan2(rest[:, 2], rest[:, 1] + 0.4)
        light = (
            1 + 0.13 * np.sin(angle * 38 + 3 * np.sin(rest[:, 0] * 7)) + 0.06 * np.sin(angle * 91)
        )
        return np.asarray(rgb * light[:, None], np.float32)

    return paint


def _shell(
    joints: Joints,
    line: str,
    thickness: float,
    paint: Paint,
    lumps: float = 0.0,
    sweep: float = 0.0,
) -> Surface:
    """A cap over the skull above the hairline; below it the shell hides inside the head."""
    person = joints.person
    polar, azimuth = head_grid()
    skull = on_skull(polar, azimuth)
    face = shape_face(person, skull)
    limit = np.interp(np.abs(azimuth), _AZIMUTH, _HAIRLINE[line])
    above = ramp(skull[..., 1] - limit, -0.05, 0.07)
    thick = -0.08 + (thickness + 0.08) * above
    if lumps:
        wave = np.sin(azimuth * 9 + polar * 5) * np.sin(polar * 13 + azimuth * 2)
        thick = thick + lumps * wave * above
    if sweep:
        thick = thick + sweep * ramp(skull[..., 0], 0.0, 0.5) * ramp(skull[..., 1], 0.5, 0.8)
    points = (
        joints.head
        + (face + unit(skull) * thick[..., None]) @ joints.head_axes.T * person.head_radius
    )
    return Surface(points, skull, paint, 0.22)


def _lock(joints: Joints, line: Array, radii: Array, paint: Paint, sides: int = 16) -> Surface:
    """A tube of hair along `line` [n,3] in head radii; its lower part hangs straight down."""
    person = joints.person
    axes = joints.head_axes
    path = joints.head + line @ axes.T * person.head_radius
    upright = np.array([[axes[0, 0], 0, axes[0, 2]], [0, 1, 0], [axes[2, 0], 0, axes[2, 2]]])
    hang = ramp(line[:, 1], -0.4, -1.2)[:, None]
    loose = joints.head + line @ upright.T * person.head_radius
    points = tube(path * (1 - hang) + loose * hang, axes[:, 2], radii * person.head_radius, sides)
    rest = np.broadcast_to(np.linspace(0, 3, sides + 1)[None, :, None], points.shape)
    return Surface(points, rest * np.array([0.2, 1.0, 1.0]), paint, 0.22)


def hair(joints: Joints) -> list[Surface]:
    """Everything that grows or sits on the head of this person."""
    person = joints.person
    style, cloth = person.hair_style, person.outfit.second
    line, thickness = _CAP[style]
    paint = _strands(person.hair) if style != "headscarf" else plain(cloth)
    if style == "bald":
        paint = plain(person.skin * 0.45 + person.hair * 0.55)
    lumps = {"curly": 0.05, "headscarf": 0.006}.get(style, 0.012)
    made = [_shell(joints, line, thickness, paint, lumps, 0.14 if style == "quiff" else 0.0)]
    if style == "beanie":
        made.append(_shell(joints, "beanie", 0.16, plain(cloth)))
    if style == "cap":
        made.extend(_cap_with_peak(joints, cloth))
    if style in ("long", "bob"):
        low = -2.0 if style == "long" else -0.95
        y = np.linspace(0.55, low, 10)
        back = np.interp(y, [-2.0, -1.0, 0.0, 0.55], [-0.72, -0.52, -0.30, -0.22])
        path = np.stack([back, y, np.zeros(10)], -1)
        wide = np.interp(y, [-2.0, -1.0, 0.0, 0.55], [0.62, 0.86, 0.82, 0.60])
        deep = np.interp(y, [-2.0, -1.0, 0.0, 0.55], [0.20, 0.40, 0.50, 0.45])
        shrink = np.ones(10)
        shrink[[0, -1]] = (0.3, 0.35)
        shrink[-2] = 0.9
        made.append(_lock(joints, path, np.stack([wide, deep], 1) * shrink[:, None], paint, 24))
    if style == "bun":
        made.append(_knot(joints, np.array([-0.75, 0.72, 0.0]), 0.36, paint))
    if style in ("pony", "braid"):
        y = np.linspace(0.42, -1.25 if style == "pony" else -1.9, 12)
        x = -0.80 - 0.32 * bump(y, 0.0, 0.5) - 0.05 * (y < -1)
        radii = np.interp(y, [-1.9, -1.2, 0.0, 0.42], [0.08, 0.15, 0.27, 0.16])
        if style == "braid":
            radii = 0.16 + 0.035 * np.sin(np.arange(12) * np.pi)
            radii = radii * np.where(np.arange(12) % 2, 0.8, 1.1)
        radii[-1] = 0.03
        made.append(_lock(joints, np.stack([x, y, np.zeros(12)], -1), radii, paint))
    if style == "headscarf":
        made.append(_wrap(joints, cloth))
    return made


def _knot(joints: Joints, at: Array, size: float, paint: Paint) -> Surface:
    q = joints.person.head_radius
    points = ball(
        joints.head + joints.head_axes @ (at * q), joints.head_axes, np.full(3, size * q), 9, 14
    )
    rest = (points - joints.head) / q
    return Surface(points, rest, paint, 0.22)


def _cap_with_peak(joints: Joints, cloth: Array) -> list[Surface]:
    q, axes = joints.person.head_radius, joints.head_axes
    shell = _shell(joints, "beanie", 0.13, plain(cloth))
    peak = ball(
        joints.head + axes @ (np.array([0.95, 0.50, 0.0]) * q),
        axes,
        np.array([0.55, 0.05, 0.60]) * q,
        7,
        18,
    )
    return [shell, Surface(peak, peak, plain(cloth * 0.8))]


def _wrap(joints: Joints, cloth: Array) -> Surface:
    """The part of a headscarf that goes round the neck."""
    q, axes = joints.person.head_radius, joints.head_axes
    y = np.linspace(-0.35, -1.5, 7)
    path = np.stack([np.interp(y, [-1.5, -0.35], [-0.1, -0.16]), y, np.zeros(7)], -1)
    low, _ = joints.spine([0.825])
    points = joints.head + path @ axes.T * q
    slide = np.linspace(0, 1, 7)[:, None] ** 2
    points = points * (1 - slide) + (low[0] + (points[-1] - low[0]) * 0.1) * slide
    wide = np.array([0.70, 0.66, 0.60, 0.60, 0.68, 0.80, 0.86])
    deep = np.array([0.66, 0.60, 0.55, 0.56, 0.62, 0.68, 0.70])
    shell = tube(points, axes[:, 2], np.stack([wide, deep], 1) * q, 20)
    return Surface(shell, shell, plain(cloth * 0.94))
