"""The words of the lesson's steps: assets/lesson/<language>/1-….md, one file a step.

A file begins with its settings, TOML between two lines `+++`; then comes what there is to do, and below a
line `---` the answer, both Markdown. In all of it `{accuracy drawn CNN 0}` is a fact: see `facts.fact`.
"""

import re
import tomllib
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Annotated, Any, Literal

from markdown_it import MarkdownIt
from pydantic import BaseModel, ConfigDict, Field

from attention.catalogue.languages import LANGUAGES, USUAL
from attention.disk.home import ASSETS
from attention.errors import InputError
from attention.records import validated
from training.tabs.learn.facts import clip_of, fact, right_choice

LESSON = ASSETS / "lesson"
View = Literal["stills", "vote", "draw", "map", "window", "verdict", "labels", "doubt"]
FACT = re.compile(r"\{([^{}]+)\}")
MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
NAME = re.compile(r"([1-9])-[a-z-]+\.md")


class Step(BaseModel):
    """One step. question, choices: the prediction · right: see `facts.right_choice` · yes, no: the first
    words of the answer to who was right, and who was not · more: what to try next · do, answer: Markdown.

    view: what there is to see and do · clip, concepts, side, frame: what the player opens with; frame
    counts from 1.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: Annotated[str, Field(min_length=1, max_length=60)]
    view: View
    clip: str
    concepts: tuple[str, ...]
    side: Literal["web", "tuned"] = "web"
    frame: Annotated[int, Field(ge=1)] = 1
    question: str
    choices: Annotated[tuple[str, ...], Field(min_length=2, max_length=5)]
    right: int | str
    yes: str
    no: str
    more: str
    do: str
    answer: str


def steps(language: str = USUAL) -> tuple[Step, ...]:
    """The steps in order, each in English where the language has no file of it. InputError."""
    return tuple(step_of(_file(name, language)) for name in names())


def names() -> list[str]:
    """The files of the steps, in order."""
    files = (file.name for file in (LESSON / USUAL).glob("*.md"))
    return sorted(name for name in files if NAME.fullmatch(name))


def _file(name: str, language: str) -> Path:
    own = LESSON / language / name
    return own if language in LANGUAGES and own.exists() else LESSON / USUAL / name


def step_of(file: Path) -> Step:
    """A step as its file has it. InputError for a file that is none, and for what the clip lacks."""
    whole = re.fullmatch(
        r"\+\+\+\n(.*?)\n\+\+\+\n(.*?)\n---\n(.*)", file.read_text(encoding="utf-8"), re.DOTALL
    )
    if whole is None:
        raise InputError(f"{file.name} is no step: settings between +++ lines, words, ---, words.")
    try:
        settings = tomllib.loads(whole[1])
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"The settings of {file.name} cannot be read: {error}.") from None
    given = {**settings, "do": whole[2].strip(), "answer": whole[3].strip()}
    step = validated(Step, given, f"{file.name}'s")
    _check(step, file.name)
    return step


def _check(step: Step, name: str) -> None:
    """InputError unless the clip ships, and has the step's concepts, side and frame."""
    try:
        _, analysis = clip_of(step.clip)
    except KeyError:
        raise InputError(f"{name}: there is no sample '{step.clip}'.") from None
    unknown = set(step.concepts) - set(analysis.concepts)
    sides = {side.name for side in analysis.sides}
    if unknown or step.side not in sides or step.frame > len(analysis.frames):
        raise InputError(f"{name}: '{step.clip}' lacks a concept, side or frame of it.")


@lru_cache(maxsize=len(LANGUAGES))
def told(language: str = USUAL) -> tuple[dict[str, Any], ...]:
    """The steps as the page's script takes them: Markdown as HTML, facts filled in, places for names."""
    return tuple(_told(number, step) for number, step in enumerate(steps(language), 1))


def _told(number: int, step: Step) -> dict[str, Any]:
    _, analysis = clip_of(step.clip)
    return {
        "number": number,
        "title": step.title,
        "view": step.view,
        "clip": step.clip,
        "concepts": [analysis.concepts.index(name) for name in step.concepts],
        "side": step.side,
        "frame": step.frame - 1,
        "question": filled(step.question),
        "choices": [filled(choice) for choice in step.choices],
        "right": right_choice(step.right, list(step.choices)),
        "do": html(step.do),
        "answer": html(step.answer),
        **{name: html(getattr(step, name)) for name in ("yes", "no", "more")},
    }


def filled(words: str) -> str:
    """The words with their facts."""
    return FACT.sub(lambda found: fact(found[1]), words)


def html(words: str) -> str:
    """Markdown with facts, as HTML; a fact is marked, with the words that it was asked for in."""
    asked: list[str] = []

    def mark(found: re.Match[str]) -> str:
        asked.append(found[1])
        return f"\ue000{len(asked) - 1}\ue001"  # no character of a text

    def put(found: re.Match[str]) -> str:
        name = asked[int(found[1])]
        return f'<data value="{escape(name)}">{escape(fact(name))}</data>'

    rendered = str(MARKDOWN.render(FACT.sub(mark, words)))
    return re.sub("\ue000(\\d+)\ue001", put, rendered)
