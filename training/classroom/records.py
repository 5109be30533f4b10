"""What a browser in a class room sends: one frozen record for each kind of request."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

CELLS = 12  # rows and columns of the grid of a drawing
ITEMS = 8  # questions of a test
CHOICES = 12  # that a question may have
STEPS = 99  # of a lesson

When = Literal["before", "after"]  # a prediction, or an answer after the lesson has shown its own
Which = Literal["pre", "post"]
Token = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{16,64}$")]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$")]
Clip = Annotated[str, StringConstraints(pattern=r"^(\w[\w .()-]{0,79})?$")]
Step = Annotated[int, Field(ge=0, le=STEPS)]
Row = Annotated[list[bool], Field(min_length=CELLS, max_length=CELLS)]


class Request(BaseModel):
    """code: of the room, as typed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Annotated[str, StringConstraints(max_length=40)]


class OfPupil(Request):
    """pupil: a token that the pupil's browser drew by chance and keeps; it stands for nobody."""

    pupil: Token


class Answered(OfPupil):
    """The choice, from 0 on, that a pupil made in a question of a step, before or after it was answered."""

    step: Step
    question: Name
    choice: Annotated[int, Field(ge=0, lt=CHOICES)]
    when: When


class Drawn(OfPupil):
    """Where a pupil would look: cells [12, 12] of a frame (from 0 on) of a clip, true where drawn."""

    step: Step
    clip: Clip
    frame: Annotated[int, Field(ge=0, le=100_000)]
    cells: Annotated[list[Row], Field(min_length=CELLS, max_length=CELLS)]


class Sheet(OfPupil):
    """A pupil's choices in the eight items of a test; None where none was made."""

    which: Which
    choices: Annotated[
        list[Annotated[int, Field(ge=0, lt=CHOICES)] | None],
        Field(min_length=ITEMS, max_length=ITEMS),
    ]


class OfTeacher(Request):
    """secret: what the teacher's link holds and no pupil knows."""

    secret: Annotated[str, StringConstraints(max_length=64)]


class Steered(OfTeacher):
    """What is on all screens. led: whether pupils follow · step, clip: where · test: which is being taken."""

    led: bool
    step: Step
    clip: Clip = ""
    test: Which | None = None
