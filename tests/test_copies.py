"""Copies across classes, sides and halves, and sources that tell the class."""

import math
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from PIL import Image

from tests.clips import Picture, write_clip
from training.data.checks import copies as checked
from training.data.checks.advice import advice_on
from training.data.checks.checkup import check
from training.data.checks.copies import copies
from training.data.checks.findings import Checkup
from training.data.checks.giveaways import first_word, giveaways
from training.data.checks.hashes import alike, hashes, pairs_alike
from training.data.checks.reading import see_clip
from training.data.sources import open_source


def scene(seed: int, height: int = 96, width: int = 128) -> Picture:
    """A picture of coloured discs, another for each seed."""
    draw = np.random.default_rng(seed)
    ground = cv2.resize(draw.integers(0, 256, (3, 4, 3)).astype(np.uint8), (width, height))
    for _ in range(12):
        centre = tuple(int(x) for x in draw.integers(0, (width, height)))
        colour = tuple(int(c) for c in draw.integers(0, 256, 3))
        cv2.circle(ground, centre, int(draw.integers(5, 25)), colour, -1)
    return ground


def panned(seed: int, frames: int = 12) -> list[Picture]:
    """A camera that pans over a scene, another for each seed."""
    wide = scene(seed, 96, 128 + 8 * frames)
    return [wide[:, 8 * n : 8 * n + 128] for n in range(frames)]


def still(path: Path, rgb: Picture, quality: int = 92) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(rgb).save(path, quality=quality)


def found(seen: Checkup) -> set[tuple[str, str, str, str]]:
    """Of each pair the two files, what lies between them, and the one to leave out."""
    return {
        (f"{c.one.parent.name}/{c.one.name}", f"{c.other.parent.name}/{c.other.name}", c.between,
         f"{c.leave_out.parent.name}/{c.leave_out.name}")
        for c in seen.copies
    }  # fmt: skip


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two classes: stills 0 to 5 and clips 0 to 5 of scenes of their own, and copies of each kind."""
    root = tmp_path_factory.mktemp("set")
    for place, name in enumerate(("Hug", "Kiss")):
        (root / "video" / name).mkdir(parents=True)
        for n in range(6):
            still(root / f"web/{name}/{n}.jpg", scene(100 * place + n))
            write_clip(root / f"video/{name}/{n}.mp4", panned(1000 + 100 * place + n))
    rows = [
        f"{c}/{n}.mp4,{'train' if n < 3 else 'test'}," for c in ("Hug", "Kiss") for n in range(6)
    ]
    # a still of Hug again in Kiss: smaller and more compressed
    still(root / "web/Kiss/again.jpg", cv2.resize(scene(0), (72, 54)), quality=50)
    # a test clip of Hug again among its training clips: another codec and size, from its third frame on
    smaller = [cv2.resize(frame, (96, 72)) for frame in panned(1004)[2:]]
    write_clip(root / "video/Hug/again.avi", smaller, codec="mpeg4", options={"b": "900k"})
    # a Web still that is a frame of a clip, mirrored
    still(root / "web/Kiss/frame.jpg", panned(1101)[0][:, ::-1])
    # one file twice among the training clips, and parts of one named recording in two classes
    (root / "video/Kiss/twice.mp4").write_bytes((root / "video/Kiss/0.mp4").read_bytes())
    for part, name in ((1, "Hug"), (2, "Kiss")):
        write_clip(root / f"video/{name}/part.mp4", panned(1300)[2 * part :])
        rows.append(f"{name}/part.mp4,train,tape")
    rows += ["Hug/again.avi,train,", "Kiss/twice.mp4,train,"]
    (root / "splits.csv").write_text("\n".join(["clip,split,group", *rows]))
    return root


@pytest.fixture(scope="module")
def seen(root: Path) -> Checkup:
    return check(open_source(root))


def test_copies_are_named_with_what_to_leave_out_and_nothing_else_is(seen: Checkup) -> None:
    assert found(seen) == {
        ("Hug/0.jpg", "Kiss/again.jpg", "classes", "Kiss/again.jpg"),
        ("Hug/4.mp4", "Hug/again.avi", "train and test", "Hug/again.avi"),
        ("Kiss/frame.jpg", "Kiss/1.mp4", "stills and clips", "Kiss/frame.jpg"),
        ("Kiss/0.mp4", "Kiss/twice.mp4", "clips", "Kiss/twice.mp4"),
    }
    assert [copy.same for copy in seen.copies] == [True, False, False, False]
    assert seen.compared


def test_sides_are_compared_fold_by_fold(tmp_path: Path) -> None:
    """Fold a lacks the first clip; in fold b the two stand on two sides."""
    (tmp_path / "video/Hug").mkdir(parents=True)
    for n, seed in enumerate((1, 1, 2, 3)):
        write_clip(tmp_path / f"video/Hug/{n}.mp4", panned(seed)[2 * (n % 2) :])
    rows = ["1,train,a", "2,test,a", "3,test,a", "0,test,b", "1,train,b", "2,train,b"]
    (tmp_path / "splits.csv").write_text(
        "clip,split,fold\n" + "\n".join(f"Hug/{row[0]}.mp4{row[1:]}" for row in rows)
    )
    (copy,) = check(open_source(tmp_path)).copies
    assert (copy.between, copy.leave_out.name) == ("train and test", "1.mp4")


def test_each_kind_of_copy_has_its_advice(seen: Checkup) -> None:
    said = [sentence for sentence in advice_on(seen) if "1 pair, such as" in sentence]
    assert [sentence.split(":")[0] for sentence in said] == [
        "Copies in two classes",
        "Copies of training and test clips",
        "Stills that are a frame of a clip",
        "Clips that are there twice",
    ]
    assert "Hug/4.mp4 and Hug/again.avi" in said[1] and "group" in said[1]


def test_one_shared_frame_makes_no_copy_of_a_clip(tmp_path: Path) -> None:
    title = scene(7)
    for n in range(2):  # one trains, the other tests
        (tmp_path / "video/Hug").mkdir(parents=True, exist_ok=True)
        write_clip(tmp_path / f"video/Hug/{n}.mp4", [title, *panned(20 + n, 11)])
        still(tmp_path / f"web/Hug/{n}.jpg", scene(30 + n))
    assert not check(open_source(tmp_path)).copies


def test_a_set_too_large_for_the_time_says_so(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = open_source(root)
    rows = {still.path: [hashes(scene(0))] for still in source.stills}
    assert copies(source, rows)[1]
    late, complete = copies(source, rows, seconds=-1.0)
    assert [copy.same for copy in late] == [
        True
    ] and not complete  # same files are found all the same
    monkeypatch.setattr(checked, "MOST", 2)
    assert len(copies(source, rows)[0]) == 2


# hashes


def test_a_hash_is_the_signs_of_the_cosine_transform() -> None:
    rgb = np.repeat(np.random.default_rng(3).integers(0, 256, (32, 32, 1)), 3, 2).astype(np.uint8)
    grey = rgb[..., 0].astype(float)
    whole = hashes(rgb)
    assert whole is not None
    for v, u in ((0, 1), (1, 0), (3, 5), (15, 15)):
        waves = [[math.cos(math.pi * k * (2 * n + 1) / 64) for n in range(32)] for k in (v, u)]
        total = sum(grey[y, x] * waves[0][y] * waves[1][x] for y in range(32) for x in range(32))
        assert whole[0, 16 * v + u - 1] == (1 if total > 0 else -1)


def test_flat_pictures_have_no_hash() -> None:
    noise = np.random.default_rng(0).normal(128, 3, (64, 64, 1)).repeat(3, 2)
    assert hashes(noise.astype(np.uint8)) is None
    assert hashes(np.zeros((9, 9, 3), np.uint8)) is None


@pytest.mark.parametrize(
    "change",
    [
        lambda rgb: rgb[:, ::-1],
        lambda rgb: rgb[4:-4, 5:-5],
        lambda rgb: np.clip(rgb * 1.2 + 15, 0, 255).astype(np.uint8),
        lambda rgb: cv2.resize(rgb, (60, 30), interpolation=cv2.INTER_AREA),
        lambda rgb: cv2.GaussianBlur(rgb, (0, 0), 1.0),
    ],
    ids=["mirrored", "cropped", "brighter", "stretched", "blurred"],
)
def test_a_changed_copy_is_alike_and_other_pictures_are_not(change) -> None:
    rows = np.stack([*(hashes(scene(n)) for n in range(8)), hashes(change(scene(3)))], axis=1)
    assert [(i, j) for i, j, _ in pairs_alike(rows.astype(np.float32), 0)] == [(3, 8)]


def test_similarity_is_the_share_of_equal_signs_minus_that_of_others() -> None:
    draw = np.random.default_rng(1)
    a, b = (draw.choice([-1, 1], (2, n, 255)).astype(np.float32) for n in (3, 4))
    odd = [(place + 1) % 16 % 2 == 1 for place in range(255)]
    for i, j in np.ndindex(3, 4):
        mirrored = [-s if turned else s for s, turned in zip(a[0, i], odd, strict=True)]
        sides = [(a[0, i], b[0, j]), (mirrored, b[0, j]), (a[1, i], b[0, j]), (a[0, i], b[1, j])]
        best = max(
            sum(int(s == t) - int(s != t) for s, t in zip(*two, strict=True)) for two in sides
        )
        assert alike(a, b)[i, j] == pytest.approx(best / 255)


# sources that tell the class


def test_a_fact_that_divides_the_classes_is_noticed() -> None:
    files = [(0, {"camera": "A", "size": "9"})] * 10 + [(1, {"camera": "B", "size": "9"})] * 10
    for few in [], [(2, {"camera": "A", "size": "9"})] * 4:  # a small class silences no other
        (only,) = giveaways("stills", files + few, ("Hug", "Kiss", "Wave"))
        assert (only.fact, only.values) == ("camera", {"A": ("Hug",), "B": ("Kiss",)})


@pytest.mark.parametrize(
    ("of_hug", "of_kiss"),
    [
        (("A",) * 10, ("A",) * 5 + ("B",) * 5),  # Kiss has both
        (("",) * 10, ("",) * 10),
        (("A",) * 4, ("B",) * 4),  # too few to say
        (tuple("abcdefghij"), tuple("klmnopqrst")),  # every file has its own
    ],
)
def test_mixed_sources_are_not(of_hug: tuple[str, ...], of_kiss: tuple[str, ...]) -> None:
    files = [(0, {"camera": a}) for a in of_hug] + [(1, {"camera": b}) for b in of_kiss]
    assert list(giveaways("stills", files, ("Hug", "Kiss"))) == []


def test_cameras_and_frame_rates_are_read_from_the_files(tmp_path: Path) -> None:
    for place, (name, fps) in enumerate((("Hug", 25), ("Kiss", 30))):
        (tmp_path / f"video/{name}").mkdir(parents=True)
        for n in range(5):
            exif = Image.Exif()
            exif[271], exif[272] = "Maker", f"Model {place}"
            path = tmp_path / f"web/{name}/{n}.jpg"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(scene(10 * place + n)).save(path, exif=exif)
            write_clip(tmp_path / f"video/{name}/{n}.mp4", panned(50 + 10 * place + n, 3), fps=fps)
    seen = check(open_source(tmp_path))
    assert {(g.kind, g.fact): g.values for g in seen.giveaways} == {
        ("stills", "camera"): {"Maker Model 0": ("Hug",), "Maker Model 1": ("Kiss",)},
        ("clips", "frame rate"): {"25 per second": ("Hug",), "30 per second": ("Kiss",)},
    }
    assert sum("tells classes apart" in sentence for sentence in seen.advice) == 2


def test_cameras_programs_and_folders_of_clips_are_noticed(tmp_path: Path) -> None:
    for place, (name, site) in enumerate((("Hug", "films"), ("Kiss", "phones"))):
        for n in range(5):
            path = tmp_path / f"video/{name}/{site}/{n}.mov"
            path.parent.mkdir(parents=True, exist_ok=True)
            with av.open(
                str(path), "w", container_options={"movflags": "use_metadata_tags"}
            ) as file:
                file.metadata["com.apple.quicktime.make"] = "Maker"
                file.metadata["com.apple.quicktime.model"] = f"Model {place}"
                stream = file.add_stream("mpeg4", rate=25)
                stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
                picture = av.VideoFrame.from_ndarray(scene(10 * place + n)[:64, :96].copy())
                file.mux([*stream.encode(picture), *stream.encode()])
    seen = check(open_source(tmp_path))
    assert {(g.kind, g.fact): g.values for g in seen.giveaways} == {
        ("clips", "camera"): {"Maker Model 0": ("Hug",), "Maker Model 1": ("Kiss",)},
        ("clips", "folder"): {"films": ("Hug",), "phones": ("Kiss",)},
    }
    program = see_clip(tmp_path / "video/Hug/films/0.mov", "Hug").facts[
        "program that wrote the file"
    ]
    assert program.startswith("Lav")


@pytest.mark.parametrize(
    ("name", "concept", "word"),
    [
        ("flickr_0012.jpg", "Hug", "flickr"),
        ("hug_0012.jpg", "Hug", ""),
        ("v_HighFive_g01_c01.avi", "High five", ""),
        ("high_five_3.jpg", "High five", ""),
        ("0001.jpg", "Hug", ""),
        ("Hug 12 DSC.jpg", "Hug", "dsc"),
    ],
)
def test_the_class_itself_is_no_source(name: str, concept: str, word: str) -> None:
    assert first_word(Path(name), concept) == word
