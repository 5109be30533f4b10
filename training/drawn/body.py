"""A person in a pose, as the list of surfaces to draw."""

from __future__ import annotations

from training.drawn.hair import hair
from training.drawn.hand import hand
from training.drawn.head import head
from training.drawn.limbs import arm, leg, shoe
from training.drawn.pose import LEFT, RIGHT, Joints
from training.drawn.surface import Surface
from training.drawn.torso import neck, neckwear, skirt, trunk


def surfaces(joints: Joints) -> list[Surface]:
    """All surfaces of one person, clothes and hair included."""
    made = [trunk(joints), neck(joints), *neckwear(joints), *head(joints), *hair(joints)]
    for side in (LEFT, RIGHT):
        made += [arm(joints, side), *hand(joints, side), leg(joints, side), *shoe(joints, side)]
    if joints.person.outfit.bottom == "skirt":
        made.append(skirt(joints))
    return made
