"""Near-duplicates among a set's stills (§4.1.1) as pairs of pictures, each with a box to tick."""

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from attention.media.frames import label
from training.data.checks.findings import Checkup, Twins
from training.data.folders import count
from training.data.thumbnails import Thumbnail
from training.tabs.data.figure1 import picture

SHOWN = 12  # pairs
REST = "*"  # the value of the box that stands for all pairs not shown
# what the button sends: the second still of every ticked pair
TICKED = (
    "[...document.querySelectorAll('#data-twins input[type=checkbox]:checked')]"
    ".map((box) => box.value)"
)


def most_alike(seen: Checkup) -> list[Twins]:
    """The pairs, the most alike first."""
    return sorted(seen.twins, key=lambda pair: (-pair.similarity, pair.one, pair.other))


def twins_card(
    seen: Checkup, folder: Path, pictures: Mapping[Path, Thumbnail], *, own: bool
) -> str:
    """The first pairs side by side. own: with boxes that choose which second still is left out."""
    if not seen.twins:
        return "<p class='note'>No two stills of a class look alike.</p>"
    pairs = most_alike(seen)
    shown = "".join(_pair(pair, folder, pictures, own) for pair in pairs[:SHOWN])
    more = len(pairs) - SHOWN
    rest = ""
    if more > 0:
        rest = f"<p class='hint'>{count(more, 'more pair')}, less alike.</p>"
        if own:
            rest = (
                f"<label class='rest'><input type='checkbox' value='{REST}'> "
                f"also the second still of the {count(more, 'pair')} not shown, less alike</label>"
            )
    kept = "" if own else " This set ships with the app and stays as it is."
    return (
        f"<p class='counts'>{count(len(pairs), 'pair')} of stills look alike: copies, or one scene "
        f"twice. Similarity is that of their colour histograms, 1 for the same picture.{kept}</p>"
        f"<ul class='pairs'>{shown}</ul>{rest}"
    )


def seconds_of(ticked: Sequence[str], seen: Checkup, folder: Path) -> list[str]:
    """The files that ticked boxes mean, as paths within the set."""
    chosen = [file for file in ticked if file != REST]
    if REST in ticked:
        chosen += [_within(pair.other, folder) for pair in most_alike(seen)[SHOWN:]]
    return list(dict.fromkeys(chosen))


def _pair(pair: Twins, folder: Path, pictures: Mapping[Path, Thumbnail], own: bool) -> str:
    concept = label(pair.one.parent)
    stills = "".join(
        f"<figure>{picture(pictures[path], f'{concept}: {label(path)}')}"
        f"<figcaption>{escape(label(path))}</figcaption></figure>"
        for path in (pair.one, pair.other)
    )
    box = ""
    if own:
        file = escape(_within(pair.other, folder))
        box = (
            f"<label><input type='checkbox' value='{file}' checked> leave the second out "
            f"<span class='unseen'>({escape(label(pair.other))})</span></label>"
        )
    return (
        f"<li><p><b>{escape(concept)}</b> <span class='number'>{pair.similarity:.3f}</span></p>"
        f"<div class='two'>{stills}</div>{box}</li>"
    )


def _within(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()
