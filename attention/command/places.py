"""The clips that are named in the terminal, each with its place in the folder of results.

A folder is one clip when its pictures are numbered alike (`media.sequences.numbered`), of one size, from no
camera, and not in a set's web/ or noisy/, which hold stills. Otherwise all that lies in it is looked at.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from attention.command.terminal import say
from attention.errors import InputError, short
from attention.media.suffixes import SUFFIXES

OF_STILLS = {"web", "noisy"}
SCHEMES = ("http:", "https:", "ftp:", "rtsp:", "rtmp:", "s3:", "file:", "data:")


def one_alone(named: Sequence[str]) -> bool:
    """Whether one clip is named: a file, or a folder of frames. InputError for an address and for "-"."""
    for name in named:
        _check_named(name)
    if len(named) > 1:
        return False
    top = Path(named[0])
    return not top.is_dir() or _is_clip(top)


def places(named: Sequence[str], out: Path, taken: set[str]) -> Iterator[tuple[str, Path]]:
    """Yields each clip once, with its place in `out`: its path in the named folder, or its name.

    taken: names in `out` that no clip may have; what is yielded is added.
    """
    seen: set[Path] = set()
    for name in named:
        top = Path(name)
        whole = not top.is_dir() or (len(named) > 1 and _is_clip(top))
        for clip in [top] if whole else _clips_in(top, out):
            if clip.resolve() in seen:
                continue
            seen.add(clip.resolve())
            place = clip.name if whole else clip.relative_to(top).as_posix()
            number = 2
            while place in taken:
                place = f"{clip.stem} ({number}){clip.suffix}"
                number += 1
            taken.add(place)
            yield place, clip


def _check_named(name: str) -> None:
    if name == "-":
        raise InputError("A clip is not read from standard input; save it as a file and name that.")
    if name.lower().startswith(SCHEMES):
        raise InputError(
            f"{short(name)} is an address, and nothing is downloaded here; download the clip and name "
            "the file."
        )


def _clips_in(folder: Path, out: Path) -> Iterator[Path]:
    """Clips and stills below a folder, in order, without litter, links to folders, and what is in `out`."""
    from attention.media.sequences.numbered import visible

    if folder.resolve() == out.resolve():
        return
    for path in visible(folder):
        if path.is_dir() and not path.is_symlink():
            yield from [path] if _is_clip(path) else _clips_in(path, out)
        elif path.suffix.casefold() in SUFFIXES and path.is_file():
            yield path


def _is_clip(folder: Path) -> bool:
    """Whether a folder is one clip; says why when its pictures are numbered, and are none."""
    from attention.media.sequences.numbered import frames_in

    try:
        frames = frames_in(folder)
    except InputError:
        return False
    reason = _stills_because(folder, frames)
    if reason:
        say(f"{short(folder.name)} holds numbered pictures, each looked at by itself: {reason}.")
    return not reason


def _stills_because(folder: Path, frames: Sequence[Path]) -> str:
    """Why numbered pictures are stills; "" when they are the frames of a clip."""
    from attention.media.sequences.numbered import of_two_sizes
    from attention.media.still import camera

    above = folder.resolve().parts[-3:-1]  # web/<Class>/, and a folder within
    if half := next((name for name in above if name.casefold() in OF_STILLS), ""):
        return f"in {short(half)} lie stills"
    if made_by := camera(frames[0]):
        return f"they are photos, of the camera {short(made_by)}"
    try:
        two = of_two_sizes(frames)
    except InputError:  # a damaged frame is said where the clip is read, and leaves others be
        return ""
    return f"{short(two[0].name)} and {short(two[1].name)} differ in size" if two else ""
