"""The names that files of clips and of stills have, and litter: what a page, a folder, a set and a zip take.

The reader itself goes by what a file holds; a door that must choose among files goes by these.
"""

CAMERAS = {".mp4", ".m4v", ".mp4v", ".mov", ".qt", ".3gp", ".3g2", ".mts", ".m2ts", ".m2t", ".mod"}
DISCS = {".mpg", ".mpeg", ".mpe", ".m1v", ".m2v", ".vob", ".ts", ".tod", ".avi", ".divx"}
WEB = {".mkv", ".webm", ".ogv", ".flv", ".f4v", ".wmv", ".asf", ".ivf", ".gif"}
STREAMS = {".h264", ".264", ".h265", ".265", ".hevc", ".mjpeg", ".mjpg"}  # without a container
CLIP_SUFFIXES = frozenset(CAMERAS | DISCS | WEB | STREAMS)
JPEGS = {".jpg", ".jpeg", ".jpe", ".jfif", ".jif", ".mpo"}
STILL_SUFFIXES = frozenset(JPEGS | {".png", ".apng", ".webp", ".bmp", ".dib", ".avif", ".avifs"})
MAY_MOVE = frozenset({".webp", ".png", ".apng", ".avif", ".avifs"})  # stills that may be animated
SUFFIXES = CLIP_SUFFIXES | STILL_SUFFIXES
# Files of operating systems and editors, ignored without a note.
LITTER = frozenset({"thumbs.db", "desktop.ini", "__macosx"})


def is_litter(name: str) -> bool:
    """Whether a file or folder is hidden, or an operating system's own."""
    return name.startswith(".") or name.casefold() in LITTER
