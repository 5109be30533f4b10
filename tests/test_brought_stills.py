"""Stills as phones, scanners and icon editors write them: second pictures, deep colours, profiles."""

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
