"""data/pictures.py: the same frames from a confined child, which no file ends for the others."""

import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from attention.confined import batch as confined
from attention.errors import InputError
from attention.networks.cnn import Backbone
from attention.networks.zoo import load_backbone
from tests.clips import frame_number, numbered_frame, numbered_frames, write_clip, write_image
from tests.little import little_set
from training.cache.views import Views, views_of
from training.data import pictures as room
from training.data.pictures import Pictures, confined_pictures, pictures, uploaded_set
from training.data.sets import sets_folder
from training.data.sources import open_source

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data" / "clips"
Children = list[tuple[subprocess.Popen[bytes], list[str]]]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ATTENTION_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def children(monkeypatch: pytest.MonkeyPatch) -> Children:
    """The children started, each with the names of the files it was given."""
    return started(monkeypatch)


@pytest.fixture
def breakable(monkeypatch: pytest.MonkeyPatch) -> Children:
    """The same, with decoders that break at files of certain names."""
    return started(monkeypatch, "tests.decoding_probe")


def started(monkeypatch: pytest.MonkeyPatch, instead: str | None = None) -> Children:
    seen: Children = []

    def start(
        module: str, options: Sequence[str], files: Sequence[Path], **bounds: Any
    ) -> subprocess.Popen[bytes]:
        child = confined.start_confined(instead or module, options, files, **bounds)
        seen.append((child, [file.name for file in files]))
        return child

    monkeypatch.setattr(room, "start_confined", start)
    return seen


def all_ended(children: Children) -> bool:
    return all(child.returncode is not None for child, _ in children)


def taken(read: Iterable[Pictures]) -> list[list[np.ndarray] | str]:
    """For each file its chunks, or what was said of it."""
    return [chunks_of(chunks) for chunks in read]


def chunks_of(chunks: Pictures) -> list[np.ndarray] | str:
    try:
        return list(chunks)
    except InputError as error:
        return str(error)


def numbers(told: list[np.ndarray] | str) -> list[int] | str:
    return told if isinstance(told, str) else [frame_number(rgb) for c in told for rgb in c]


def still(path: Path, number: int) -> Path:
    return write_image(path, numbered_frame(number))


def clips(folder: Path, *names: str) -> list[Path]:
    """Clips of 20 frames each, which name the file by their numbers: 0…19, 100…119, 200…219, …"""
    made = []
    for place, name in enumerate(names):
        frames = [numbered_frame(100 * place + number) for number in range(20)]
        made.append(write_clip(folder / f"{name}.mp4", frames))
    return made


def of_clip(place: int, every: int = 10) -> list[int]:
    return list(range(100 * place, 100 * place + 20, every))


def assert_same(files: list[Path], every: int, chunk: int) -> None:
    for mine, theirs in zip(
        taken(confined_pictures(files, every, chunk)),
        taken(pictures(files, every, chunk)),
        strict=True,
    ):
        assert isinstance(mine, str) == isinstance(theirs, str)
        if isinstance(mine, str):
            assert mine == theirs
            continue
        assert [(c.dtype, c.shape) for c in mine] == [(c.dtype, c.shape) for c in theirs]
        assert all(np.array_equal(*pair) for pair in zip(mine, theirs, strict=True))


# the same as without a child


def test_stills_clips_and_broken_files_in_one_go(tmp_path: Path, children: Children) -> None:
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff nothing more")
    (tmp_path / "-m.txt").write_text("no picture")
    rgba = np.dstack([numbered_frame(3, 17, 33), np.full((17, 33), 90, np.uint8)])
    files = [
        still(tmp_path / "ünï code.png", 1),
        tmp_path / "broken.jpg",
        write_image(tmp_path / "odd.png", rgba),
        write_clip(tmp_path / "turned.mp4", numbered_frames(23), turn=90),
        tmp_path / "-m.txt",
        write_clip(
            tmp_path / "moving.gif", numbered_frames(9, 30, 50), codec="gif", pix_fmt="rgb8"
        ),
        tmp_path / "missing.jpg",
        write_clip(tmp_path / "last.mp4", numbered_frames(7)),
    ]
    assert_same(files, every=3, chunk=2)
    assert [given for _, given in children] == [[file.name for file in files]]
    assert all_ended(children)


@pytest.mark.skipif(not SHARED.exists(), reason="the shared clips are not here")
def test_real_clips(children: Children) -> None:
    files = sorted(f for part in ("odd", "broken") for f in (SHARED / part).iterdir())
    files += [SHARED / "real" / "v_Biking_g01_c01.avi", SHARED / "real" / "nasa_13013.mp4"]
    assert_same(files, every=5, chunk=8)
    assert len(children) == 1


def test_nothing_to_read_starts_nothing(children: Children) -> None:
    assert taken(confined_pictures([], 5, 8)) == [] and children == []


def test_a_long_list_is_shared_out(
    tmp_path: Path, children: Children, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "FILES", 2)
    files = [still(tmp_path / f"{number}.png", number) for number in range(5)]
    told = taken(confined_pictures(files, 5, 8))
    assert [numbers(one) for one in told] == [[0], [1], [2], [3], [4]]
    assert [given for _, given in children] == [["0.png", "1.png"], ["2.png", "3.png"], ["4.png"]]


def test_a_file_may_be_left_before_its_end(tmp_path: Path, children: Children) -> None:
    first, second, third = clips(tmp_path, "a", "b", "c")
    read = confined_pictures([first, second, third], 1, 4)
    assert frame_number(next(next(read))[0]) == 0
    next(read)  # none of it is taken
    assert numbers(list(next(read))) == of_clip(2, every=1)
    assert len(children) == 1
    read.close()
    assert all_ended(children)


# files that break the decoder


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("kills", "could not be read: it stopped the decoder (status -11)"),
        ("kills later", "could not be read: it stopped the decoder (status -11)"),
        ("hangs", "takes longer than 4 s to read"),
        ("burns", "takes more than 2 s of computing to read"),
    ],
)
def test_what_ends_a_child_costs_one_file(
    tmp_path: Path,
    breakable: Children,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    sentence: str,
) -> None:
    if name == "burns":
        monkeypatch.setattr(room, "CPU_SECONDS", 2)
    wall_seconds = 4.0 if name == "hangs" else 60.0
    files = clips(tmp_path, "a", name, "c", "d")
    told = taken(confined_pictures(files, 10, 1, wall_seconds=wall_seconds))
    first, broken, *others = map(numbers, told)
    assert first == of_clip(0) and others == [of_clip(2), of_clip(3)]
    assert isinstance(broken, str) and broken.startswith(f"{name}.mp4 {sentence}")
    assert all_ended(breakable)


def test_what_is_first_or_last_or_alone_too(tmp_path: Path, breakable: Children) -> None:
    (file,) = clips(tmp_path, "kills")
    files = [file, file, still(tmp_path / "ok.png", 7), file]
    told = [numbers(one) for one in taken(confined_pictures(files, 5, 8))]
    assert told[2] == [7]
    assert all("it stopped the decoder" in str(told[place]) for place in (0, 1, 3))
    assert [len(given) for _, given in breakable] == [4, 3, 2, 1]


def test_too_little_memory_is_one_files_sentence(
    tmp_path: Path, children: Children, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "MEMORY", 400 << 20)
    large = write_image(tmp_path / "large.png", np.full((4000, 5000, 3), 90, np.uint8))
    files = [still(tmp_path / "1.png", 1), large, still(tmp_path / "2.png", 2)]
    first, refused, last = map(numbers, taken(confined_pictures(files, 5, 8)))
    assert (first, last) == ([1], [2])
    assert str(refused).startswith("large.png needs more memory than 0.4 GB")


def test_an_endless_file_is_refused(
    tmp_path: Path, breakable: Children, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "FRAMES", 30)
    files = [still(tmp_path / "overwhelms.png", 1), still(tmp_path / "ok.png", 5)]
    refused, other = map(numbers, taken(confined_pictures(files, 5, 8)))
    assert str(refused).startswith("overwhelms.png has more than 30 frames") and other == [5]
    assert all_ended(breakable)


# no process is left


def test_stopping_early_ends_the_child(tmp_path: Path, children: Children) -> None:
    files = clips(tmp_path, "a", "b")
    read = confined_pictures(files, 1, 1)
    next(next(read))
    assert children[0][0].poll() is None
    read.close()
    assert all_ended(children)
    with pytest.raises(ZeroDivisionError):
        for chunks in confined_pictures(files, 1, 1):
            for _ in chunks:
                1 / 0  # noqa: B018
    dropped = confined_pictures(files, 1, 1)
    next(next(dropped))
    del dropped
    assert len(children) == 3 and all_ended(children)


# whom to trust


def test_uploaded_sets_are_told_by_where_they_are(tmp_path: Path, home: Path) -> None:
    inside = home / "sets" / "Walks" / "web" / "Hug" / "1.jpg"
    inside.parent.mkdir(parents=True)
    inside.touch()
    (tmp_path / "link").symlink_to(inside.parent)
    assert uploaded_set(inside) == "Walks"
    assert uploaded_set(tmp_path / "link" / "1.jpg") == "Walks"
    assert uploaded_set(home / "runs" / ".." / "sets" / "Walks" / "new.jpg") == "Walks"
    for own in (home / "sets", home / "setsx" / "1.jpg", home / "1.jpg", tmp_path / "1.jpg"):
        assert uploaded_set(own) is None
    assert home / "sets" == sets_folder()


def test_each_set_has_a_child_of_its_own(tmp_path: Path, home: Path, children: Children) -> None:
    places = [home / "sets" / "A", tmp_path / "own", home / "sets" / "B"]
    files = []
    for place in places:
        place.mkdir(parents=True)
        files += [still(place / f"{number}.png", number) for number in (1, 2)]
    assert [numbers(one) for one in taken(pictures(files, 5, 8))] == [[1], [2]] * 3
    assert [given for _, given in children] == [["1.png", "2.png"]] * 2


# views


@pytest.fixture(scope="module")
def network() -> Iterator[Backbone]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    yield load_backbone("resnet18", num_classes=2, weights=None).eval()
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A little set with two broken files and a twin, elsewhere than uploaded ones lie."""
    made = little_set(tmp_path_factory.mktemp("sets") / "own", stills=2, train=1, test=1)
    hugs = made / "web" / "Hug"
    first = min(hugs.iterdir())
    (hugs / "broken.jpg").write_bytes(first.read_bytes()[:700])
    (hugs / "a twin.jpg").write_bytes(first.read_bytes())
    return made


@pytest.fixture
def both(own: Path, home: Path) -> tuple[list[Path], list[Path]]:
    """Its files, and those of a copy as if uploaded."""
    uploaded = home / "sets" / "little"
    shutil.copytree(own, uploaded)
    return files_of(own), files_of(uploaded)


def files_of(folder: Path) -> list[Path]:
    source = open_source(folder)
    stills = [still.path for still in source.stills]
    return [*stills, folder / "web" / "gone.jpg", *(clip.path for clip in source.clips)]


def same(one: Views, other: Views) -> bool:
    assert one.mirrored is not None and other.mirrored is not None
    return (
        torch.equal(one.z, other.z)
        and torch.equal(one.mirrored, other.mirrored)
        and torch.equal(one.owners, other.owners)
        and one.skipped == other.skipped
    )


def test_views_are_the_same_to_the_bit_and_kept(
    both: tuple[list[Path], list[Path]], network: Backbone, tmp_path: Path, children: Children
) -> None:
    own, uploaded = both
    cache = tmp_path / "cache"
    direct = views_of(own, network, cache, every=15)
    assert children == []
    assert [sentence.split()[0] for sentence in direct.skipped] == ["broken.jpg", "gone.jpg"]
    through = views_of(uploaded, network, cache, every=15)
    assert len(children) == 1 and all_ended(children)  # what came of other sets is not theirs
    assert same(direct, through)
    assert same(views_of(uploaded, network, cache, every=15), direct)
    assert children[-1][1] == ["broken.jpg"]


def test_a_stopped_run_leaves_no_child_and_goes_on(
    both: tuple[list[Path], list[Path]], network: Backbone, tmp_path: Path, children: Children
) -> None:
    own, uploaded = both
    cache = tmp_path / "cache"

    def stop(done: int, of: int) -> None:
        assert of == len(uploaded)
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as stopped:
        views_of(uploaded, network, cache, 15, stop)
    assert len(children) == 1 and all_ended(children)
    del stopped  # which held on to every frame: no child may wait for such to go
    told: list[tuple[int, int]] = []
    views = views_of(uploaded, network, cache, 15, lambda *step: told.append(step))
    names = [file.name for file in uploaded]
    assert [n for n in children[1][1] if n != "broken.jpg"] == [
        name for name in names[4:] if name != "gone.jpg"
    ]
    assert told == [(number, len(names)) for number in range(1, len(names) + 1)]
    assert same(views, views_of(own, network, cache, 15))


def test_a_hostile_file_among_them_is_one_skipped_sentence(
    both: tuple[list[Path], list[Path]], network: Backbone, tmp_path: Path, breakable: Children
) -> None:
    _, uploaded = both
    before = views_of(uploaded, network, tmp_path / "one", every=15)
    hostile = uploaded[1].with_name("kills.jpg")
    os.replace(uploaded[1], hostile)
    files = [uploaded[0], hostile, *uploaded[2:]]
    views = views_of(files, network, tmp_path / "other", every=15)
    others = [number for number in range(len(files)) if number != 1]
    assert torch.equal(views.of(others).z, before.of(others).z)
    assert any(s.startswith("kills.jpg could not be read") for s in views.skipped)
    assert all_ended(breakable)
