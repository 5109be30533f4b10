"""Data sources: HII, BU101, TVHI, UCF101, own folders, the drawn set (Section 4.1).

`open_source(where)` takes

- a folder with `web/<Class>/` and `video/<Class>/` (own data and the drawn set; optionally `noisy/`
  and `splits.csv`), or with one of the two;
- a folder laid out as HII, BU101, TVHI or UCF101: half of what the paper needs;
- two halves, each with its name, separated by a comma: "BU101:<folder>,UCF101:<folder>". `web` and
  `video` name the halves of own folders there: "web:<folder>,TVHI:<folder>".
"""

from __future__ import annotations

import re
from pathlib import Path

from attention.errors import InputError
from attention.media.frames import label
from training.data.folders import child
from training.data.layouts.own import read_own_clips, read_own_stills
from training.data.layouts.registry import layout_named, layout_names, layouts
from training.data.pairing import join
from training.data.records import Fold, LabelledClip, Source, Still, VideoHalf, WebHalf
from training.data.splitting import FRACTIONS, nested_fractions, smallest_fraction, split_stills

__all__ = [
    "FRACTIONS",
    "Fold",
    "LabelledClip",
    "Source",
    "Still",
    "accepted",
    "nested_fractions",
    "open_source",
    "smallest_fraction",
    "split_stills",
]


def open_source(where: str | Path, *, noisy: bool = False) -> Source:
    """Stills, clips and folds of a data set; what `where` may be is said above.

    noisy: with the stills of `noisy/`, or HII-noisy (Section 4.1.1). Files are listed, not opened:
    `checks.checkup` reads them all. Raises InputError in one sentence for anything that cannot be
    used, such as a class with stills and no clips.
    """
    try:
        web, video = _named_halves(str(where), noisy) or _recognised(_folder(str(where)), noisy)
        return join(web, video)
    except OSError as error:
        raise InputError(
            f"{label(error.filename or where)} cannot be read ({error.strerror}): check its rights."
        ) from None


def accepted() -> str:
    """What `where` may be, for sentences and --help."""
    *names, last = layout_names()
    return (
        "web/<Class>/ and video/<Class>/ with stills and clips, or the folder of "
        f"{', '.join(names)} or {last} as their authors publish it"
    )


def _folder(where: str) -> Path:
    folder = Path(where.strip()).expanduser()
    if not where.strip() or not folder.is_dir():
        raise InputError(
            f"{where!r} is not a folder: give one with {accepted()}; two halves as "
            "BU101:<folder>,UCF101:<folder>."
        )
    return folder.resolve()


def _named_halves(where: str, noisy: bool) -> tuple[WebHalf | None, VideoHalf | None] | None:
    """The halves of "BU101:a,UCF101:b"; None when `where` names no layout."""
    names = "|".join(["web", "video", *map(re.escape, layout_names())])
    parts = list(re.finditer(rf"(?:^|,)\s*({names}):", where, re.IGNORECASE))
    if not parts or parts[0].start() > 0:
        return None
    ends = [part.start() for part in parts[1:]] + [len(where)]
    web: list[WebHalf] = []
    video: list[VideoHalf] = []
    for part, end in zip(parts, ends, strict=True):
        folder = _folder(where[part.end() : end])
        half = _half(part[1], folder, noisy)
        if isinstance(half, WebHalf):
            web.append(half)
        else:
            video.append(half)
    if len(web) > 1 or len(video) > 1:
        raise InputError(
            f"{where!r} names two sets of {'stills' if len(web) > 1 else 'clips'}: give one of "
            f"stills ({', '.join(layout_names('stills'))}, web) and one of clips "
            f"({', '.join(layout_names('clips'))}, video)."
        )
    return (web[0] if web else None), (video[0] if video else None)


def _half(name: str, folder: Path, noisy: bool) -> WebHalf | VideoHalf:
    layout = layout_named(name)
    if layout is not None:
        return layout.read(folder, noisy)
    if name.casefold() == "video":
        return read_own_clips(_parent_of(folder, "video"))
    return read_own_stills(_parent_of(folder, "web"), noisy)


def _parent_of(folder: Path, half: str) -> Path:
    """The own folder that "web:<folder>" means, whether it names web/ or what web/ is in."""
    return folder.parent if folder.name.casefold() == half else folder


def _recognised(root: Path, noisy: bool) -> tuple[WebHalf | None, VideoHalf | None]:
    """The halves of a folder whose layout nobody named. Raises InputError when it has none."""
    web = read_own_stills(root, noisy) if child(root, "web") else None
    video = read_own_clips(root) if child(root, "video") else None
    if web or video:
        return web, video
    for layout in layouts():
        if layout.found(root):
            half = layout.read(root, noisy)
            return (half, None) if isinstance(half, WebHalf) else (None, half)
    raise InputError(f"{label(root)} is laid out in no way known here: it needs {accepted()}.")
