"""Still images, read by Pillow: it knows their size before it decodes them and reports a cut file."""

import importlib
import re
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from fractions import Fraction
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps
from PIL.ExifTags import Base
from PIL.ImageFile import ImageFile

from attention.errors import InputError
from attention.media.clip import (
    Clip,
    Limits,
    Picture,
    check_pixels,
    label,
    too_large,
    unreadable_still,
)
from attention.media.colour import from_avif, grey_of_16_bits, to_srgb, with_deep_transparency

LARGEST_FIRST = 16 << 20  # bytes in which the first picture of a camera's stream ends
MARKER, END_OF_IMAGE = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]"), 0xD9
STILL_FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "AVIF")
# Of Pillow: readers that preinit() does not import, and what readers import on the way.
PLUGINS = ("AvifImagePlugin", "MpoImagePlugin", "TiffImagePlugin", "WebPImagePlugin", "ImageColor")


class Still:
    """An image with the interface of Video: a clip of one frame."""

    def __init__(self, path: Path, limits: Limits) -> None:
        name = label(path)
        self._rgb, codec, said = read_still(path, limits.max_image_pixels)
        height, width, _ = self._rgb.shape
        self.clip = Clip(path, name, "image", width, height, 0.0, 0.0, 1, codec)
        self.notes = [f"{name} {said}"] if said else []

    def positions(self) -> Generator[tuple[int, float], None, None]:
        """Yields the index and seconds of the only frame."""
        yield 0, 0.0

    def picture(self) -> Picture:
        """The image, uint8 [H,W,3]."""
        return self._rgb

    def close(self) -> None:
        """Does nothing: the file is closed already."""


def load_formats() -> None:
    """Imports Pillow's readers, which it otherwise imports when a file calls for them."""
    for name in PLUGINS:
        importlib.import_module(f"PIL.{name}")
    Image.preinit()


def camera(path: Path) -> str:
    """The maker and model of the camera in a still's EXIF; "" where there is none."""
    try:
        with path.open("rb") as file:
            found = Image.open(file, formats=STILL_FORMATS).getexif()
    except Exception:  # on damaged data Pillow's parsers raise errors of any type
        return ""
    words = (str(found.get(tag, "")).strip(" \0") for tag in (Base.Make, Base.Model))
    return " ".join(filter(None, words))


def is_still(head: bytes) -> bool:
    """Says whether a file's first 16 bytes are those of an image."""
    return (
        head.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"BM"))
        or (head[:4], head[8:12]) == (b"RIFF", b"WEBP")
        or head[4:12] in (b"ftypavif", b"ftypavis")
    )


def is_camera_stream(path: Path) -> bool:
    """Says whether a JPEG file is Motion JPEG: behind its first picture another of its size begins.

    A photo's second picture (MPO) stands in the first one's index, and is another view of it.
    """
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_FIRST)
    except OSError:
        return False
    end = _end_of_jpeg(data)
    if not end or b"MPF\x00" in data[:end] or data[end : end + 3] != b"\xff\xd8\xff":
        return False
    return _jpeg_size(data) == _jpeg_size(data[end : end + LARGEST_FIRST])


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    """The width and height in a JPEG's header, or None."""
    with suppress(Exception), Image.open(BytesIO(data), formats=("JPEG",)) as image:
        return image.size
    return None


def _end_of_jpeg(data: bytes) -> int:
    """Where the first picture of a JPEG file ends, bytes; 0 when its end is not among `data`.

    Segments state their length, so that a thumbnail's end within one is skipped; coded pictures end at
    the next marker that is neither a restart nor a stuffed byte.
    """
    place = 2
    while marker := MARKER.search(data, place):
        place = marker.end()
        if data[place - 1] == END_OF_IMAGE:
            return place
        place += int.from_bytes(data[place : place + 2], "big")
    return 0


def read_still(path: Path, max_pixels: int) -> tuple[Picture, str, str]:
    """Returns rgb [H,W,3], the format's name, and what is to be said of the colours, or "".

    Of an animation the first picture. Raises InputError.
    """
    with opened_still(path, max_pixels) as image:
        rgb, said = rgb_of_still(_deep(image, path))
        # A phone's JPEG may hold a second picture (MPO), such as a smaller one.
        return rgb, "jpeg" if image.format == "MPO" else (image.format or "").lower(), said


def stated_size(path: Path, max_pixels: int) -> tuple[int, int]:
    """The (width, height) in a still's header. Raises InputError."""
    with opened_still(path, max_pixels) as image:
        return image.size


@contextmanager
def opened_still(path: Path, max_pixels: int) -> Iterator[ImageFile]:
    """Yields a still of at most `max_pixels`. Raises InputError, also for what is damaged within."""
    name = label(path)
    # An open file, not a path: Pillow would import a reader by the path's suffix.
    with (
        image_errors(name, max_pixels),
        path.open("rb") as file,
        Image.open(file, formats=STILL_FORMATS) as image,
    ):
        check_pixels(name, *image.size, max_pixels)
        assert isinstance(image, ImageFile)  # as every image that is opened
        yield image


@contextmanager
def image_errors(name: str, max_pixels: int) -> Iterator[None]:
    """Turns whatever Pillow raises of an image into InputError. A MemoryError passes."""
    try:
        yield
    except (InputError, MemoryError):
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise InputError(too_large(name, "far more", max_pixels)) from None
    except Exception:  # on damaged data Pillow's parsers raise errors of any type
        raise InputError(unreadable_still(name)) from None


def _deep(image: ImageFile, path: Path) -> Image.Image:
    """The image, with what only its file tells of deeper pixels."""
    return from_avif(image, path) if image.format == "AVIF" else with_deep_transparency(image, path)


def rgb_of_still(image: Image.Image) -> tuple[Picture, str]:
    """The upright picture in sRGB on white, [H,W,3], and what is to be said of its colours, or ""."""
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I"):
        image = grey_of_16_bits(image)
    image, said = to_srgb(image)
    if image.has_transparency_data:
        return on_white(image.convert("RGBA")), said
    return np.asarray(image.convert("RGB")), said


def on_white(rgba: Image.Image) -> Picture:
    """A transparent picture on white, uint8 [H,W,3]."""
    page = Image.new("RGB", rgba.size, "white")
    page.paste(rgba, mask=rgba.getchannel("A"))
    return np.asarray(page)


def display_size(width: int, height: int, pixel: Fraction | None) -> tuple[int, int]:
    """The (width, height) at which a picture is displayed; pixel: a pixel's width ÷ height.

    Neither side shrinks. A pixel counts as square when it is within 1 % of square, which nobody sees,
    and when one side of the picture would become more than ten times the other.
    """
    pixel = pixel if pixel and pixel > 0 else Fraction(1)
    shape = width * pixel / height
    if abs(pixel - 1) < Fraction(1, 100) or not Fraction(1, 10) <= shape <= 10:
        return width, height
    return (round(width * pixel), height) if pixel > 1 else (width, round(height / pixel))


def upright(rgb: Picture, matrix: NDArray[np.int32]) -> Picture:
    """Rotates (in quarter turns) and mirrors a picture according to its display matrix.

    matrix: [[a, b], [c, d]] maps (x, y) to (ax + cy, bx + dy); y points down.
    """
    (a, b), (c, d) = np.sign(matrix) * (np.abs(matrix) * 2 > np.abs(matrix).max())
    if not a and not d:
        rgb, a, d = rgb.swapaxes(0, 1), c, b
    return rgb[:: -1 if d < 0 else 1, :: -1 if a < 0 else 1]
