"""An uploaded zip → the files of a set: all of them are checked before anything is written."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from attention.disk.room import size_text
from attention.errors import InputError
from attention.media.suffixes import CLIP_SUFFIXES, MAY_MOVE, STILL_SUFFIXES, SUFFIXES
from training.data.archive.zips import Entry, ZipLimits, printable
from training.data.folders import count, listed
from training.data.layouts.own import SPLITS
from training.data.naming import one_form

HALVES = {"web": STILL_SUFFIXES, "video": CLIP_SUFFIXES}
TABLE = PurePosixPath(SPLITS)
LAYOUT = "stills into web/<Class>/ and clips into video/<Class>/, and zip the two folders"


@dataclass(frozen=True)
class Plan:
    """The files to write, and the files that are left out."""

    entries: tuple[Entry, ...]
    dropped: tuple[PurePosixPath, ...]

    @property
    def size(self) -> int:
        """The unpacked size in bytes."""
        return sum(entry.size for entry in self.entries)

    @property
    def notes(self) -> tuple[str, ...]:
        """A sentence on the files left out, if there are any."""
        if not self.dropped:
            return ()
        return (
            f"{count(len(self.dropped), 'file')} left out, because empty or not a still in "
            f"web/<Class>/, a clip in video/<Class>/ or {SPLITS}: {listed(map(str, self.dropped))}.",
        )


def plan_of(found: Sequence[Entry], name: str, packed: int, limits: ZipLimits) -> Plan:
    """The plan for a zip of these files, every one checked. name, packed: the zip's name and its bytes.

    Raises InputError, which names the file, the limit and what to do.
    """
    root = _root(name, [entry.path for entry in found])
    kept, dropped = [], []
    for entry in found:
        placed = _placed(entry.path, root)
        if placed is None or entry.size == 0:
            dropped.append(entry.path)
        else:
            _check_size(name, entry, placed, limits)
            kept.append(replace(entry, path=placed))
    _check_unique(name, kept)
    plan = Plan(tuple(kept), tuple(dropped))
    _check_growth(name, plan, packed, limits)
    _check_classes(name, plan)
    return plan


def _root(name: str, paths: Iterable[PurePosixPath]) -> PurePosixPath:
    """The folder in the zip that contains web/ and video/. InputError when there is none."""
    roots = {
        PurePosixPath(*path.parts[:place])
        for path in paths
        for place, folder in enumerate(path.parts[:-1])
        if folder.casefold() in HALVES
    }
    if not roots:
        raise InputError(f"{name} has neither a folder web nor a folder video: put {LAYOUT}.")
    shallowest = min(len(root.parts) for root in roots)
    there = sorted(root for root in roots if len(root.parts) == shallowest)
    if len(there) > 1:
        raise InputError(
            f"{name} holds {len(there)} sets ({listed(map(str, there))}): zip each of them by itself."
        )
    return there[0]


def _placed(path: PurePosixPath, root: PurePosixPath) -> PurePosixPath | None:
    """A file's path in the set; None for a file that does not belong in a set."""
    if not path.is_relative_to(root):
        return None
    within = path.relative_to(root)
    half = within.parts[0].casefold()
    if within.name.casefold() == SPLITS and (
        len(within.parts) == 1 or (half == "video" and len(within.parts) == 2)
    ):
        return TABLE
    if half not in HALVES or len(within.parts) < 3:
        return None
    framed = half == "video" and len(within.parts) > 3
    # what a file of video/ holds says whether it moves, once it is unpacked
    taken = SUFFIXES if framed else HALVES[half] | (MAY_MOVE if half == "video" else set())
    if within.suffix.casefold() not in taken:
        return None
    return PurePosixPath(half, *within.parts[1:])


def _check_size(name: str, entry: Entry, placed: PurePosixPath, limits: ZipLimits) -> None:
    most, kind = limits.table, SPLITS
    if placed.suffix.casefold() in CLIP_SUFFIXES:
        most, kind = limits.clip, "a clip"
    elif placed.suffix.casefold() in STILL_SUFFIXES:
        most, kind = limits.still, "a still"
    if entry.size > most:
        raise InputError(
            f"{printable(str(entry.path))} in {name} has {size_text(entry.size)}, at most "
            f"{size_text(most)} are accepted of {kind}: make it smaller, or leave it out."
        )


def _check_unique(name: str, kept: Sequence[Entry]) -> None:
    """Raises InputError for names that some system takes as equal, or for a file that is a folder too."""
    seen: dict[str, Entry] = {}
    for entry in kept:
        twin = seen.setdefault(_key(entry.path), entry)
        if twin is not entry:
            raise InputError(
                f"{name} holds two files of one name ({printable(str(twin.path))} and "
                f"{printable(str(entry.path))}; capitals do not count): rename one of them."
            )
    for entry in kept:
        for parent in entry.path.parents:
            if _key(parent) in seen:
                raise InputError(
                    f"{name} holds {printable(str(parent))} as a file and as a folder: rename one of them."
                )


def _key(path: PurePosixPath) -> str:
    return one_form(str(path)).casefold()


def _check_growth(name: str, plan: Plan, packed: int, limits: ZipLimits) -> None:
    if plan.size > limits.total:
        raise InputError(
            f"{name} would take {size_text(plan.size)} unpacked, at most {size_text(limits.total)} are "
            "accepted: leave some files out, or make the clips smaller."
        )
    if plan.size > max(limits.small, limits.times * packed):
        worst = max(plan.entries, key=lambda entry: entry.size)
        raise InputError(
            f"{name} would grow more than {limits.times} times, to {size_text(plan.size)} "
            f"({printable(str(worst.path))} the most), which stills and clips never do: it is not "
            "unpacked; look into it yourself."
        )


def _still_or_clip(path: PurePosixPath) -> PurePosixPath:
    """A file's path; of what may be a frame, its folder's."""
    framed = path.parts[0] == "video" and len(path.parts) > 3
    return path.parent if framed and path.suffix.casefold() in STILL_SUFFIXES else path


def _check_classes(name: str, plan: Plan) -> None:
    """Raises InputError unless there are two classes, each with two stills and two clips."""
    found = {_still_or_clip(entry.path) for entry in plan.entries if entry.path != TABLE}
    web, video = (Counter(p.parts[1] for p in found if p.parts[0] == half) for half in HALVES)
    if not web and not video:
        raise InputError(f"{name} has no stills or clips in folders of their class: put {LAYOUT}.")
    if not video:
        raise InputError(
            f"{name} has stills but no clips: add video/<Class>/ with clips of the same classes."
        )
    if not web:
        raise InputError(
            f"{name} has clips but no stills: add web/<Class>/ with stills of the same classes."
        )
    if max(len(web), len(video)) == 1:
        raise InputError(
            f"{name} has one class ({printable(next(iter(video)))}) and training needs at least two: "
            "add a folder for another to web/ and to video/."
        )
    for counted, kind, use in (
        (video, "clip", "one to train on and one to test"),
        (web, "still", "one to train on and one to validate"),
    ):
        lone = [folder for folder, number in counted.items() if number == 1]
        if lone:
            raise InputError(
                f"{name} has one {kind} of {listed(lone)} and at least two are needed, {use}: add "
                f"another {kind}."
            )
