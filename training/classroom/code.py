"""The code of a class room: short, read aloud and typed without a mistake."""

import re
import secrets
from collections.abc import Container

from attention.errors import InputError, short

# no two that look or sound alike (0 O, 1 I L, 2 Z, 5 S, 6 G, 8 B, U V, M N), and no vowel, so no word
LETTERS = "CDFHJKMPRTWXY3479"
LENGTH = 5


def new_code(taken: Container[str]) -> str:
    """A code that no open room has."""
    while (code := "".join(secrets.choice(LETTERS) for _ in range(LENGTH))) in taken:
        pass
    return code


def typed_code(text: str) -> str:
    """The code that a person typed: in any case, with spaces or hyphens. InputError for anything else."""
    code = re.sub(r"[\s-]", "", text).upper()
    if len(code) != LENGTH or not set(code) <= set(LETTERS):
        raise InputError(
            f"{short(text, 20) or 'Nothing'} is no class code: it has {LENGTH} of {LETTERS}; "
            "look at your teacher's screen again."
        )
    return code
