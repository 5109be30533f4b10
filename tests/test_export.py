"""The exported files: the same numbers in each, and whole files or none."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from attention.analysis import Side
from attention.disk.whole import whole_file, whole_folder
from attention.errors import InputError
from attention.pictures import export as module
from attention.pictures.export import export, json_text, write_frames, write_json
from attention.tabs.heatmaps.exports import Shown, shown_by, with_window
from tests.clips import numbered_frames, write_clip
from tests.looks import look, side

FILES = ["analysis.json", "figure2.png", "frames.csv", "overlay.mp4"]


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return write_clip(tmp_path / "clip.mp4", numbered_frames(20), fps=10)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_json_is_what_the_analysis_says(tmp_path: Path) -> None:
    analysis = look(concepts=("Umarmung ✓", "キス"))
    written = write_json(tmp_path / "analysis.json", analysis).read_text(encoding="utf-8")
    assert json.loads(written) == json.loads(json.dumps(analysis.to_json()))
    assert "キス" in written
    assert json_text(analysis, ascii_only=True).isascii()


def test_nan_is_an_error(tmp_path: Path) -> None:
    one = look().sides[0]
    broken = look([replace(one, scores=np.full_like(one.scores, np.nan))])
    with pytest.raises(InputError, match="interactions answers with numbers that are none"):
        write_json(tmp_path / "analysis.json", broken)
    assert names(tmp_path) == []


def test_the_table_has_a_row_for_every_side_frame_and_concept(tmp_path: Path) -> None:
    web = look().sides[0]
    learned = np.random.default_rng(0).normal(size=(4, 4)).astype(np.float32)
    tuned = replace(web, name="tuned", energies=web.energies * 2, net_energies=learned)
    analysis = look([web, tuned], concepts=("a, b", 'the "c"', "Hug", "Kiss"))
    table = write_frames(tmp_path / "frames.csv", analysis)
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2 * 4 * 4
    for row in rows:
        one = analysis.side(row["side"])
        n, c = analysis.frames.index(int(row["frame"])), analysis.concepts.index(row["concept"])
        assert float(row["seconds"]) == analysis.seconds[n]
        assert np.float32(row["score"]) == pytest.approx(one.scores[n, c], rel=1e-6)
        assert np.float32(row["energy"]) == pytest.approx(one.energies[n, c], rel=1e-6)
        assert [int(row["window_row"]), int(row["window_col"])] == one.windows[n, c].tolist()
        net = row["net_energy"]
        assert (net == "") if one is web else float(net) == pytest.approx(learned[n, c], rel=1e-6)


def test_without_energynet_there_is_no_column_for_it(tmp_path: Path) -> None:
    table = write_frames(tmp_path / "frames.csv", look())
    assert "net_energy" not in table.read_text(encoding="utf-8")


def test_export_fills_a_new_folder_and_leaves_what_else_is_in_an_old_one(
    tmp_path: Path, clip: Path
) -> None:
    folder = tmp_path / "deep" / "results"
    assert export(folder, clip, look(pictures=False)) == (FILES, [])
    assert names(folder) == FILES
    (folder / "mine.txt").write_text("mine")
    export(folder, clip, look(pictures=False))
    assert names(folder) == sorted([*FILES, "mine.txt"])
    plain = tmp_path / "plain"
    plain.touch()
    assert (folder / "overlay.mp4").stat().st_mode == plain.stat().st_mode


def test_figure_6_comes_with_a_truth_it_can_show_and_an_older_one_is_left(
    tmp_path: Path, clip: Path
) -> None:
    maps = np.zeros((4, 4, 7, 7), np.float32)
    maps[:, 1] = 1
    wrong = np.tile(np.array([1, 0, 0, 0], np.float32), (4, 1))
    analysis = look([side("web", maps, wrong)], truth="High five", pictures=False)
    folder = tmp_path / "results"
    assert export(folder, clip, analysis) == (sorted([*FILES, "figure6.png"]), [])
    (folder / "figure6.png").write_text("of my own")
    files, notes = export(folder, clip, replace(analysis, truth="Handshake"))
    assert files == FILES
    assert "CNN rightly says Handshake" in notes[0]
    assert "older figure6.png, which is not of this analysis" in notes[1]
    assert export(folder, clip, replace(analysis, truth=None))[1] == notes[1:]
    assert (folder / "figure6.png").read_text() == "of my own"  # nobody asked to delete it
    assert export(tmp_path / "new", clip, replace(analysis, truth="Handshake"))[1] == notes[:1]


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(28, "No space left on device")])
@pytest.mark.parametrize("there_before", [True, False])
def test_nothing_is_left_after_an_error_or_ctrl_c(
    tmp_path: Path,
    clip: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    there_before: bool,
) -> None:
    def fail(path: Path, *_: object, **__: object) -> None:
        path.write_bytes(b"half a film")
        raise error

    monkeypatch.setattr(module, "write_film", fail)
    folder = tmp_path / "deep" / "results"
    if there_before:
        folder.mkdir(parents=True)
        (folder / "frames.csv").write_text("older")
    with pytest.raises(type(error)):
        export(folder, clip, look(pictures=False))
    if there_before:
        assert names(folder) == ["frames.csv"]
        assert (folder / "frames.csv").read_text() == "older"
    else:
        assert names(tmp_path) == ["clip.mp4"]


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    with whole_file(path) as partial:
        partial.write_text("new")
        assert not path.exists()
    assert path.read_text() == "new"
    with pytest.raises(ZeroDivisionError), whole_file(path) as partial:
        partial.write_text(str(1 // 0))
    assert names(tmp_path) == ["table.csv"]
    assert path.read_text() == "new"


def test_a_name_may_be_as_long_as_the_disk_allows(tmp_path: Path) -> None:
    for name in ("é" * 125 + ".json", "x" * 255, "a." + "x" * 253):
        with whole_file(tmp_path / name) as partial:
            partial.write_text("x")
        assert [path.name for path in tmp_path.iterdir()] == [name]
        (tmp_path / name).unlink()


def test_all_files_or_none_where_a_folder_has_the_name_of_one(tmp_path: Path, clip: Path) -> None:
    folder = tmp_path / "results"
    (folder / "overlay.mp4").mkdir(parents=True)  # the last of the files to be moved
    with pytest.raises(IsADirectoryError):
        export(folder, clip, look(pictures=False))
    assert names(folder) == ["overlay.mp4"]
    assert sorted(module.FILES) == sorted([*FILES, "figure6.png"])  # as the terminal asks for them


def test_a_folder_named_like_a_file_is_an_error_that_leaves_nothing(tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("a file")
    with pytest.raises(OSError), whole_folder(taken):
        pass
    assert names(tmp_path) == ["taken"]


def test_another_window_has_its_own_energies_and_places() -> None:
    maps = np.random.default_rng(3).random((2, 3, 5, 4)).astype(np.float32)
    side = Side(
        "web", np.zeros((2, 3), "f4"), np.zeros((2, 3), "f4"), np.zeros((2, 3, 2), "u1"), maps
    )
    (found,) = with_window(replace(look(), sides=(side,)), 2).sides
    for n, c in np.ndindex(2, 3):
        sums = {(i, j): maps[n, c, i : i + 2, j : j + 2].sum() for i in range(4) for j in range(3)}
        assert found.energies[n, c] == pytest.approx(max(sums.values()), rel=1e-6)
        assert tuple(found.windows[n, c]) == max(sums, key=lambda at: sums[at])


def test_a_file_shows_what_a_page_tells_and_nothing_that_is_not_there() -> None:
    analysis = look()
    told = {"frame": 1, "concepts": [1, 0], "side": "web", "s": 2, "opacity": 40, "map": "magma"}
    view = shown_by(json.dumps({**told, "scale": "own"}), analysis)
    assert view == Shown(1, (1, 0), "web", 2, "magma", 0.4, "own")
    odd = {"frame": 99, "concepts": [77, "x"], "side": "moon", "s": 0, "opacity": 400}
    for text in (json.dumps(odd), "", "[]", "{"):
        assert shown_by(text, analysis) == Shown()
