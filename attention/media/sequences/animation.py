"""Animated WebP, PNG (APNG) and AVIF (AVIS), composed by Pillow: clips whose pictures have a time each."""

from collections.abc import Generator
from pathlib import Path

from PIL import Image
from PIL.ImageFile import ImageFile

from attention.errors import InputError
from attention.media.clip import Clip, Limits, Picture, check_pixels, label
from attention.media.colour import from_avif
from attention.media.still import STILL_FORMATS, image_errors, rgb_of_still

USUAL_HEADER, HEADER = 1 << 12, 1 << 16  # bytes of a PNG among which it says that it is animated
BRIEFEST, USUAL = (
    0.011,
    0.1,
)  # seconds: what is to be seen for less is seen for USUAL, as in browsers


def states_animation(path: Path) -> bool:
    """Says by a file's first bytes, without decoding, whether it calls itself an animated picture.

    APNG's acTL stands before the pixels; VP8X has a bit of its flags for it; AVIF a brand. False for a file
    that may not be read, which its reader refuses.
    """
    try:
        with path.open("rb") as file:
            head = file.read(USUAL_HEADER)
            if head.startswith(b"\x89PNG\r\n\x1a\n"):
                head += b"" if b"IDAT" in head else file.read(HEADER)
                return b"acTL" in head[: head.find(b"IDAT")]
    except OSError:
        return False
    if (head[:4], head[8:16]) == (b"RIFF", b"WEBPVP8X"):
        return bool(head[20:21] and head[20] & 2)
    return head[4:12] == b"ftypavis"


def is_animated(path: Path) -> bool:
    """Says whether a picture's file holds more than one to see after another. False for a damaged one."""
    if not states_animation(path):
        return False
    try:
        with image_errors(label(path), 0), path.open("rb") as file:
            return _count(_opened(Image.open(file, formats=STILL_FORMATS))) > 1
    except InputError:
        return False


class Animation:
    """An open animation, with the interface of Video: picture() returns the current one of positions()."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self.notes: list[str] = []
        self._path, self._name, self._most = path, label(path), limits.max_clip_pixels
        self._file = path.open("rb")
        try:
            with image_errors(self._name, self._most):
                self._image = _opened(Image.open(self._file, formats=STILL_FORMATS))
            check_pixels(self._name, *self._image.size, self._most)
            self._lasts = self._turned_to(0)
            height, width, _ = self.picture().shape
        except BaseException:
            self.close()
            raise
        codec = (self._image.format or "").lower()
        count = _count(self._image)
        self.clip = Clip(path, self._name, "video", width, height, 0.0, None, count, codec)

    def positions(self) -> Generator[tuple[int, float], None, None]:
        """Yields the index and seconds of every picture; adds a note where the file breaks off."""
        seconds = 0.0
        for index in range(self.clip.frame_count or 1):
            try:
                self._lasts = self._turned_to(index)
            except InputError:
                self.notes.append(
                    f"The clip breaks off after frame {index - 1} ({seconds:.1f} s); what came before is"
                    " analysed."
                )
                return
            yield index, seconds
            seconds += self._lasts

    def picture(self) -> Picture:
        """The current picture, upright, in sRGB on white, uint8 [H,W,3]."""
        with image_errors(self._name, self._most):
            image = (
                from_avif(self._image, self._path) if self._image.format == "AVIF" else self._image
            )
            rgb, said = rgb_of_still(image)
        note = f"{self._name} {said}"
        if said and note not in self.notes:
            self.notes.append(note)
        return rgb

    def close(self) -> None:
        """Closes the file; safe to call again."""
        self._file.close()

    def _turned_to(self, index: int) -> float:
        """Decodes a picture, which becomes the current one; the seconds for which it is to be seen."""
        with image_errors(self._name, self._most):
            self._image.seek(index + _hidden(self._image))
            self._image.load()
            lasts = float(self._image.info.get("duration", 0)) / 1000
        return lasts if lasts >= BRIEFEST else USUAL


def _opened(image: Image.Image) -> ImageFile:
    assert isinstance(image, ImageFile)  # as every image that is opened
    return image


def _count(image: ImageFile) -> int:
    """The number of pictures to see."""
    return int(getattr(image, "n_frames", 1)) - _hidden(image)


def _hidden(image: ImageFile) -> int:
    """1 when a PNG begins with a picture for programs that know no animations, which is none of its own."""
    return int(getattr(image, "default_image", False))
