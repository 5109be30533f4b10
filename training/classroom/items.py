"""The questions of the two tests, as assets/lesson/<language>/test.toml has them; the lesson's files."""

import re
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

from attention.disk.home import ASSETS
from training.classroom.records import CHOICES, ITEMS, Which

LESSON = ASSETS / "lesson"
USUAL = "en"


class Item(BaseModel):
    """A question with its choices. right: the place of the right one, from 0 on · why: the reason."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    question: str
    choices: Annotated[tuple[str, ...], Field(min_length=2, max_length=CHOICES)]
    right: int
    why: str

    @model_validator(mode="after")
    def _has_a_right_choice(self) -> "Item":
        if not 0 <= self.right < len(self.choices):
            raise ValueError(f"there is no choice {self.right}")
        return self


class Pair(BaseModel):
    """Two questions about one thing, one in each test."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    teaches: str
    pre: Item
    post: Item


class _Tests(BaseModel):
    pairs: Annotated[tuple[Pair, ...], Field(min_length=ITEMS, max_length=ITEMS)]


def lesson_file(name: str, language: str) -> Path:
    """A file of the lesson in a language such as "de"; in English where there is none in it."""
    file = LESSON / language / name
    known = re.fullmatch(r"[a-z]{2}", language) is not None and file.is_file()
    return file if known else LESSON / USUAL / name


@lru_cache(maxsize=8)
def pairs(language: str = USUAL) -> tuple[Pair, ...]:
    """The eight pairs in a language such as "de"; in English where there are none in it."""
    file = lesson_file("test.toml", language)
    return _Tests.model_validate(tomllib.loads(file.read_text(encoding="utf-8"))).pairs


def items(which: Which, language: str = USUAL) -> list[Item]:
    """The eight questions of a test."""
    return [getattr(pair, which) for pair in pairs(language)]


def right() -> dict[Which, list[int]]:
    """The places of the right choices, the same in all languages."""
    tests: tuple[Which, ...] = get_args(Which)
    return {which: [item.right for item in items(which)] for which in tests}


def asked(which: Which, language: str) -> list[dict[str, Any]]:
    """The questions without what is right."""
    return [item.model_dump(include={"question", "choices"}) for item in items(which, language)]


def solved(which: Which, language: str) -> list[dict[str, Any]]:
    """What is right in each question, and why."""
    return [item.model_dump(include={"right", "why"}) for item in items(which, language)]
