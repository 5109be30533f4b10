"""The film: the clip's frames with its timing, playable everywhere, written whole or not at all."""

import weakref
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest

from attention.analysis import Analysis
from attention.errors import InputError
from attention.media.frames import FrameReader, Frames
from attention.pictures.film import frame_spans, write_film
from attention.pictures.overlay import Look
from attention.pictures.reread import frames_again, pictures_at
from attention.pictures.sheet import Sheet
from attention.pictures.strip import strip
from tests.clips import frame_number, numbered_frame, numbered_frames, write_clip, write_image
from tests.looks import look

EDGE, HEADER = 32, 94  # where the first tile begins


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return write_clip(tmp_path / "clip.mp4", numbered_frames(20), fps=10)


def seen(path: Path) -> tuple[list[np.ndarray], list[float]]:
    """The film's pages and their presentation times."""
    with av.open(str(path)) as film:
        frames = list(film.decode(video=0))
        return [f.to_ndarray(format="rgb24") for f in frames], [f.time or 0.0 for f in frames]


def tile(page: np.ndarray, place: int, analysis: Analysis) -> np.ndarray:
    """The picture of a tile on a page with one row of tiles."""
    count = 1 + len(analysis.shown())
    pitch = (page.shape[1] - 2 * EDGE + 20) / count
    width = round(pitch - 20)
    height = round(width * analysis.size[1] / analysis.size[0])
    left = round(EDGE + place * pitch)
    return page[HEADER : HEADER + height, left : left + width]


def test_the_film_shows_the_sampled_frames_when_the_clip_does(tmp_path: Path, clip: Path) -> None:
    done: list[tuple[int, int | None]] = []
    analysis = look()
    film = write_film(
        tmp_path / "film.mp4", clip, analysis, on_progress=lambda *at: done.append(at)
    )
    pages, times = seen(film)
    assert [frame_number(tile(page, 0, analysis)) for page in pages] == [0, 5, 10, 15]
    assert np.allclose(times, [0.0, 0.5, 1.0, 1.5], atol=1e-3)
    assert done == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["clip.mp4", "film.mp4"]


def test_the_film_is_one_that_browsers_play(tmp_path: Path, clip: Path) -> None:
    film = write_film(tmp_path / "film.mp4", clip, look())
    with av.open(str(film)) as opened:
        stream = opened.streams.video[0]
        assert stream.codec_context.name == "h264"
        assert stream.codec_context.pix_fmt == "yuv420p"
        assert stream.width % 2 == stream.height % 2 == 0
        assert stream.width <= 1920
        assert stream.height <= 1080
        assert abs(opened.duration / av.time_base - 2.0) < 0.01  # the last frame stays as long
    data = film.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")  # +faststart


def test_its_colours_are_those_of_the_scale(tmp_path: Path, clip: Path) -> None:
    analysis = look()
    flat = np.full((4, 4, 7, 7), 0.5, np.float32)
    flat[:, :, 6, 6] = 1
    analysis = replace(analysis, sides=(replace(analysis.sides[0], maps=flat),))
    film = write_film(tmp_path / "film.mp4", clip, analysis, look=Look(opacity=1, window=False))
    page = seen(film)[0][2]
    picture = tile(page, 2, analysis)
    height, width = picture.shape[:2]
    assert np.abs(picture[height // 2, width // 2].astype(int) - [33, 145, 140]).max() <= 6
    corner = picture[height - 6, width // 2 + height // 2 - 6]
    assert np.abs(corner.astype(int) - [253, 231, 37]).max() <= 12


def test_the_cursor_moves_along_the_strip(tmp_path: Path, clip: Path) -> None:
    pages, _ = seen(write_film(tmp_path / "film.mp4", clip, look()))
    below = HEADER + 300
    moved = [np.abs(pages[0][below:].astype(int) - page[below:]).max() for page in pages]
    assert moved[0] == 0
    assert min(moved[1:]) > 100


@pytest.mark.parametrize("size", [(48, 80), (33, 21), (400, 20), (20, 400)])
@pytest.mark.parametrize("concepts", [[0], [0, 1, 2, 3]])
def test_frames_of_any_shape_make_a_film(
    tmp_path: Path, size: tuple[int, int], concepts: list[int]
) -> None:
    picture = numbered_frame(1, size[1], size[0])
    image = write_image(tmp_path / "image.png", picture)
    analysis = look(frames=1, size=size)
    film = write_film(tmp_path / "film.mp4", image, analysis, concepts=concepts)
    with av.open(str(film)) as opened:
        stream = opened.streams.video[0]
        assert stream.width % 2 == stream.height % 2 == 0
        assert (stream.width, stream.height) <= (1920, 1080)
        assert abs(opened.duration / av.time_base - 2.0) < 0.01  # a still of two seconds


def test_a_page_that_stays_long_is_written_again_so_that_players_can_seek(
    tmp_path: Path, clip: Path
) -> None:
    analysis = look(frames=2, every=5, seconds=(0.0, 3.5))
    _, times = seen(write_film(tmp_path / "film.mp4", clip, analysis))
    assert np.allclose(times, [0, 1, 2, 3, 3.5, 4.5, 5.5, 6.5], atol=1e-3)


def test_each_frame_lasts_until_the_next_and_the_last_for_the_median_duration() -> None:
    assert frame_spans([0.0, 0.2, 0.6, 0.8]) == [(0, 0.2), (0.2, 0.6), (0.6, 0.8), (0.8, 1.0)]
    assert frame_spans([4.0, 5.0])[0] == (0.0, 1.0)  # from the film's own beginning
    assert frame_spans([0.0]) == [(0.0, 2.0)]
    standing = frame_spans([0.0, 0.0, 0.0])  # times that do not advance still make a film
    assert all(end > begin for begin, end in standing)


def test_frames_are_never_held_together(tmp_path: Path, clip: Path) -> None:
    alive: list[weakref.ref[np.ndarray]] = []
    most = 0

    class Watched(FrameReader):
        def __iter__(self) -> Iterator[Frames]:
            nonlocal most
            for frames in super().__iter__():
                alive.append(weakref.ref(frames.rgb))
                most = max(most, sum(one() is not None for one in alive))
                yield frames

    write_film(tmp_path / "film.mp4", clip, look(frames=20, every=1), reader=Watched)
    assert len(alive) == 10
    assert most <= 2


def test_nothing_is_left_of_a_film_that_fails(tmp_path: Path, clip: Path) -> None:
    def interrupt(done: int, _: int | None) -> None:
        if done == 3:
            raise KeyboardInterrupt

    before = tmp_path / "film.mp4"
    before.write_bytes(b"an older film")
    with pytest.raises(KeyboardInterrupt):
        write_film(before, clip, look(), on_progress=interrupt)
    with pytest.raises(InputError, match="no longer holds the frames"):
        write_film(before, clip, look(frames=5))  # one more than the clip has
    assert sorted(p.name for p in tmp_path.iterdir()) == ["clip.mp4", "film.mp4"]
    assert before.read_bytes() == b"an older film"


def test_errors_of_a_film_are_one_sentence(tmp_path: Path, clip: Path) -> None:
    analysis = look()
    bare = replace(analysis, sides=(replace(analysis.sides[0], maps=None),))
    with pytest.raises(InputError, match=r"maps of clip\.mp4 were not kept"):
        write_film(tmp_path / "film.mp4", clip, bare)
    with pytest.raises(OSError, match="No such file"):
        write_film(tmp_path / "nowhere" / "film.mp4", clip, analysis)
    with pytest.raises(InputError, match="does not exist"):
        write_film(tmp_path / "film.mp4", tmp_path / "gone.mp4", analysis)


def test_the_frames_of_an_analysis_are_found_again(clip: Path) -> None:
    again = [(place, frame_number(rgb)) for place, rgb in frames_again(clip, look())]
    assert again == [(0, 0), (1, 5), (2, 10), (3, 15)]
    some = pictures_at(clip, look(), [2, 1])
    assert {place: frame_number(rgb) for place, rgb in some.items()} == {1: 5, 2: 10}
    assert pictures_at(clip, look(), []) == {}
    with pytest.raises(InputError, match="no longer holds"):
        list(frames_again(clip, look(size=(80, 50))))
    with pytest.raises(InputError, match="no longer holds"):
        list(frames_again(clip, look(frames=9)))


def test_the_strip_says_what_it_spans() -> None:
    energies = np.array([[0.0], [4.0]], np.float32)
    drawn = strip((100, 50, 200, 80), [3.0, 5.0], energies)
    assert drawn.top == 4
    sheet = Sheet(400, 200)
    drawn.draw(sheet)
    axes = sheet.figure.axes[0]
    assert axes.get_xlim() == (3, 5)
    assert axes.get_ylim() == (0, 4)
    page = np.full((200, 400, 3), 255, np.uint8)
    drawn.cursor(page, 1)
    columns = np.nonzero((page < 100).all(axis=(2,)).any(axis=0))[0]
    assert abs(columns.mean() - 300) < 2  # the right rim
    assert (page[50, 300] != page[130, 300]).any()  # the dot lies at the upper rim
    assert strip((0, 0, 9, 9), [0, 1], np.zeros((2, 1), np.float32)).top == 1
