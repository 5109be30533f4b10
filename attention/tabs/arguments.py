"""What other programs may give /analyse; /models takes nothing."""

from contextlib import suppress
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from attention.errors import whole_number


def step(every: object) -> int:
    """A sampling step as programs send it: a whole number, also as 5.0 or "5"; InputError for others."""
    with suppress(ValueError):
        every = float(every) if isinstance(every, str) else every
    return whole_number("every", every)


class Analyse(BaseModel):
    """clip: a file that was uploaded · concepts: names separated by commas, empty for all."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    clip: Annotated[str | None, Field(max_length=4000)] = None
    model: Annotated[str, Field(max_length=400)] = "imagenet"
    every: Annotated[int, BeforeValidator(step), Field(le=1_000_000)] = 5
    concepts: Annotated[str | None, Field(max_length=100_000)] = ""
