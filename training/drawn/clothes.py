"""Paint of cloth: patterns and cuts, as functions of the rest position of a body's surface.

Rest positions are (arc, height, front): metres round the body from the middle of the front, metres
above the ground, and a number that is positive on the front. They travel with the cloth, so a
pattern runs through joints without a break.
"""

from __future__ import annotations

import numpy as np

from training.drawn.geometry import Array, ramp
from training.drawn.outfit import Outfit
from training.drawn.person import Person
from training.drawn.surface import Paint


def _mix(base: Array, other: Array, share: Array) -> Array:
    w = np.asarray(share, np.float32)[:, None]
    return np.asarray(base * (1 - w) + np.asarray(other, np.float32) * w)


def pattern_share(outfit: Outfit, arc: Array, height: Array) -> Array:
    """Share of the second colour [n] in 0..1 at places (arc, height) in metres."""
    s = outfit.pattern_size
    u, v = 2 * np.pi * arc / s, 2 * np.pi * height / s
    if outfit.pattern == "stripes":
        return ramp(np.sin(v), 0.05, 0.3)
    if outfit.pattern == "pinstripes":
        return 0.8 * ramp(np.sin(2 * u), 0.6, 0.8)
    if outfit.pattern == "plaid":
        wide = 0.45 * ramp(np.sin(u), 0.0, 0.15) + 0.45 * ramp(np.sin(v), 0.0, 0.15)
        return np.maximum(
            wide, 0.9 * np.maximum(ramp(np.sin(u + 2), 0.97, 0.99), ramp(np.sin(v + 2), 0.97, 0.99))
        )
    if outfit.pattern == "dots":
        shift = np.where(np.sin(v / 2) > 0, 0, np.pi / 2)
        return ramp(np.abs(np.sin(u / 2 + shift)) * np.abs(np.sin(v / 2)), 0.8, 0.88)
    return np.zeros(len(arc))


def cloth(outfit: Outfit, height: float) -> Paint:
    """Paint of the top's cloth, pattern included."""
    chest = 0.70 * height

    def paint(rest: Array) -> Array:
        arc, y, front = rest[:, 0], rest[:, 1], rest[:, 2]
        share = pattern_share(outfit, arc, y)
        if outfit.pattern == "block":
            share = ramp(y, chest - 0.01, chest + 0.01)
        elif outfit.pattern == "print":
            d = np.hypot(arc, y - chest) / (0.055 * height)
            share = ramp(d, 1.0, 0.93) * (front > 0) * np.where(np.sin(d * 9) > -0.5, 1, 0.2)
        knit = 0.06 * np.sin(arc * 380) if outfit.top == "sweater" else np.zeros(len(arc))
        tone = _mix(np.broadcast_to(outfit.colour, rest.shape), outfit.second, share)
        return np.asarray(tone * (1 + knit)[:, None], np.float32)

    return paint


def trunk_paint(person: Person) -> Paint:
    """Paint of the trunk: top, neckline, lapels, buttons, belt and what shows below the hem."""
    outfit, h = person.outfit, person.height
    fabric = cloth(outfit, h)

    def paint(rest: Array) -> Array:
        arc, y, front = rest[:, 0] / h, rest[:, 1] / h, rest[:, 2] > 0
        tone = fabric(rest)
        side = np.abs(arc)
        if outfit.top in ("suit", "jacket"):
            low = 0.62 if outfit.top == "suit" else 0.50
            width = 0.052 * np.clip((y - low) / (0.84 - low), 0, 1) ** (0.9 if low > 0.6 else 0.4)
            edge = ramp(side - width, 0.014, 0.010)
            tone = _mix(tone, outfit.colour * 0.72, edge * front * (y > low))
            tone = _mix(tone, outfit.under, ramp(side - width, 0.002, 0.0) * front * (y > low))
            if outfit.tie is not None:
                tie = ramp(side, 0.0105, 0.009) * front * (y > low) * (y < 0.835)
                tone = _mix(tone, outfit.tie, tie * (side < width))
            button = np.hypot(side, (y - 0.585) * 1.0) < 0.006
            tone = _mix(tone, outfit.colour * 0.4, button & front & (outfit.top == "suit"))
        elif outfit.top == "shirt":
            tone = _mix(tone, outfit.colour * 0.6, (np.abs(side - 0.009) < 0.0016) & front)
            knobs = np.hypot(side, np.mod(y, 0.045) - 0.02) < 0.004
            tone = _mix(tone, outfit.colour * 0.35, knobs & front)
            tone = _mix(tone, person.skin, front & (y > 0.81) & (side < (y - 0.81) * 0.8))
        elif outfit.top == "hoodie":
            tone = _mix(tone, outfit.colour * 0.55, (side < 0.003) & front)
            pocket = (np.abs(side - 0.03 - (y - 0.56) * 0.3) < 0.003) & (y > 0.555) & (y < 0.62)
            tone = _mix(tone, outfit.colour * 0.6, pocket & front)
        elif outfit.top in ("tee", "dress"):
            deep = 0.055 if outfit.top == "dress" else 0.03
            neck = np.hypot(arc / 0.052, (y - 0.848) / deep) < 1
            tone = _mix(tone, person.skin, neck & front | (y > 0.842))
        tone = np.where((y < outfit.hem)[:, None], outfit.legs, tone)
        if outfit.belt is not None:
            band = (y < outfit.hem) & (y > outfit.hem - 0.017)
            tone = _mix(tone, outfit.belt, band)
            tone = _mix(tone, np.array([0.8, 0.75, 0.55]), band & front & (side < 0.012))
        return np.asarray(tone, np.float32)

    return paint


def sleeve_paint(person: Person, along: float) -> Paint:
    """Paint of an arm whose rest height falls from the shoulder; cloth covers `along` metres."""
    outfit, h = person.outfit, person.height
    fabric = cloth(outfit, h)

    def paint(rest: Array) -> Array:
        down = 0.80 * h - rest[:, 1]
        tone = fabric(rest)
        if outfit.top in ("suit", "jacket"):
            tone = _mix(tone, outfit.under, (down > along - 0.012 * h) & (outfit.top == "suit"))
        elif outfit.top in ("hoodie", "sweater"):
            tone = _mix(tone, outfit.colour * 0.8, down > along - 0.025 * h)
        else:
            tone = _mix(tone, outfit.colour * 0.75, np.abs(down - along + 0.008 * h) < 0.002 * h)
        return np.asarray(np.where((down > along)[:, None], person.skin, tone), np.float32)

    return paint


def leg_paint(person: Person) -> Paint:
    """Paint of a leg: trousers with a seam, shorts to the knee, or bare below a skirt."""
    outfit, h = person.outfit, person.height
    ends = {"trousers": 0.0, "shorts": 0.29, "skirt": outfit.skirt_end + 0.05}
    end = ends[outfit.bottom] * h

    def paint(rest: Array) -> Array:
        tone = np.broadcast_to(outfit.legs, rest.shape)
        seam = 1 - 0.2 * (np.abs(np.abs(rest[:, 0]) - 0.045 * h) < 0.0018 * h)
        tone = tone * seam[:, None]
        return np.asarray(np.where((rest[:, 1] < end)[:, None], person.skin, tone), np.float32)

    return paint
