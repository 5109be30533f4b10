"""The models a page offers: which there are, kept ready, and how much of a clip one may look at."""

from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from attention.disk.home import own_models
from attention.errors import InputError
from attention.gate.hosting import hosting
from attention.media.frames import Limits
from attention.model.card import Card, read_card, shipped_models
from attention.networks.known.registry import on_imagenet

if TYPE_CHECKING:
    from attention.model import Model

LONGEST = 60.0  # seconds of a clip the page looks at; the terminal has no such limit
MOST_FRAMES = 600  # frames of a clip it looks at: some 30 s of work on two cores, 24 MB of pictures
MAP_CELLS = 12_000_000  # most numbers in a pack's maps: 24 MB, what a browser fetches at once
WIDE = 2  # 16:9 is 1.7, films are 2.4
LARGEST_FILE = 200 * 2**20  # bytes
LARGEST_FRAME = 4096 * 2304  # pixels: 4K; one more takes seconds and GB
ON_PUBLIC_PAGE = 2  # times less of all these where strangers come

_loading = Lock()


def offered_models() -> dict[str, Card]:
    """The models a page may use, by name: those that ship, those trained here, those to download."""
    offered = {name: read_card(name) for name in shipped_models()}
    for name, folder in own_models().items():
        with suppress(InputError):  # damaged by hand: it is not offered
            offered.setdefault(name, read_card(folder))
    return offered | {name: read_card(name) for name in on_imagenet()}


def ready_model(name: str | Path) -> "Model":
    """A model of offered_models(), kept in memory; InputError for any other name, paths included.

    One trained anew under its name is read anew. A Path is a folder that the program chose, never a person.
    """
    if isinstance(name, Path):
        try:
            writing = _written(name)
        except OSError:
            raise InputError(f"The networks in {name.name} are no longer there.") from None
        with _loading:
            return _kept(name.name, name, writing)
    if name not in offered_models():
        raise InputError(
            f"There is no model '{name}'; choose one of {', '.join(offered_models())}."
        )
    shipped = name in shipped_models() or name in on_imagenet()
    place = name if shipped else own_models()[name]
    with _loading:  # by one thread, not by each that waits for it
        return _kept(name, place, None if shipped else _written(own_models()[name]))


@lru_cache(maxsize=3)
def _kept(name: str, place: str | Path, _writing: tuple[int, int] | None) -> "Model":
    from attention.model import load_model  # torch: not before there is something to look at

    return replace(load_model(place), name=name)


def _written(folder: Path) -> tuple[int, int]:
    """What tells one writing of a model's folder from the next."""
    card = (folder / "model.json").stat()
    return card.st_ino, card.st_mtime_ns


def limits_for(model: "Model", keep_maps: bool = True, whole: bool = False) -> Limits:
    """What the page looks at: LONGEST seconds, MOST_FRAMES, and maps that fit in a pack if kept.

    whole: of whole frames, whose maps are taken to be WIDE times as large.
    """
    share = ON_PUBLIC_PAGE if hosting().public else 1
    h, w = model.web.map_size
    cells = len(model.concepts) * h * w * (2 if model.tuned else 1) * (WIDE if whole else 1)
    most = MOST_FRAMES // share
    return Limits(
        trim_seconds=longest(),
        trim_frames=min(most, max(1, MAP_CELLS // cells)) if keep_maps else most,
        max_clip_pixels=LARGEST_FRAME // share,
        max_bytes=largest_file(),
    )


def longest() -> float:
    """Seconds of a clip that the page looks at."""
    return LONGEST / (ON_PUBLIC_PAGE if hosting().public else 1)


def largest_file() -> int:
    """Bytes of a file that the page takes."""
    return LARGEST_FILE // (ON_PUBLIC_PAGE if hosting().public else 1)
