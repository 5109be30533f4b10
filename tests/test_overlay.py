"""A map over its frame: every value at its place and in its colour."""

from dataclasses import replace

import matplotlib
import numpy as np
import pytest

from attention.errors import InputError
from attention.pictures.overlay import (
    COLOURS,
    DIMMED,
    Look,
    analysed_square,
    coloured,
    concepts_to_draw,
    overlay,
    scaled,
    side_with_maps,
    stretched,
    tops,
    window_box,
)
from tests.looks import look

BARE = Look(opacity=0.0, window=False)
SOLID = Look(opacity=1.0, window=False)


def frame(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, (height, width, 3), dtype=np.uint8)


@pytest.mark.parametrize("size", [(224, 321), (301, 224), (224, 224), (224, 225)])
def test_the_square_is_the_cnns_input(size: tuple[int, int]) -> None:
    from attention.networks.cnn import centre_square

    picture = frame(*size)
    top, left, side = analysed_square(*size)
    # at 224 pixels nothing is resized, so that the two must be equal to the bit
    assert np.array_equal(picture[top : top + side, left : left + side], centre_square(picture))


def test_a_map_is_stretched_with_its_values_at_the_centres_of_their_cells() -> None:
    L = np.array([[0, 4], [8, 12]], np.float32)
    across = np.array([0, 1, 3, 4])  # centres at pixels 0.5 and 2.5 of 4, a quarter of the way each
    assert np.allclose(stretched(L, 4, 4), across + 2 * across[:, None])


def test_the_middle_pixel_of_every_cell_has_the_value_of_the_cell() -> None:
    L = np.random.default_rng(0).random((7, 5)).astype(np.float32)
    wide = stretched(L, 7 * 5 * 3, 7 * 5 * 3)  # cells of 15×21 pixels, both odd
    assert np.allclose(wide[7::15, 10::21], L, atol=1e-6)


@pytest.mark.parametrize("colours", COLOURS)
def test_colours_run_from_zero_to_the_top_and_stay_there(colours: str) -> None:
    scale = matplotlib.colormaps[colours]
    values = np.array([0.0, 1.0, 2.0, 5.0], np.float32)
    expected = [scale(0, bytes=True), scale(128, bytes=True), *[scale(255, bytes=True)] * 2]
    assert np.array_equal(coloured(values, 2.0, colours), np.array(expected)[:, :3])


def test_a_map_without_any_attention_is_all_in_the_lowest_colour() -> None:
    empty = coloured(np.zeros((2, 3), np.float32), 0.0)
    assert (empty == matplotlib.colormaps["viridis"](0, bytes=True)[:3]).all()


def test_the_blend_follows_the_value_inside_the_square_and_is_dim_outside() -> None:
    below = frame(20, 34)
    before = below.copy()
    L = np.random.default_rng(2).random((5, 5)).astype(np.float32)
    y, x, side = analysed_square(20, 34)
    inside = np.s_[y : y + side, x : x + side]
    values = stretched(L, side, side)
    heat = coloured(values, 1.0).astype(float)
    share = 0.25 * np.minimum(1, 2 * values)[..., None]  # full from half of the scale on
    mixed = overlay(below, L, 1.0, Look(opacity=0.25, window=False))
    assert np.abs(mixed[inside] - ((1 - share) * below[inside] + share * heat)).max() <= 0.51
    assert np.array_equal(overlay(below, 0 * L, 1.0, SOLID)[inside], below[inside])
    assert np.array_equal(overlay(below, 0 * L, 0.0, SOLID)[inside], below[inside])
    assert np.array_equal(overlay(below, L, 1.0, BARE)[inside], below[inside])
    assert np.abs(mixed[:, :x] - DIMMED * below[:, :x]).max() <= 0.51
    assert np.abs(mixed[:, x + side :] - DIMMED * below[:, x + side :]).max() <= 0.51
    assert np.array_equal(below, before)


@pytest.mark.parametrize("size", [(140, 200), (200, 140)])
def test_the_hottest_cell_lies_over_its_part_of_the_square(size: tuple[int, int]) -> None:
    L = np.zeros((7, 7), np.float32)
    L[1, 5] = 1
    hot = overlay(np.zeros((*size, 3), np.uint8), L, 1.0, SOLID)
    yellow = np.abs(hot.astype(int) - [253, 231, 37]).sum(axis=-1)
    row, col = np.unravel_index(yellow.argmin(), yellow.shape)
    top, left, side = analysed_square(*size)
    assert abs(row + 0.5 - (top + 1.5 * side / 7)) < 1
    assert abs(col + 0.5 - (left + 5.5 * side / 7)) < 1


def test_the_window_is_outlined_over_its_cells_and_changes_nothing_else() -> None:
    assert window_box((2, 3, 3), (7, 7), (700, 700)) == (200, 300, 500, 600)
    below, L = frame(700, 900), np.zeros((7, 7), np.float32)
    plain, drawn = (overlay(below, L, 1.0, at, (2, 3, 3)) for at in (SOLID, Look(opacity=1.0)))
    rows, cols = np.nonzero((plain != drawn).any(axis=-1))
    assert (rows.min(), cols.min(), rows.max(), cols.max()) == (200, 400, 499, 699)
    assert np.array_equal(plain[250:450, 450:650], drawn[250:450, 450:650])
    assert (drawn[200:500, 400:700] == 255).all(axis=-1).any()


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (9, 1), (2, 2), (33, 7)])
def test_no_picture_is_too_small(size: tuple[int, int]) -> None:
    L = np.ones((7, 7), np.float32)
    assert overlay(frame(*size), L, 1.0, window=(4, 4, 3)).shape == (*size, 3)
    assert scaled(frame(*size), 13, 5).shape == (5, 13, 3)


def test_the_shared_scale_covers_the_drawn_concepts_and_all_frames() -> None:
    maps = np.zeros((2, 3, 4, 4), np.float32)
    maps[0, 0, 1, 1], maps[1, 0, 2, 2], maps[0, 1, 0, 0], maps[1, 2, 3, 3] = 1, 3, 2, 9
    assert tops(maps, [1, 0], "shared").tolist() == [[9, 9], [9, 9]]  # as on the page
    assert tops(maps, [1, 0], "own").tolist() == [[2, 1], [0, 3]]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [({"colours": "hot"}, "hot"), ({"opacity": 1.5}, "1.5"), ({"scale": "each"}, "each")],
)
def test_a_look_that_cannot_be_is_refused(wrong: dict[str, object], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        Look(**wrong)  # type: ignore[arg-type]


def test_an_error_names_what_the_analysis_lacks() -> None:
    analysis = look()
    bare = replace(analysis, sides=(replace(analysis.sides[0], maps=None),))
    with pytest.raises(InputError, match=r"maps of clip\.mp4 were not kept"):
        side_with_maps(bare, "web")
    with pytest.raises(InputError, match="no side 'tuned'"):
        side_with_maps(analysis, "tuned")
    with pytest.raises(InputError, match="Concept 4 does not exist"):
        concepts_to_draw(analysis, [0, 4])
    with pytest.raises(InputError, match="No concept is named"):
        concepts_to_draw(analysis, [])
    assert concepts_to_draw(analysis, [3, 1, 3]) == [3, 1]
    assert concepts_to_draw(analysis, None) == analysis.shown()
