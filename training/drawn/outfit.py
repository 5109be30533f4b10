"""What people wear: kinds of clothes, colours and patterns, drawn independently of the act."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training.drawn.geometry import Array, colour

TOPS = ("tee", "shirt", "sweater", "hoodie", "suit", "jacket", "dress")
PATTERNS = ("plain", "stripes", "pinstripes", "plaid", "dots", "block", "print")


@dataclass(frozen=True)
class Outfit:
    """One person's clothes; colours are RGB 0..1, lengths fractions of body height."""

    top: str
    sleeve: float  # share of the arm that is covered: 0 shoulder, 0.5 elbow, 1 wrist
    hem: float  # height where the top ends
    bottom: str  # "trousers", "shorts" or "skirt"
    skirt_end: float  # height of the skirt's hem
    colour: Array
    second: Array
    under: Array
    tie: Array | None
    legs: Array
    shoes: Array
    belt: Array | None
    pattern: str
    pattern_size: float  # metres per repeat
    scarf: Array | None

    @property
    def thickness(self) -> float:
        """How far cloth stands off the body, as a fraction of body height."""
        return {"suit": 0.007, "jacket": 0.008, "hoodie": 0.009, "sweater": 0.007}.get(
            self.top, 0.003
        )


def _cloth_colour(rng: np.random.Generator, muted: bool) -> Array:
    """A colour that no skin has: cloth the colour of skin reads as a bare body."""
    if rng.random() < 0.3:
        return colour(rng.choice([215.0, 50.0, 0.0]), rng.uniform(0, 0.16), rng.uniform(0.2, 0.95))
    strength = rng.uniform(0.15, 0.5) if muted else rng.uniform(0.25, 0.75)
    return colour(rng.uniform(48, 358), strength, rng.uniform(0.35, 0.92))


def _leg_colour(rng: np.random.Generator) -> Array:
    denim = colour(rng.uniform(208, 222), rng.uniform(0.3, 0.6), rng.uniform(0.25, 0.6))
    khaki = colour(rng.uniform(42, 55), rng.uniform(0.15, 0.35), rng.uniform(0.35, 0.65))
    dark = colour(rng.uniform(0, 360), rng.uniform(0, 0.25), rng.uniform(0.12, 0.35))
    return [denim, denim, khaki, dark, _cloth_colour(rng, True)][rng.integers(5)]


def sample_outfit(rng: np.random.Generator, skirts: float, muted: bool = False) -> Outfit:
    """A random outfit; `skirts` is the chance of a dress or skirt, `muted` calms the colours."""
    skirt = rng.random() < skirts
    weights = np.array([0.24, 0.2, 0.16, 0.14, 0.14, 0.12, 0.0])
    if skirt:
        weights = np.array([0.15, 0.15, 0.15, 0.0, 0.0, 0.05, 0.5])
    top = str(rng.choice(TOPS, p=weights))
    main, legs = _cloth_colour(rng, muted), _leg_colour(rng)
    under = colour(rng.uniform(0, 360), rng.uniform(0, 0.25), rng.uniform(0.8, 1.0))
    tie = None
    if top == "suit":
        main = colour(
            rng.choice([215.0, 30.0, 0.0]), rng.uniform(0.05, 0.4), rng.uniform(0.14, 0.5)
        )
        legs = main
        if rng.random() < 0.7:
            tie = colour(rng.uniform(0, 360), 0.7, rng.uniform(0.3, 0.75))
    short = {"tee": 0.9, "dress": 0.6, "shirt": 0.3}.get(top, 0.0)
    sleeve = rng.choice([0.0, 0.3, 0.42]) if rng.random() < short else 0.97
    if top == "tee" and sleeve == 0.0:
        sleeve = 0.3
    tucked = (top == "shirt" and rng.random() < 0.6) or (
        skirt and top in ("tee", "shirt", "sweater")
    )
    hem = 0.595 if tucked else {"suit": 0.47, "jacket": 0.525, "tee": 0.53}.get(top, 0.54)
    bottom = (
        "skirt" if skirt else ("shorts" if rng.random() < 0.1 and top != "suit" else "trousers")
    )
    patterned = top in ("tee", "shirt", "sweater", "dress")
    pattern = "plain"
    if patterned:
        pattern = str(rng.choice(PATTERNS, p=[0.36, 0.16, 0.1, 0.14, 0.1, 0.08, 0.06]))
    second = _cloth_colour(rng, muted)
    if np.abs(second - main).sum() < 0.5:
        second = np.clip(1.0 - main * 0.7, 0, 1)
    return Outfit(
        top=top,
        sleeve=float(sleeve),
        hem=hem,
        bottom=bottom,
        skirt_end=float(rng.choice([0.33, 0.27, 0.21, 0.1])),
        colour=main,
        second=second,
        under=under,
        tie=tie,
        legs=main if top == "dress" else legs,
        shoes=colour(rng.uniform(0, 60), rng.uniform(0, 0.5), rng.choice([0.1, 0.16, 0.3, 0.9])),
        belt=colour(25, 0.5, rng.uniform(0.1, 0.35)) if tucked and not skirt else None,
        pattern=pattern,
        pattern_size=float(rng.uniform(0.05, 0.11)),
        scarf=_cloth_colour(rng, muted) if rng.random() < 0.05 else None,
    )
