"""Stills as phones, scanners and icon editors write them: second pictures, deep colours, profiles."""

import struct
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageCms, PngImagePlugin

from attention.errors import InputError
from attention.media.frames import FrameReader
from tests.clips import numbered_frame


def read(path: Path) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    with FrameReader(path) as reader:
        (frames,) = reader
        return frames.rgb[0], reader.notes


def add_clear_colour(path: Path, colour: tuple[int, ...]) -> Path:
    """Writes a PNG's tRNS chunk: its transparent grey or colour, 16 bits each, before the pixels."""
    data, chunk = path.read_bytes(), np.array(colour, ">u2").tobytes()
    made = Path(str(path) + ".chunk")
    with made.open("wb") as file:
        PngImagePlugin.putchunk(file, b"tRNS", chunk)
    at = data.index(b"IDAT") - 4
    path.write_bytes(data[:at] + made.read_bytes() + data[at:])
    return path


def test_a_phones_second_picture_is_no_animation(tmp_path: Path) -> None:
    first, second = (Image.fromarray(numbered_frame(n)) for n in (5, 9))
    first.save(tmp_path / "phone.jpg", "MPO", save_all=True, append_images=[second], quality=95)
    rgb, notes = read(tmp_path / "phone.jpg")
    assert np.abs(rgb.astype(int) - numbered_frame(5)).mean() < 3
    assert notes == ()


def test_a_transparent_colour_of_16_bits_is_white_and_its_neighbours_are_not(
    tmp_path: Path,
) -> None:
    # 25700 is transparent; 25701 has the same upper byte and is not
    grey: NDArray[np.uint16] = np.array([[25700, 25701, 0, 65535]], np.uint16).repeat(4, axis=0)
    cv2.imwrite(str(tmp_path / "grey.png"), grey)
    rgb, _ = read(add_clear_colour(tmp_path / "grey.png", (25700,)))
    assert rgb[0, :, 0].tolist() == [255, 100, 0, 255]
    colour = np.zeros((4, 4, 3), np.uint16)
    colour[:, 0] = (30, 20, 65280)  # blue, green, red, as OpenCV has them
    colour[:, 1] = (30, 21, 65280)
    cv2.imwrite(str(tmp_path / "colour.png"), colour)
    rgb, _ = read(add_clear_colour(tmp_path / "colour.png", (65280, 20, 30)))
    assert rgb[0].tolist() == [[255, 255, 255], [255, 0, 0], [0, 0, 0], [0, 0, 0]]


def test_colours_are_converted_by_the_profile_that_the_file_holds(tmp_path: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    swapped = swap_red_and_blue(profile.tobytes())
    picture = np.full((8, 8, 3), (200, 100, 50), np.uint8)
    Image.fromarray(picture).save(tmp_path / "own.png", icc_profile=swapped)
    rgb, notes = read(tmp_path / "own.png")
    assert np.abs(rgb.astype(int) - (50, 100, 200)).max() <= 2
    assert notes == ()


def swap_red_and_blue(profile: bytes) -> bytes:
    """A profile whose first channel is the blue light and whose third is the red one."""
    return profile.replace(b"rXYZ", b"tXYZ").replace(b"bXYZ", b"rXYZ").replace(b"tXYZ", b"bXYZ")


def test_a_profile_that_cannot_be_used_is_said(tmp_path: Path) -> None:
    picture = np.full((8, 8, 3), (200, 100, 50), np.uint8)
    Image.fromarray(picture).save(tmp_path / "own.png", icc_profile=b"no profile at all")
    rgb, notes = read(tmp_path / "own.png")
    assert (rgb == picture).all()
    assert notes == (
        "own.png has a colour profile that cannot be used; its colours may be slightly off.",
    )


def grey_profile(gamma: float) -> bytes:
    """An ICC profile of version 2.1 for grey signals, of which light is that power (ICC.1:2001-04)."""
    curve = b"curv" + bytes(4) + struct.pack(">IHxx", 1, round(gamma * 256))
    white = b"XYZ " + bytes(4) + struct.pack(">3i", 63190, 65536, 54061)  # D50
    places = {b"kTRC": (156, curve), b"wtpt": (156 + len(curve), white)}
    table = struct.pack(">I", len(places)) + b"".join(
        name + struct.pack(">2I", at, len(data)) for name, (at, data) in places.items()
    )
    body = table + curve + white
    head = struct.pack(">I4sI", 128 + len(body), bytes(4), 0x02100000) + b"mntrGRAYXYZ "
    head += bytes(12) + b"acsp" + bytes(28) + struct.pack(">3i", 63190, 65536, 54061)
    return head.ljust(128, b"\0") + body


@pytest.mark.parametrize("mode", ["L", "LA", "I;16", "P"])
def test_profiles_of_grey_and_palette_pictures_are_applied(tmp_path: Path, mode: str) -> None:
    level = 64
    linear = level / 255 if mode != "I;16" else 64 * 256 / 65536
    wanted = round(
        255 * (1.055 * linear ** (1 / 2.4) - 0.055)
    )  # 137; it stays 64 without a profile
    if mode == "P":
        picture = Image.fromarray(np.full((8, 8, 3), (200, 100, 50), np.uint8)).quantize(4)
        profile = swap_red_and_blue(
            ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
        )
    elif mode == "I;16":
        picture, profile = (
            Image.fromarray(np.full((8, 8), level * 256, np.uint16)),
            grey_profile(1.0),
        )
    else:
        picture, profile = Image.new(mode, (8, 8), (level, 255)[: len(mode)]), grey_profile(1.0)
    picture.save(tmp_path / "own.png", icc_profile=profile)
    rgb, notes = read(tmp_path / "own.png")
    colour = (50, 100, 200) if mode == "P" else (wanted,) * 3
    assert np.abs(rgb.astype(int) - colour).max() <= 2
    assert notes == ()


def test_a_profile_of_another_kind_of_picture_is_said(tmp_path: Path) -> None:
    picture = np.full((8, 8, 3), (200, 100, 50), np.uint8)
    Image.fromarray(picture).save(tmp_path / "own.png", icc_profile=grey_profile(1.0))
    rgb, notes = read(tmp_path / "own.png")
    assert (rgb == picture).all()
    assert len(notes) == 1 and "cannot be used" in notes[0]


def test_transparency_outlives_the_conversion_of_colours(tmp_path: Path) -> None:
    rgba = np.full((8, 8, 4), (200, 100, 50, 0), np.uint8)
    rgba[:, 4:, 3] = 255
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    Image.fromarray(rgba).save(tmp_path / "own.png", icc_profile=profile)
    rgb, _ = read(tmp_path / "own.png")
    assert rgb[0, 0].tolist() == [255, 255, 255]
    assert np.abs(rgb[0, 7].astype(int) - (200, 100, 50)).max() <= 1


def test_an_icon_is_neither_a_clip_nor_an_image_that_is_read(tmp_path: Path) -> None:
    Image.fromarray(numbered_frame(3)).save(tmp_path / "x.ico")
    with pytest.raises(InputError, match=r"^x\.ico is neither a video nor an image that can be"):
        FrameReader(tmp_path / "x.ico")
