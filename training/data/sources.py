"""Data sources: HII, BU101, TVHI, UCF101, own folders, the drawn set (Section 4.1).

`open_source(where)` accepts

- a folder with `web/<Class>/` and `video/<Class>/`, or one of the two (own data and the drawn set;
  `noisy/` and `splits.csv` are optional);
- a folder with the layout of HII, BU101, TVHI or UCF101: one half, stills or clips;
- two named halves, separated by a comma: "BU101:<folder>,UCF101:<folder>". The names `web` and `video`
  stand for own folders: "web:<folder>,TVHI:<folder>".
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from attention.errors import InputError
from attention.media.frames import label
from training.data.folders import child
from training.data.layouts.own import read_own_clips, read_own_stills
from training.data.layouts.registry import layout_named, layout_names, layouts
from training.data.pairing import join
from training.data.records import Fold, Source, VideoHalf, WebHalf
from training.data.splitting import with_dev
from training.listener import NOBODY, Listener


def open_source(where: str | Path, *, noisy: bool = False) -> Source:
    """The stills, clips and folds of a data set. where: see the module's docstring.

    noisy: also use the stills of `noisy/`, or HII-noisy (Section 4.1.1). Files are listed, not opened;
    `checks.checkup` reads them. Raises InputError when the set cannot be used, for example when a class
    has stills but no clips.
    """
    try:
        web, video = _named_halves(str(where), noisy) or _recognised(_folder(str(where)), noisy)
        return join(web, video)
    except OSError as error:
        raise InputError(
            f"{label(error.filename or where)} cannot be read ({error.strerror}): check its rights."
        ) from None


def chosen_folds(
    source: Source, names: Iterable[str], part: str, listener: Listener = NOBODY
) -> list[Fold]:
    """The folds of these names, or all, with development clips only when those are judged (part "dev").

    Raises InputError, which names the fold, for an unknown one.
    """
    known = {fold.name: fold for fold in source.folds}
    names = list(names)
    missing = [name for name in names if name not in known]
    if missing:
        raise InputError(
            f"{source.name} has no fold '{missing[0]}'; choose among {', '.join(known)}."
        )
    folds = [known[name] for name in names or known]
    if part != "dev":
        return [replace(fold, dev=()) for fold in folds]
    found = [with_dev(fold, source.concepts) for fold in folds]
    for note in filter(None, (note for _, note in found)):
        listener.note(note)
    return [fold for fold, _ in found]


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
    matches = list(re.finditer(rf"(?:^|,)\s*({names}):", where, re.IGNORECASE))
    if not matches or matches[0].start() > 0:
        return None
    ends = [match.start() for match in matches[1:]] + [len(where)]
    web: list[WebHalf] = []
    video: list[VideoHalf] = []
    for match, end in zip(matches, ends, strict=True):
        folder = _folder(where[match.end() : end])
        half = _half(match[1], folder, noisy)
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
    """The folder that contains web/ (or video/); "web:<folder>" may name it or web/ itself."""
    return folder.parent if folder.name.casefold() == half else folder


def _recognised(root: Path, noisy: bool) -> tuple[WebHalf | None, VideoHalf | None]:
    """The halves of a folder, by its layout. Raises InputError when the layout is unknown."""
    web = read_own_stills(root, noisy) if child(root, "web") else None
    video = read_own_clips(root) if child(root, "video") else None
    if web or video:
        return web, video
    for layout in layouts():
        if layout.found(root):
            half = layout.read(root, noisy)
            return (half, None) if isinstance(half, WebHalf) else (None, half)
    raise InputError(f"{label(root)} is laid out in no way known here: it needs {accepted()}.")
