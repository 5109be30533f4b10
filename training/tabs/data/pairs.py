"""Files that show the same, side by side, with boxes that choose what is left out (§4.1.1)."""

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from attention.catalogue.catalogue import say
from attention.media.frames import label
from training.data.checks.findings import Checkup, Copy, Twins
from training.data.thumbnails import Thumbnail
from training.tabs.data.checkup import counted
from training.tabs.data.figure1 import picture

SHOWN = 12  # pairs of stills of a class, and of other copies
REST = "*"  # the value of the box that stands for all pairs of stills not shown


def most_alike(seen: Checkup) -> list[Twins]:
    """The pairs of stills, the most alike first."""
    return sorted(seen.twins, key=lambda pair: (-pair.similarity, pair.one, pair.other))


def files_in_pairs(seen: Checkup) -> list[Path]:
    """The files of the pairs that are shown."""
    pairs: list[Twins | Copy] = [*most_alike(seen)[:SHOWN], *seen.copies[:SHOWN]]
    return [path for pair in pairs for path in (pair.one, pair.other)]


def twins_card(
    seen: Checkup, folder: Path, pictures: Mapping[Path, Thumbnail], *, own: bool
) -> str:
    """The first pairs of stills. own: with boxes that choose which second still is left out."""
    if not seen.twins:
        return f"<p class='note'>{say('checkup.none_alike')}</p>"
    pairs = most_alike(seen)
    shown = "".join(_twins(pair, folder, pictures, own) for pair in pairs[:SHOWN])
    more = len(pairs) - SHOWN
    rest = ""
    if more > 0:
        rest = f"<p class='hint'>{counted('checkup.more_pairs', more)}</p>"
        if own:
            too = say("checkup.rest_too", pairs=counted("checkup.pairs", more))
            rest = f"<label class='rest'><input type='checkbox' value='{REST}'> {too}</label>"
    kept = "" if own else say("checkup.not_own")
    alike = say("checkup.alike", pairs=counted("checkup.pairs", len(pairs)))
    return f"<p class='counts'>{alike}{kept}</p><ul class='pairs'>{shown}</ul>{rest}"


def copies_card(
    seen: Checkup, folder: Path, pictures: Mapping[Path, Thumbnail], *, own: bool
) -> str:
    """The first copies across classes, sides, and halves. own: with boxes that leave one of each out."""
    if not seen.copies:
        return f"<p class='note'>{say('checkup.no_copies')}</p>"
    shown = "".join(_copy(copy, folder, pictures, own) for copy in seen.copies[:SHOWN])
    more = len(seen.copies) - SHOWN
    rest = f"<p class='hint'>{counted('checkup.more_pairs', more)}</p>" if more > 0 else ""
    same = say("checkup.same", pairs=counted("checkup.pairs", len(seen.copies)))
    return f"<p class='counts'>{same}</p><ul class='pairs'>{shown}</ul>{rest}"


def chosen_files(ticked: Sequence[str], seen: Checkup, folder: Path) -> list[str]:
    """The files that ticked boxes mean, as paths within the set."""
    chosen = [file for file in ticked if file != REST]
    if REST in ticked:
        chosen += [_within(pair.other, folder) for pair in most_alike(seen)[SHOWN:]]
    return list(dict.fromkeys(chosen))


def _twins(pair: Twins, folder: Path, pictures: Mapping[Path, Thumbnail], own: bool) -> str:
    box = ""
    if own:
        file = escape(_within(pair.other, folder))
        box = (
            f"<label><input type='checkbox' value='{file}' checked> {say('checkup.leave_second')} "
            f"<span class='unseen'>({escape(label(pair.other))})</span></label>"
        )
    return _pair(label(pair.one.parent), pair, pictures, box)


def _copy(copy: Copy, folder: Path, pictures: Mapping[Path, Thumbnail], own: bool) -> str:
    """Of copies in two classes no box is ticked: which class is right, a person must say."""
    box = ""
    if own:
        file = escape(_within(copy.leave_out, folder))
        ticked = "" if copy.between == "classes" else " checked"
        words = say("checkup.leave_file", file=file)
        box = f"<label><input type='checkbox' value='{file}'{ticked}> {words}</label>"
    return _pair(say(f"checkup.between.{copy.between.replace(' ', '_')}"), copy, pictures, box)


def _pair(title: str, pair: Twins | Copy, pictures: Mapping[Path, Thumbnail], box: str) -> str:
    same = pair.one.parent == pair.other.parent
    stills = "".join(
        f"<figure>{picture(pictures[path], _named(path, ': '))}"
        f"<figcaption>{escape(label(path) if same else _named(path))}</figcaption></figure>"
        for path in (pair.one, pair.other)
    )
    return (
        f"<li><p><b>{escape(title)}</b> <span class='number'>{pair.similarity:.3f}</span></p>"
        f"<div class='two'>{stills}</div>{box}</li>"
    )


def _named(path: Path, between: str = "/") -> str:
    return f"{label(path.parent)}{between}{label(path)}"


def _within(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()
