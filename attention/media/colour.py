"""A still's colours and transparency as 8-bit sRGB and alpha, whatever its file holds."""

import re
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms
from PIL.ImageFile import ImageFile

from attention.media.clip import Picture
from attention.media.gamut import WIDE, in_srgb
from attention.media.hdr import CURVES, tone_mapped

OTHER_COLOURS = "has a colour profile that cannot be used; its colours may be slightly off."
SPACES = {"GRAY": "L", "RGB": "RGB", "CMYK": "CMYK"}  # of profiles, and of what they are applied to
GREY = {"1", "L", "LA"}
HEADER = 1 << 18  # bytes of an AVIF in which its colours are told, before its pictures
NCLX = re.compile(rb"colrnclx(..)(..)", re.DOTALL)  # primaries and transfer, by H.273's numbers


def to_srgb(image: Image.Image) -> tuple[Image.Image, str]:
    """The image in sRGB, by the ICC profile it holds; and what is to be said when that fails, or ""."""
    profile = image.info.get("icc_profile")
    if not profile:
        return image, ""
    try:
        own = ImageCms.ImageCmsProfile(BytesIO(profile))
        mode = SPACES[own.profile.xcolor_space.strip()]
        if (mode == "L" and image.mode not in GREY) or (mode == "CMYK") != (image.mode == "CMYK"):
            return image, OTHER_COLOURS
        srgb = ImageCms.createProfile("sRGB")
        converted = ImageCms.profileToProfile(image.convert(mode), own, srgb, outputMode="RGB")
    except (ImageCms.PyCMSError, KeyError, OSError, ValueError):
        return image, OTHER_COLOURS
    assert converted is not None
    if image.has_transparency_data:
        converted.putalpha(image.convert("RGBA").getchannel("A"))
    return converted, ""


def from_avif(image: ImageFile, path: Path) -> Image.Image:
    """An AVIF in PQ or HLG, or of a wide gamut without a profile, as sRGB; any other as it is.

    Pillow does not tell how light became signals; the file's first box of colours (ISO/IEC 14496-12, 12.1.5)
    does. Of signals of 10 or 12 bits Pillow gives the upper 8.
    """
    with path.open("rb") as file:
        told = NCLX.search(file.read(HEADER))
    primaries, transfer = (int.from_bytes(number) for number in told.groups()) if told else (0, 0)
    curve = CURVES.get(transfer)
    if curve is None and (primaries not in WIDE or image.info.get("icc_profile")):
        return image
    rgb = np.asarray(image.convert("RGB"))
    deep = rgb.astype(np.uint16) * np.uint16(257)
    mapped = Image.fromarray(
        tone_mapped(deep, curve, primaries) if curve else in_srgb(rgb, primaries)
    )
    if image.has_transparency_data:
        mapped.putalpha(image.convert("RGBA").getchannel("A"))
    mapped.info["exif"] = image.info.get("exif", b"")
    return mapped


def grey_of_16_bits(image: Image.Image) -> Image.Image:
    """A 16-bit grey image as 8 bits, where Pillow would clip; its transparent grey is compared in 16."""
    deep = np.asarray(image).astype(np.uint16)
    grey = Image.fromarray((deep >> 8).astype(np.uint8))
    grey.info["icc_profile"] = image.info.get("icc_profile")
    if "transparency" in image.info:
        grey.putalpha(Image.fromarray(_opaque(deep != image.info["transparency"])))
    return grey


def with_deep_transparency(image: ImageFile, path: Path) -> Image.Image:
    """A PNG of 16-bit colours, one of them transparent, as RGBA; any other image as it is.

    Pillow keeps the upper bytes alone and compares them with all 16 bits; the lower bytes are read apart.
    """
    clear = image.info.get("transparency")
    if not (isinstance(clear, tuple) and image.tile and image.tile[0][3] == "RGB;16B"):
        return image
    with path.open("rb") as file, Image.open(file, formats=("PNG",)) as low:
        assert isinstance(low, ImageFile)
        low.tile = [tile._replace(args="RGB;16L") for tile in low.tile]
        deep = np.asarray(image).astype(np.uint16) << 8 | np.asarray(low)
    image.info.pop("transparency")
    image.putalpha(Image.fromarray(_opaque((deep != clear).any(axis=2))))
    return image


def _opaque(mask: NDArray[np.bool_]) -> Picture:
    """255 where the mask holds, else 0."""
    return mask.astype(np.uint8) * np.uint8(255)
