"""Gaps measured before: the one that ships, and those that pages asked for, kept by set and model."""

import hashlib
import shutil
import time
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from functools import lru_cache
from pathlib import Path

from attention.disk.home import ASSETS, home
from attention.errors import InputError, full_disk_told, short
from attention.serving.looking import Progress
from attention.serving.offered import check_offered, ready_model, seen_models
from training.data.content import content_key
from training.data.naming import DRAWN
from training.data.pictures import middles
from training.data.records import LabelledClip, Still
from training.data.sets import set_folder, source_of
from training.gap.record import Gap, read_gap, write_gap
from training.gap.sample import LATEST, Domain
from training.runs.folder import run_named

SHIPPED_MODEL = "interactions"
SHIPPED = ASSETS / "results" / "gap" / SHIPPED_MODEL
FORMAT = 1  # of the kept gaps; increase it when what is measured changes
KEPT = 60  # gaps: 30 MB
LARGE, QUALITY = 640, 85  # pixels of the longest side, of a picture that is opened
SECONDS = 180.0  # that a page's measuring may take


Tell = Callable[[Progress], None]


@lru_cache(maxsize=1)
def shipped_gap() -> tuple[Gap, bytes]:
    """The drawn set through the model that ships, and its sheet: nothing is computed."""
    return read_gap(SHIPPED)


def kept_gap(name: str, model: str) -> tuple[Gap, bytes] | None:
    """What was measured of a set through a model; None where it has to be measured first.

    InputError for a set or a model that the asking visitor may not see.
    """
    folder = _folder(name, model)
    if (name, model) == (DRAWN, SHIPPED_MODEL):
        return shipped_gap()
    with suppress(InputError):  # not there, or damaged: it is measured anew
        return read_gap(folder)
    return None


def made_gap(name: str, model: str, tell: Tell | None = None) -> tuple[Gap, bytes]:
    """Measures a set through a model, and keeps what comes of it. InputError."""
    from training.gap.measuring import gap_of  # torch: not before there is something to look at

    folder = _folder(name, model)
    started = time.perf_counter()

    def progress(done: int, steps: int) -> None:
        if tell:
            tell(Progress(done, steps, time.perf_counter() - started))

    looking = ready_model(model)
    gap, sheet = gap_of(
        source_of(name), looking, _fold(model), on_progress=progress, seconds=SECONDS
    )
    gap = gap.model_copy(update={"source": name})
    with full_disk_told():
        write_gap(folder, gap, sheet)
    kept = sorted(folder.parent.iterdir(), key=lambda old: old.stat().st_mtime)
    for old in kept[:-KEPT]:
        shutil.rmtree(old, ignore_errors=True)
    return gap, sheet


def file_of(name: str, shot: str, domain: Domain) -> Still | LabelledClip:
    """The still or clip of a set that a Shot names. InputError where the set, or the file in it, is gone."""
    source = source_of(name)
    items: Sequence[Still | LabelledClip] = source.stills if domain == "still" else source.clips
    for item in items:
        if f"{item.path.parent.name}/{item.path.name}" == shot:
            return item
    raise InputError(f"The set '{short(name)}' no longer holds {short(shot)}; draw the gap again.")


def large_picture(path: Path) -> bytes:
    """A still as a JPEG that a page can show. InputError when it cannot be read."""
    from attention.media.jpeg import jpeg  # imports cv2, which is slow: only when needed

    with closing(middles([path], LATEST)) as found:
        picture = next(found)
    if isinstance(picture, InputError):
        raise picture
    return jpeg(picture, LARGE, QUALITY)


def _folder(name: str, model: str) -> Path:
    """Where a gap is kept: another place once the set or the model has changed."""
    check_offered(model)
    content = content_key(set_folder(name).resolve())
    writing = ""
    if own := seen_models().get(model):
        card = (own / "model.json").stat()
        writing = f"{card.st_ino} {card.st_mtime_ns}"
    key = hashlib.sha256(f"{FORMAT}\0{content}\0{model}\0{writing}".encode()).hexdigest()[:32]
    return home() / "cache" / "gap" / key


def _fold(model: str) -> str | None:
    """The fold that a run's model learned from; None, the first, for any other model."""
    with suppress(InputError):
        return next(iter(run_named(model).spec().folds), None)
    return None
