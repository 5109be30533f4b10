"""Still images, read by Pillow: it knows their size before it decodes them, and when one is cut short."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from attention.clip import Clip, Limits, Picture, check_pixels, label, too_large
from attention.errors import InputError

STILL_FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "AVIF")


class Still:
    """An image, to be walked through as Video is: a clip of one frame."""

    def __init__(self, path: Path, limits: Limits) -> None:
        name = label(path)
        self._rgb, codec, animated = _read_still(path, limits.max_image_pixels)
        height, width, _ = self._rgb.shape
        self.clip = Clip(path, name, "image", width, height, 0.0, 0.0, 1, codec)
        self.notes = [f"{name} is animated; only its first picture is analysed."] * animated

    def positions(self) -> Iterator[tuple[int, float]]:
        """Index and seconds of its only frame."""
        yield 0, 0.0

    def picture(self) -> Picture:
        """The image, uint8 [H,W,3]."""
        return self._rgb

    def close(self) -> None:
        """Nothing is open."""


def is_still(head: bytes) -> bool:
    """Says whether a file that begins so (16 bytes) is an image."""
    return (
        head.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"BM"))
        or (head[:4], head[8:12]) == (b"RIFF", b"WEBP")
        or head[4:12] in (b"ftypavif", b"ftypavis")
    )


def _read_still(path: Path, max_pixels: int) -> tuple[Picture, str, bool]:
    """Returns rgb [H,W,3], the format's name, and whether the image is animated."""
    name = label(path)
    try:
        with Image.open(path, formats=STILL_FORMATS) as image:
            check_pixels(name, *image.size, max_pixels)
            animated = getattr(image, "n_frames", 1) > 1
            return _rgb_of_still(image), (image.format or "").lower(), animated
    except (InputError, MemoryError):
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise InputError(too_large(name, "far more", max_pixels)) from None
    except Exception:  # Pillow raises whatever its parsers trip over
        raise InputError(
            f"{name} is not an image that can be read: it is damaged or cut short; copy or download"
            " it again, or save it as JPEG or PNG."
        ) from None


def _rgb_of_still(image: Image.Image) -> Picture:
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I"):  # 16-bit grey, which Pillow would clip rather than scale
        image = Image.fromarray((np.asarray(image).astype(np.uint16) >> 8).astype(np.uint8))
    if image.has_transparency_data:
        return on_white(image.convert("RGBA"))
    return np.asarray(image.convert("RGB"))


def on_white(rgba: Image.Image) -> Picture:
    """A transparent picture on white, uint8 [H,W,3]."""
    page = Image.new("RGB", rgba.size, "white")
    page.paste(rgba, mask=rgba.getchannel("A"))
    return np.asarray(page)
