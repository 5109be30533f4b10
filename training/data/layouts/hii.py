"""HII, the paper's own Web images (Section 4.1.1)."""

from pathlib import Path

from attention.concepts import INTERACTIONS, ConceptSet
from attention.errors import InputError
from attention.media.frames import label
from training.data.folders import class_roots
from training.data.layouts.layout import Layout
from training.data.layouts.stills import merged
from training.data.records import WebHalf


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
    half = merged([*filtered, *rough] if noisy else filtered, ConceptSet(INTERACTIONS), root)
    return WebHalf("HII-noisy" if noisy else "HII", _without_repeats(half.stills), half.notes)


def find_hii(root: Path, depth: int = 3) -> list[Path]:
    """The folders of HII's class folders at most `depth` below `root`, or `root` itself."""
    return class_roots(root, ConceptSet(INTERACTIONS), depth)


def _is_noisy(folder: Path, root: Path) -> bool:
    return any("noisy" in part.casefold() for part in (root.name, *folder.relative_to(root).parts))


def _without_repeats(stills: dict[str, tuple[Path, ...]]) -> dict[str, tuple[Path, ...]]:
    """HII-noisy contains HII: the same file, by name and size, is taken once."""
    return {
        name: tuple({(path.name, path.stat().st_size): path for path in reversed(paths)}.values())
        for name, paths in stills.items()
    }


LAYOUTS = (Layout("HII", "stills", 30, lambda root: bool(find_hii(root, depth=1)), read_hii),)
