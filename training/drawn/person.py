"""Who is in the picture: bodies, skin, hair and faces, drawn independently of the act."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training.drawn.geometry import Array, colour
from training.drawn.outfit import Outfit, sample_outfit

SKIN_TONES = np.array(
    [
        (0.99, 0.85, 0.76),
        (0.96, 0.78, 0.66),
        (0.90, 0.69, 0.54),
        (0.80, 0.58, 0.42),
        (0.66, 0.45, 0.31),
        (0.50, 0.33, 0.23),
        (0.38, 0.25, 0.18),
    ]
)
HAIR_TONES = np.array(
    [
        (0.10, 0.08, 0.07),
        (0.20, 0.13, 0.09),
        (0.36, 0.22, 0.13),
        (0.55, 0.35, 0.17),
        (0.84, 0.66, 0.38),
        (0.50, 0.18, 0.08),
        (0.62, 0.60, 0.58),
        (0.88, 0.87, 0.85),
    ]
)
WOMENS_HAIR = ("long", "bob", "bun", "pony", "curly", "pixie", "braid", "headscarf")
MENS_HAIR = ("short", "crop", "curly", "bald", "quiff", "cap", "beanie")


@dataclass(frozen=True)
class Person:
    """One drawn person; `height` in metres, colours RGB 0..1, ratios without unit."""

    height: float
    age: str  # "child", "adult" or "elder"
    womanly: bool
    girth: float
    head_size: float
    face_width: float
    nose: float
    skin: Array
    hair: Array
    hair_style: str
    beard: str  # "none", "stubble", "beard" or "moustache"
    glasses: bool
    eyes: Array
    lips: Array
    outfit: Outfit

    @property
    def head_radius(self) -> float:
        """Half the height of the head, in metres."""
        return 0.067 * self.height * self.head_size


def sample_person(rng: np.random.Generator, children: float = 0.08, muted: bool = False) -> Person:
    """A random person; `children` is the chance of a child, `muted` calms the clothes' colours."""
    womanly = bool(rng.random() < 0.5)
    age = "child" if rng.random() < children else ("elder" if rng.random() < 0.16 else "adult")
    tall = rng.uniform(1.22, 1.42) if age == "child" else rng.uniform(1.60, 1.90)
    if womanly and age != "child":
        tall *= 0.945
    tone = HAIR_TONES[rng.choice(6, p=[0.27, 0.22, 0.19, 0.12, 0.12, 0.08])]
    if age == "elder":
        tone = HAIR_TONES[rng.integers(6, 8)]
    skin = SKIN_TONES[rng.integers(len(SKIN_TONES))] * rng.uniform(0.96, 1.02)
    if womanly:
        style = str(rng.choice(WOMENS_HAIR, p=[0.24, 0.18, 0.14, 0.14, 0.1, 0.08, 0.07, 0.05]))
    else:
        style = str(rng.choice(MENS_HAIR, p=[0.3, 0.18, 0.13, 0.11, 0.16, 0.06, 0.06]))
    beard = "none"
    if not womanly and age != "child":
        beard = str(
            rng.choice(["none", "stubble", "beard", "moustache"], p=[0.55, 0.18, 0.2, 0.07])
        )
    return Person(
        height=float(tall),
        age=age,
        womanly=womanly,
        girth=float(rng.choice([rng.uniform(0.9, 1.08), rng.uniform(1.08, 1.28)], p=[0.75, 0.25])),
        head_size=float(rng.uniform(1.1, 1.2) * (1.18 if age == "child" else 1.0)),
        face_width=float(rng.uniform(0.92, 1.06)),
        nose=float(rng.uniform(0.75, 1.25) * (0.6 if age == "child" else 1.0)),
        skin=skin,
        hair=tone * rng.uniform(0.85, 1.12),
        hair_style=style if not (age == "child" and style == "bald") else "short",
        beard=beard,
        glasses=bool(rng.random() < 0.16),
        eyes=colour(rng.choice([25.0, 25.0, 205.0, 110.0]), 0.55, rng.uniform(0.2, 0.55)),
        lips=np.clip(skin * np.array([0.92, 0.62, 0.62]) * (0.95 if womanly else 1.0), 0, 1),
        outfit=sample_outfit(rng, 0.4 if womanly else 0.0, muted),
    )
