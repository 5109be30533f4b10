"""BU101, Web images of UCF101's classes (Section 4.1.2)."""

from pathlib import Path

from attention.concepts import ConceptSet, ucf101_concepts
from attention.errors import InputError
from attention.media.frames import label
from training.data.folders import class_roots
from training.data.layouts.layout import Layout
from training.data.layouts.stills import merged
from training.data.records import WebHalf


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
    half = merged(roots, ConceptSet(ucf101_concepts()), root)
    return WebHalf("BU101", half.stills, half.notes)


def find_bu101(root: Path, depth: int = 3) -> list[Path]:
    """The folders of BU101's class folders at most `depth` below `root`, or `root` itself."""
    return class_roots(root, ConceptSet(ucf101_concepts()), depth)


LAYOUTS = (Layout("BU101", "stills", 40, lambda root: bool(find_bu101(root, depth=1)), read_bu101),)
