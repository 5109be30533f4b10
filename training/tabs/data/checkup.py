"""A set's check-up as HTML: counts and imbalance as bars, what cannot be read, what to do."""

from collections.abc import Sequence
from html import escape

from attention.catalogue.catalogue import say
from attention.catalogue.translated import translated
from attention.media.frames import label
from attention.tabs.cards import progress_bar
from training.data.checks.findings import Checkup, FoldCount
from training.data.checks.kept import Standing

SIDES = ("train", "dev", "test")
SHOWN = 50  # unreadable files named on the page; the terminal names all


def standing_card(name: str, standing: Standing) -> str:
    """A check-up under way, with the time left, its fault, or the finished one."""
    if standing.fault:
        return f"<p class='note error' role='alert'>{escape(standing.fault)}</p>"
    if standing.checkup:
        return checkup_card(standing.checkup)
    if not standing.total:
        return progress_bar(say("checkup.opening", set=escape(name)))
    numbers = {"done": f"{standing.done:,}", "total": f"{standing.total:,}"}
    said = say("checkup.file", set=escape(name), **numbers)
    if standing.left is not None:
        said += f" · {counted('checkup.left', max(1, round(standing.left)))}"
    if standing.done == standing.total:
        said = say("checkup.comparing", set=escape(name), **numbers)
    return progress_bar(said, standing.done, standing.total)


def counted(key: str, count: int) -> str:
    """A sentence about a number, its thousands parted."""
    return say(key, count=count, number=f"{count:,}")


def checkup_card(seen: Checkup) -> str:
    """The finished check-up."""
    return "".join(
        (
            f"<p class='counts'>{_counts(seen)}</p>",
            _table(seen),
            _sentences(say("checkup.todo"), seen.advice)
            or f"<p class='note'>{escape(say('checkup.ready'))}</p>",
            _unreadable(seen),
            _sentences(say("checkup.left_out"), seen.notes),
        )
    )


def _counts(seen: Checkup) -> str:
    told = [
        counted("checkup.classes", len(seen.concepts)),
        counted("checkup.stills", sum(seen.stills)),
        counted("checkup.clips", sum(seen.clips)),
    ]
    for fold in seen.folds:
        sides = ", ".join(
            f"{sum(getattr(fold, side)):,} {_side(side)}"
            for side in SIDES
            if sum(getattr(fold, side))
        )
        of = say("checkup.fold", fold=escape(fold.name), sides=sides)
        told.append(of if len(seen.folds) > 1 else sides)
    return " · ".join(told)


def _side(side: str) -> str:
    return say(f"checkup.{side}")


def _table(seen: Checkup) -> str:
    """A row per class: bars of stills and of clips, the clips in the shares of the first fold."""
    fold = seen.folds[0] if seen.folds else None
    most_stills, most_clips = max(seen.stills, default=0), max(seen.clips, default=0)
    rows = "".join(
        f"<tr><th scope='row'>{escape(name)}</th>"
        f"<td>{_bar([('still', seen.stills[place])], most_stills)}</td>"
        f"<td>{_bar(_shares(fold, place, seen.clips[place]), most_clips)}</td></tr>"
        for place, name in enumerate(seen.concepts)
    )
    first = say("checkup.of_fold", fold=escape(fold.name)) if fold and seen.folds[1:] else ""
    legend = "".join(
        f"<li><i class='{side}'></i>{_side(side)}</li>"
        for side in SIDES
        if fold and any(getattr(fold, side))
    )
    return (
        f"<table class='classes'><caption>{say('checkup.caption')}</caption>"
        f"<thead><tr><th scope='col'>{say('checkup.class')}</th>"
        f"<th scope='col'>{say('checkup.of_stills')}</th>"
        f"<th scope='col'>{say('checkup.of_clips')}{first} <ul class='sides'>{legend}</ul></th></tr></thead>"
        f"<tbody>{rows}</tbody></table>"
    )


def _shares(fold: FoldCount | None, place: int, clips: int) -> list[tuple[str, int]]:
    if fold is None:
        return [("still", clips)]
    return [(side, getattr(fold, side)[place]) for side in SIDES if any(getattr(fold, side))]


def _bar(parts: Sequence[tuple[str, int]], most: int) -> str:
    pieces = "".join(
        f"<i class='{kind}' style='width:{100 * number / max(most, 1):.2f}%'></i>"
        for kind, number in parts
    )
    told = " + ".join(f"{number:,}" for _, number in parts)
    return (
        f"<div class='cell'><span class='share' aria-hidden='true'>{pieces}</span>"
        f"<span class='number'>{told}</span></div>"
    )


def _sentences(title: str, said: Sequence[str]) -> str:
    if not said:
        return ""
    lines = "".join(f"<li>{escape(translated(sentence))}</li>" for sentence in said)
    return f"<section class='said'><h3>{title}</h3><ul>{lines}</ul></section>"


def _unreadable(seen: Checkup) -> str:
    if not seen.unreadable:
        return ""
    lines = "".join(
        f"<li><b>{escape(label(u.path.parent))}</b>: {escape(translated(u.why))}</li>"
        for u in seen.unreadable[:SHOWN]
    )
    more = len(seen.unreadable) - SHOWN
    rest = f"<li>{counted('checkup.more', more)}</li>" if more > 0 else ""
    title = counted("checkup.unreadable", len(seen.unreadable))
    return f"<section class='said'><h3>{title}</h3><ul>{lines}{rest}</ul></section>"
