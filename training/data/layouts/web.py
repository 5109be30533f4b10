"""Web images as their authors and people lay them out, read into stills by class."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from attention.concepts import INTERACTIONS, ConceptSet, ucf101_concepts
from attention.errors import InputError
from attention.media.frames import label
from training.data.folders import STILL_SUFFIXES, child, class_roots, files_of, place_in
from training.data.records import WebHalf


def read_own_stills(root: Path, noisy: bool = False) -> WebHalf:
    """`web/<Class>/*.jpg` and, when `noisy`, those of `noisy/<Class>/` besides.

    Raises InputError when there is no such folder.
    """
    web = child(root, "web")
    if web is None:
        raise InputError(f"{label(root)} has no folder web/ with a folder of stills per class.")
    found, notes = files_of(web, STILL_SUFFIXES, "stills")
    if noisy:
        more = child(root, "noisy")
        if more is None:
            raise InputError(f"{label(root)} has no folder noisy/: leave the noisy stills out.")
        added, more_notes = files_of(more, STILL_SUFFIXES, "stills")
        found = _together(found, added)
        notes += more_notes
    return WebHalf(root.name, found, tuple(notes))


def read_hii(root: Path, noisy: bool = False) -> WebHalf:
    """HII, the paper's own Web images (Section 4.1.1): a folder per interaction.

    Its noisy images contain the filtered ones; they are told apart by "noisy" in a folder's name.
    How deep the class folders lie is not documented: they are searched for. Raises InputError when
    they are not found.
    """
    roots = find_hii(root)
    if not roots:
        raise InputError(
            f"{label(root)} has no folders named after HII's classes "
            f"({', '.join(INTERACTIONS)}): give the folder they are in."
        )
    filtered = [r for r in roots if not _is_noisy(r, root)]
    rough = [r for r in roots if _is_noisy(r, root)]
    if noisy and not rough:
        raise InputError(
            f"{label(root)} has no folder with 'noisy' in its name: leave the noisy stills out."
        )
    if not noisy and not filtered:
        raise InputError(f"{label(root)} holds noisy stills only: ask for the noisy ones.")
    half = _merged([*filtered, *rough] if noisy else filtered, ConceptSet(INTERACTIONS))
    return WebHalf("HII-noisy" if noisy else "HII", _without_repeats(half.stills), half.notes)


def find_hii(root: Path, depth: int = 3) -> list[Path]:
    """The folders of HII's class folders at most `depth` below `root`, or `root` itself."""
    return class_roots(root, ConceptSet(INTERACTIONS), depth)


def _is_noisy(folder: Path, root: Path) -> bool:
    return any("noisy" in part.casefold() for part in (root.name, *folder.relative_to(root).parts))


def read_bu101(root: Path, noisy: bool = False) -> WebHalf:
    """BU101 (Section 4.1.2): `images/<Class>/` or `<Class>/`, classes spelled as UCF101's or so.

    Raises InputError when there are no such folders or one of them is no class of UCF101.
    """
    if noisy:
        raise InputError("BU101 has no noisy stills: leave them out.")
    roots = find_bu101(root)
    if not roots:
        raise InputError(
            f"{label(root)} has no folders named after UCF101's classes, such as Archery: give the "
            "folder that BU101's class folders are in."
        )
    half = _merged(roots, ConceptSet(ucf101_concepts()))
    return WebHalf("BU101", half.stills, half.notes)


def find_bu101(root: Path, depth: int = 3) -> list[Path]:
    """The folders of BU101's class folders at most `depth` below `root`, or `root` itself."""
    return class_roots(root, ConceptSet(ucf101_concepts()), depth)


def _merged(roots: list[Path], concepts: ConceptSet) -> WebHalf:
    """The stills of several folders of class folders, under the concepts' own names."""
    stills: dict[str, tuple[Path, ...]] = {}
    notes: list[str] = []
    for root in roots:
        found, more = files_of(root, STILL_SUFFIXES, "stills")
        odd = [name for name in found if place_in(concepts, name) is None]
        if odd:
            raise InputError(
                f"The folder {label(odd[0])!r} in {label(root)} is no class of this data set: "
                "rename it, or move it elsewhere."
            )
        named = {concepts.names[concepts.index(name)]: paths for name, paths in found.items()}
        stills = _together(stills, named)
        notes += more
    return WebHalf("", stills, tuple(notes))


def _together(
    one: dict[str, tuple[Path, ...]], other: dict[str, tuple[Path, ...]]
) -> dict[str, tuple[Path, ...]]:
    """Both, class by class; classes of the second take the spelling of the first."""
    both = dict(one)
    known = ConceptSet(tuple(one)) if one else None
    for name, paths in other.items():
        place = place_in(known, name) if known else None
        known_name = name if known is None or place is None else known.names[place]
        both[known_name] = both.get(known_name, ()) + paths
    return both


def _without_repeats(stills: dict[str, tuple[Path, ...]]) -> dict[str, tuple[Path, ...]]:
    """HII-noisy contains HII: the same file, by name and size, is taken once."""
    return {
        name: tuple({(path.name, path.stat().st_size): path for path in reversed(paths)}.values())
        for name, paths in stills.items()
    }


WEB_LAYOUTS: dict[str, Callable[[Path, bool], WebHalf]] = {"HII": read_hii, "BU101": read_bu101}
