"""The four concepts of the drawn set, and the random numbers every drawing starts from."""

from __future__ import annotations

from zlib import crc32

import numpy as np

from attention.errors import InputError

CONCEPTS = ("Handshake", "High five", "Hug", "Kiss")


def concept_index(concept: str) -> int:
    """Place of `concept` in CONCEPTS; raises InputError for a name that is not drawn."""
    if concept not in CONCEPTS:
        raise InputError(
            f"The drawn set has no concept {concept!r}: choose one of {', '.join(CONCEPTS)}."
        )
    return CONCEPTS.index(concept)


def generator(seed: int, concept: str, part: str) -> np.random.Generator:
    """The random stream of one `part` ("people", "backdrop", …) of the drawing (seed, concept).

    Parts do not share a stream, so a change in one leaves the others as they were.
    """
    return np.random.default_rng([seed, concept_index(concept), crc32(part.encode())])
