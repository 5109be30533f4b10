"""Container × codec × how a clip is made: every frame in order, and at its time."""

from pathlib import Path

import av
import numpy as np
import pytest

from attention.media.frames import FrameReader
from tests.clips import frame_number
from tests.grid import BY_FFMPEG, CELLS, CODECS, COUNT, WAYS, write


def times_of_slots(path: Path) -> list[float]:
    """The times of an AVI's packets, in order, from the first."""
    with av.open(str(path)) as file:
        slots = sorted(float(p.dts * p.time_base) for p in file.demux(video=0) if p.size)
    return [slot - slots[0] for slot in slots]


@pytest.mark.parametrize("codec", CODECS)
def test_every_frame_comes_in_order_in_its_colours_and_at_its_time(
    tmp_path: Path, codec: str
) -> None:
    if codec not in {*av.codecs_available, *BY_FFMPEG}:
        pytest.skip(f"this PyAV cannot write {codec}")
    for container, way in (cell[1:] for cell in CELLS if cell[0] == codec):
        path = tmp_path / f"{way.replace(':', '')}.{container}"
        cell = f"{codec} in {container}, {way}"
        times = [time / 25 for time in write(path, codec, container, way)]
        with FrameReader(path, every=1) as reader:
            (frames,) = reader
        assert [frame_number(rgb) for rgb in frames.rgb] == list(range(COUNT)), cell
        # an AVI has slots alone: where an encoder delays frames, uneven ones stand in others
        expected = times_of_slots(path) if container == "avi" else times
        assert np.allclose(frames.seconds, expected, atol=1e-3), cell
        assert np.diff(frames.seconds).min() > 0.03, cell
        height, width = frames.rgb.shape[1:3]
        grey, red = (height * 50 // 96, width // 2), (height * 86 // 96, width // 10)
        colours = [(*grey, (128, 128, 128)), (*red, (220, 20, 20))]
        colours += [(75, 125, (255, 255, 255))] if "alpha" in way else []
        for y, x, colour in colours:
            found = frames.rgb[:, y - 4 : y + 4, x - 4 : x + 4].mean(axis=(0, 1, 2))
            assert np.abs(found - colour).max() <= 3, cell


def test_the_grid_has_its_cells() -> None:
    assert len(CELLS) >= 300
    assert {way for _, _, way in CELLS} == set(WAYS)
