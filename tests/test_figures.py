"""Figures 2 and 6: the right maps, the right numbers, and captions that fit."""

import itertools
import warnings
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from attention.analysis import Analysis
from attention.errors import InputError
from attention.pictures.contrast import contrast
from attention.pictures.figures import RIGHT, WRONG, figure2, figure6, strongest_frame
from attention.pictures.overlay import Look, overlay
from attention.pictures.tiles import columns_for, fitted, grid
from tests.looks import CONCEPTS, look, side

LONG = (
    "American Staffordshire terrier",
    "black and gold garden spider",
    "a price of $5 and $6_{x}",
    "Donaudampfschifffahrtsgesellschaftskapitänsmütze",
    "握手 🤝 kiss",
    "photocopier",
)


def words(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.texts if text.get_text()]


def pictures(figure: Figure) -> list[np.ndarray]:
    return [np.asarray(axes.images[0].get_array()) for axes in figure.axes]


def overlapping(figure: Figure) -> list[str]:
    """The drawn texts that leave the sheet or overlap each other."""
    renderer = FigureCanvasAgg(figure).get_renderer()
    texts = [text for text in figure.texts if text.get_text()]
    boxes = {text: text.get_window_extent(renderer) for text in texts}
    outside = [
        text.get_text()
        for text, box in boxes.items()
        if box.x0 < 0 or box.y0 < 0 or box.x1 > figure.bbox.width or box.y1 > figure.bbox.height
    ]
    touching = [
        f"{a.get_text()} / {b.get_text()}"
        for a, b in itertools.combinations(texts, 2)
        if boxes[a].overlaps(boxes[b])
    ]
    return outside + touching


def wrong_then_right() -> Analysis:
    """The truth is Hug. CNN: Hug, Kiss, Kiss, Handshake. UnAtt: Kiss, Hug, Kiss, Hug."""
    maps = np.full((4, 4, 7, 7), 0.01, np.float32)
    for frame, concept in enumerate([3, 2, 3, 2]):
        maps[frame, concept] = frame + 1
    scores = np.zeros((4, 4), np.float32)
    scores[range(4), [2, 3, 3, 0]] = 1
    return look([side("web", maps, scores)], truth="Hug")


def test_figure_2_shows_the_frame_and_every_concept_with_its_energy() -> None:
    analysis = look()
    found = figure2(analysis, frame=2, concepts=[3, 0])
    seen = analysis.sides[0]
    energies = [f"E {seen.energies[2, c]:.2f}" for c in (3, 0)]
    assert {"clip.mp4", "frame 3 of 4, 1.00 s", "Kiss", "Handshake", *energies} <= set(words(found))
    assert seen.maps is not None
    top = seen.maps[:, [3, 0]].max()
    assert f"{top:.2f}" in words(found)
    bare, kiss, handshake, _bar = pictures(found)
    assert (bare == bare[0, 0]).all()
    for tile, c in ((kiss, 3), (handshake, 0)):
        row, col = seen.windows[2, c].tolist()
        expected = overlay(bare.astype(np.uint8), seen.maps[2, c], float(top), window=(row, col, 3))
        assert np.array_equal(tile, expected)


def test_figure_2_opens_at_the_frame_where_the_winner_is_strongest() -> None:
    maps = np.full((3, 2, 7, 7), 0.1, np.float32)
    maps[1, 0], maps[2, 1], maps[0, 1] = 1, 0.8, 0.7  # concept 1 wins on the mean, at frame 2
    analysis = look([side("web", maps)], concepts=CONCEPTS[:2])
    assert strongest_frame(analysis) == 2
    assert "frame 3 of 3, 1.00 s" in words(figure2(analysis))


def test_figure_2_says_when_maps_cannot_be_compared() -> None:
    found = words(figure2(look(), look=Look(scale="own")))
    assert "each map's own maximum" in found
    assert any("cannot be compared" in line for line in found)


def test_who_says_what_and_the_truth_stand_below_the_maps() -> None:
    found = words(figure2(wrong_then_right()))
    assert "truth · said by UnAtt" in found
    assert "said by CNN, Focus" in found


@pytest.mark.parametrize("count", [1, 2, 6])
@pytest.mark.parametrize("size", [(80, 60), (54, 96), (160, 90), (900, 20), (20, 900), (64, 64)])
def test_no_caption_touches_another_or_leaves_the_sheet(size: tuple[int, int], count: int) -> None:
    maps = np.random.default_rng(3).gamma(0.4, 30.0, (2, 6, 7, 7)).astype(np.float32)
    analysis = look([side("web", maps)], concepts=LONG, size=size, clip="a $5 clip_{1}.mp4 " * 9)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # such as for a glyph that the font lacks
        found = figure2(analysis, concepts=range(count))
        assert overlapping(found) == []


def test_figure_6_chooses_frames_where_only_the_energy_is_right() -> None:
    found = contrast(wrong_then_right())
    assert (found.method.method, found.cnn.method) == ("UnAtt", "CNN")
    assert (found.frames, found.chosen) == ((1, 3), (3, 0))
    widest = contrast(wrong_then_right(), most=1)
    assert (widest.frames, widest.chosen) == ((3,), (0,))


def test_figure_6_marks_the_truth_and_the_wrong_choice_by_more_than_colour() -> None:
    analysis = wrong_then_right()
    found = figure6(analysis)
    texts = [word.replace("\N{NO-BREAK SPACE}", " ") for word in words(found)]
    assert texts.count("✓ Hug") == 2
    assert {"✗ Kiss", "✗ Handshake", "frame 2 of 4, 0.50 s", "frame 4 of 4, 1.50 s"} <= set(texts)
    energies = analysis.sides[0].energies
    assert {f"E {energies[1, 2]:.2f}", f"E {energies[1, 3]:.2g}"} <= set(texts)
    edges = [(patch.get_edgecolor(), patch.get_linestyle()) for patch in found.artists]
    solid = {edge for edge in edges if edge[1] in {"-", "solid"}}
    dashed = set(edges) - solid
    as_colour = [tuple(int(c[i : i + 2], 16) / 255 for i in (1, 3, 5)) for c in (RIGHT, WRONG)]
    assert [edge[0][:3] for edge in (*solid, *dashed)] == as_colour
    assert overlapping(found) == []


def test_figure_6_prefers_energynet_and_draws_no_window_for_it() -> None:
    base = wrong_then_right().sides[0]
    learned = np.zeros((4, 4), np.float32)
    learned[:, 2] = [-1, -2, 5, -4]
    tuned = replace(base, name="tuned", net_energies=learned)
    analysis = look([base, tuned], truth="Hug")
    found = contrast(analysis)
    assert (found.method.method, found.frames) == ("finetune+EnergyNet", (2,))
    assert "E 5.00" in words(figure6(analysis))
    assert tuned.maps is not None
    bare, truth, *_ = pictures(figure6(analysis))
    top = float(tuned.maps[:, [2, 3]].max())
    assert np.array_equal(truth, overlay(bare.astype(np.uint8), tuned.maps[2, 2], top))
    assert contrast(analysis, "finetune+UnAtt").frames == (1, 3)


@pytest.mark.parametrize("size", [(96, 54), (54, 96)])
def test_figure_6_has_room_for_long_names(size: tuple[int, int]) -> None:
    base = wrong_then_right().sides[0]
    maps = np.concatenate([base.maps, np.zeros((4, 2, 7, 7), np.float32)], axis=1)  # type: ignore[list-item]
    scores = np.pad(base.scores, ((0, 0), (0, 2)))
    analysis = look([side("web", maps, scores)], concepts=LONG, size=size, truth=LONG[2])
    assert overlapping(figure6(analysis)) == []


def test_figure_6_says_why_there_is_none() -> None:
    analysis = wrong_then_right()
    with pytest.raises(InputError, match=r"true concept of clip\.mp4"):
        figure6(replace(analysis, truth=None))
    with pytest.raises(InputError, match="Wave, which was not among those compared"):
        figure6(replace(analysis, truth="Wave"))
    with pytest.raises(
        InputError, match="where CNN is wrong and UnAtt says High five, and there is no"
    ):
        figure6(replace(analysis, truth="High five"))
    with pytest.raises(InputError, match="not 'EnergyNet'; name UnAtt"):
        figure6(analysis, method="EnergyNet")
    always = np.tile(np.array([0, 0, 1, 0], np.float32), (4, 1))
    right = look([replace(analysis.sides[0], scores=always)], truth="Hug")
    with pytest.raises(InputError, match="CNN rightly says Hug in every frame"):
        figure6(right)


def test_figures_need_maps_pictures_and_a_frame_that_is_there() -> None:
    with pytest.raises(InputError, match=r"frames of clip\.mp4 were not kept"):
        figure2(look(pictures=False))
    with pytest.raises(InputError, match="no sampled frame 4; give 0 to 3"):
        figure2(look(), frame=4)


def test_text_is_broken_between_words_and_cut_only_where_it_must_be() -> None:
    assert fitted("black and gold garden spider", 1000) == ["black and gold garden spider"]
    two = fitted("black and gold garden spider", 200)
    assert len(two) == 2
    assert " ".join(two) == "black and gold garden spider"
    assert fitted("Donaudampfschifffahrt", 100)[0].endswith("…")
    assert fitted("✗\N{NO-BREAK SPACE}Donaudampfschifffahrt", 100)[0].startswith("✗")
    assert fitted("握手", 100) == ["□□"]
    assert fitted("anything", 0) == ["…"]


def test_a_very_long_or_tall_frame_stands_in_the_middle_of_its_tile() -> None:
    long = grid((400, 20), 2, 300, ["Hug"], top=94)
    assert (long.width, long.height, long.picture) == (300, 100, (300, 15))
    assert long.inset(0) == (32, 94 + 42)
    tall = grid((20, 400), 2, 300, ["Hug"], top=94)
    assert (tall.width, tall.height, tall.picture) == (120, 300, (15, 300))
    assert tall.inset(1) == (32 + 120 + 20 + 52, 94)


def test_tiles_stand_in_even_rows() -> None:
    assert [columns_for(n, (4, 3)) for n in range(2, 12)] == [2, 3, 4, 5, 3, 4, 4, 5, 5, 4]
    assert [columns_for(n, (3, 4)) for n in (7, 8, 9)] == [7, 8, 5]
