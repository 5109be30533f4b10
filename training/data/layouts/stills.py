"""What layouts of Web stills share: class folders, found and put together."""

from pathlib import Path

from attention.concepts import ConceptSet
from attention.errors import InputError
from attention.media.frames import label
from training.data.folders import files_of, place_in
from training.data.records import WebHalf


def merged(roots: list[Path], concepts: ConceptSet, within: Path) -> WebHalf:
    """The stills of several folders of class folders in `within`, under the concepts' own names."""
    stills: dict[str, tuple[Path, ...]] = {}
    notes: list[str] = []
    for root in roots:
        found, more = files_of(root, "stills", within)
        odd = [name for name in found if place_in(concepts, name) is None]
        if odd:
            raise InputError(
                f"The folder {label(odd[0])!r} in {label(root)} is no class of this data set: "
                "rename it, or move it elsewhere."
            )
        named = {concepts.names[concepts.index(name)]: paths for name, paths in found.items()}
        stills = together(stills, named)
        notes += more
    return WebHalf("", stills, tuple(notes))


def together(
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
