"""The core's English sentences in German and Spanish: each that it makes has its template."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
import torch
from PIL import Image

from attention.analysis import Analysis
from attention.catalogue.catalogue import say, sentences
from attention.catalogue.languages import LANGUAGES, spoken
from attention.catalogue.translated import translated
from attention.confined import bounded
from attention.confined.bounded import BoundedReader
from attention.engine.backend import Refused
from attention.engine.choosing import Engine
from attention.media import video
from attention.media.clip import damaged
from attention.media.colour import OTHER_COLOURS
from attention.media.frames import FrameReader, Limits
from attention.media.hdr import CURVES
from attention.methods.registry import methods
from attention.model.whole import NO_ENERGYNET
from attention.probe.asking import Answer
from attention.probe.change import Change
from attention.probe.shift.registry import sentence_of, shifts
from attention.tabs.cards import verdict_cards
from attention.tabs.compare.answers import answers_html
from tests.clips import numbered_frames, write_clip
from tests.looks import look
from training.data.archive.upload import plan_of
from training.data.archive.zips import Entry, ZipLimits
from training.data.checks.advice import COPIES, advice_on
from training.data.checks.checkup import Checkup, FoldCount
from training.data.checks.findings import Copy, Giveaway, Twins, Unreadable
from training.data.checks.reading import see_clip, see_still
from training.data.folders import files_of
from training.data.layouts.official import officially
from training.data.layouts.own import read_own_clips
from training.data.layouts.tvhi import read_tvhi
from training.data.pairing import join
from training.data.records import VideoHalf, WebHalf
from training.tabs.data.checkup import checkup_card

OTHERS = [language for language in LANGUAGES if language != "en"]
ENGLISH = re.compile(r"\b(the|of|and|is|are|with|for|others|left|such|clips? of|more)\b")


def check(said: str, *values: object) -> None:
    """Every other language says it in its own words, with these values; English to the letter."""
    assert translated(said) == said
    for language in OTHERS:
        with spoken(language):
            found = translated(said)
        assert found != said, (language, said)
        rest = found
        for value in sorted(map(str, values), key=len, reverse=True):
            assert value in found, (language, value, found)
            rest = rest.replace(value, "")
        assert "{" not in rest and not ENGLISH.search(rest), (language, found)


def numbers(said: str) -> list[str]:
    return re.findall(r"\d[\d.,]*\d|\d", said)


# a look's notes


def notes_of(reader: FrameReader) -> tuple[str, ...]:
    for _ in reader:
        pass
    return reader.notes


def test_what_a_file_makes_a_reader_say():
    for said in (video.RESIZED, video.NO_CLOCK, video.UNKNOWN_COLOURS):
        check(said, *numbers(said))
    for curve in CURVES.values():
        check(video.IS_HDR.format(curve), curve)
    for name in ("a.jpg", "a{b}.jpg", "(1) [x]+.jpg", "{name}.jpg"):
        check(f"{name} {OTHER_COLOURS}", name)
    for lost in (1, 2, 31):
        check(damaged(lost, 97), 97, *([lost] if lost > 1 else []))


@pytest.mark.parametrize(
    ("limits", "values"), [({"trim_seconds": 0.5}, ["0.5"]), ({"trim_frames": 2}, ["2", "0.4"])]
)
def test_what_is_trimmed(tmp_path: Path, limits: dict[str, float], values: list[str]):
    clip = write_clip(tmp_path / "(1) a{b}.mp4", numbered_frames(12))
    (said,) = notes_of(FrameReader(clip, every=2, limits=Limits(**limits)))
    check(said, "(1) a{b}.mp4", "1.2 s", *values)
    pictures = [Image.fromarray(frame) for frame in numbered_frames(9)]
    moving = tmp_path / "moving.png"
    pictures[0].save(moving, save_all=True, append_images=pictures[1:], duration=100)
    (said,) = notes_of(FrameReader(moving, every=2, limits=Limits(**limits)))
    check(said, *values)


def test_a_clip_that_breaks_off(tmp_path: Path):
    pictures = [Image.fromarray(frame) for frame in numbered_frames(9)]
    path = tmp_path / "moving.png"
    pictures[0].save(path, save_all=True, append_images=pictures[1:], duration=100)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 3 // 5])
    (said,) = notes_of(FrameReader(path, every=1))
    check(said, *numbers(said))


def test_a_folder_of_frames(tmp_path: Path):
    for number, picture in zip((1, 2, 5), numbered_frames(3), strict=True):
        Image.fromarray(picture).save(tmp_path / f"{number}.png")
    (said,) = notes_of(FrameReader(tmp_path))
    check(said, 3, 25, 2)
    (tmp_path / "5.png").rename(tmp_path / "3.png")
    (said,) = notes_of(FrameReader(tmp_path))
    check(said, 3, 25)


@pytest.mark.parametrize("others_wait", [True, False])
def test_a_look_whose_time_is_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, others_wait: bool
):
    clip = write_clip(tmp_path / "a.mp4", numbered_frames(12))
    monkeypatch.setattr(bounded, "SandboxedReader", FrameReader)
    monkeypatch.setattr(bounded, "PIXELS_PER_SECOND", 3 * 80 * 48 * 2 / 7)
    reader = BoundedReader(
        clip, every=2, others_wait=lambda: others_wait, while_others_wait=7, alone=7
    )
    check(notes_of(reader)[0], 3, "7 s")  # type: ignore[arg-type]


def test_what_models_and_methods_say_of_themselves():
    check(NO_ENERGYNET, "finetune+EnergyNet")
    alone = {method.alone for method in methods() if method.alone}
    assert alone
    for said in alone:
        check(said, "Focus")


class Backend:
    """One that refuses, or takes everything."""

    batch = 1

    def __init__(self, name: str, why: str = "") -> None:
        self.name, self.why = name, why

    def maps(self, x: torch.Tensor) -> torch.Tensor:
        if self.why:
            raise Refused(self.why)
        return x


@pytest.mark.parametrize(
    "why",
    [
        "its weights are damaged",
        "the GPU's memory is full",
        "OpenVINO cannot take it (RuntimeError)",
        "OpenVINO computes it otherwise",
        "OpenVINO is not installed",
    ],
)
def test_what_computes_in_place_of_another(why: str):
    roads = [Backend("first", why), Backend("torch 2.9 on the CPU, fp32")]
    engine = Engine(roads, "of (nobody's)", [])  # type: ignore[arg-type]
    engine.trunk(torch.zeros(1))
    error = ["RuntimeError"] if "RuntimeError" in why else []
    check(engine.notes[0], "of (nobody's)", "torch 2.9", "CPU", "fp32", *error)


def test_what_a_person_changed():
    for said in Change(places=((0, (0, 0, 1, 1)),)).sentences:
        check(said)
    for said in Change(places=((0, (0, 0, 1, 1)),), only=True).sentences:
        check(said)
    several = {row.name: 0.25 * place for place, row in enumerate(shifts(), 1)}
    (said,) = Change(shift=tuple(several.items())).sentences
    check(said, *(f"{value:g}" for value in several.values()))
    for language in OTHERS:
        with spoken(language):
            for row, value in zip(shifts(), several.values(), strict=True):
                plain = say(f"shifts.{row.name.replace(' ', '_')}.plain")
                assert f"{plain} {value:g}" in translated(sentence_of({row.name: value}))
                assert f"{plain} {value:g}" in translated(said)


# a set's check-up


def checkup(**changes: object) -> Checkup:
    fold = FoldCount("1", (20, 20), (0, 0), (20, 20))
    plain = Checkup("set", ("Hug", "Kiss"), (200, 150), (40, 40), (fold,), (), (), (), ())
    return replace(plain, **changes)


def fold(train: tuple[int, int] = (20, 20), test: tuple[int, int] = (20, 20)) -> FoldCount:
    return FoldCount("A.1", train, (0, 0), test)


ONE, OTHER = Path("Hug/a{b}.mp4"), Path("Kiss/(1).mp4")
FAULTS: list[tuple[dict[str, object], Sequence[object]]] = [
    ({"unreadable": (Unreadable(ONE, ""),)}, [1]),
    ({"unreadable": (Unreadable(ONE, ""),) * 1200}, ["1,200"]),
    ({"twins": (Twins(ONE, OTHER, 0.97),)}, [1, "0.9"]),
    ({"twins": (Twins(ONE, OTHER, 0.97),) * 3}, [3, "0.9"]),
    ({"compared": False}, []),
    ({"stills": (450, 150)}, [450, "Hug", 150, "Kiss", "3.0"]),
    ({"clips": (10, 25)}, [25, "Kiss", 10, "Hug", "2.5"]),
    ({"clips": (10, 0)}, ["Kiss"]),
    ({"stills": (0, 120)}, ["Hug"]),
    ({"stills": (120, 80)}, [100, 550, "Kiss"]),
    ({"folds": (fold(train=(20, 5)),)}, ["A.1", 5, "Kiss", "10%"]),
    ({"folds": (fold(train=(20, 1)),)}, ["A.1", 1, "Kiss", "50%"]),
    ({"folds": (fold(train=(0, 9)),)}, ["A.1", "Hug"]),
    ({"folds": (fold(test=(9, 0)),)}, ["A.1", "Kiss"]),
    ({"clips": (0, 0), "folds": ()}, ["BU101:<", ">,UCF101:<"]),
    ({"stills": (0, 0)}, ["HII:<", ">,TVHI:<"]),
] + [
    (
        {"copies": (Copy(ONE, OTHER, 1.0, True, between, ONE),) * pairs},
        [pairs, "Hug/a{b}.mp4", "Kiss/(1).mp4"],
    )
    for between, pairs in product(COPIES, (1, 2))
]  # fmt: skip


@pytest.mark.parametrize(("changes", "values"), FAULTS)
def test_each_advice(changes: dict[str, object], values: Sequence[object]):
    (said,) = advice_on(checkup(**changes))
    check(said, *values)


FACTS = {  # all that giveaways are looked for in; the values of two are words
    "folder": "flickr", "size": "640×480", "kind of file": "folder of frames",
    "first word in the file name": "site", "frame rate": "25 per second", "camera": "Canon 5D",
    "program that wrote the file": "Lavf58",
}  # fmt: skip


def test_the_facts_are_all_that_a_file_has(tmp_path: Path):
    clip = write_clip(tmp_path / "a.mp4", numbered_frames(3))
    assert set(see_clip(clip, "Hug").facts) == set(FACTS)


@pytest.mark.parametrize("kind", ["stills", "clips"])
@pytest.mark.parametrize("fact", FACTS)
def test_what_tells_classes_apart(kind: str, fact: str):
    values = {FACTS[fact]: ("Hug", "Kiss", "High five", "Handshake", "Bow"), "other": ("Wave",)}
    (said,) = advice_on(checkup(giveaways=(Giveaway(kind, fact, values),)))
    english = {"25 per second", "folder of frames"}
    check(said, "Hug, Kiss, High five", "other: Wave", *({FACTS[fact]} - english))
    for language in OTHERS:
        with spoken(language):
            assert not {fact, *english} & set(re.split(r"[(:] ?", translated(said)))
            assert "per second" not in translated(said) and "Handshake" not in translated(said)


def filled(root: Path, *files: str) -> Path:
    for file in files:
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_bytes(file.encode())
    return root


@pytest.mark.parametrize("number", [1, 5])
def test_files_left_out_of_a_folder(tmp_path: Path, number: int):
    names = [f"{n}" for n in range(number)]
    filled(tmp_path, *(f"web/Hug/{name}.txt" for name in names), "web/Hug/ok.jpg")
    for name in names:
        (tmp_path / f"web/Hug/e{name}.jpg").touch()
    Image.new("RGB", (8, 8)).save(
        tmp_path / "web/Hug/m.png", save_all=True, append_images=[Image.new("RGB", (8, 8), "red")]
    )
    for name in names[1:]:
        (tmp_path / f"web/Hug/m{name}.png").write_bytes((tmp_path / "web/Hug/m.png").read_bytes())
    _, said = files_of(tmp_path / "web", "stills")
    assert len(said) == 3
    for sentence, first in zip(said, ("e0.jpg", "0.txt", "m.png"), strict=True):
        check(sentence, number, first)
    filled(tmp_path, "video/Hug/a.mp4", *(f"video/Hug/{name}.txt" for name in names))
    _, said = files_of(tmp_path / "video", "clips")
    check(said[0], number, "0.txt", ".mp4, .mov, .avi, .mkv")


@pytest.mark.parametrize(
    "files",
    [("1.jpg",), ("1.jpg", "x_2.jpg"), ("1.jpg", "01.jpg"), ("1.jpg", "2.jpg", "deep/1.jpg", "deep/2.jpg")],
)  # fmt: skip
def test_folders_of_pictures_that_are_no_clips(tmp_path: Path, files: tuple[str, ...]):
    filled(tmp_path, "Hug/a.mp4", *(f"Hug/odd/{file}" for file in files))
    _, said = files_of(tmp_path, "clips")
    (fault,) = (sentence for sentence in said if sentence.startswith("Left out: "))
    check(fault, "odd", "1.jpg" if len(files) < 4 else "deep")


def clips(*names: str, each: int = 4) -> dict[str, tuple[Path, ...]]:
    return {name: tuple(Path(f"{name}/{n}.mp4") for n in range(each)) for name in names}


@pytest.mark.parametrize("named", [0, 1, 8])
@pytest.mark.parametrize("by_table", [True, False])
def test_how_clips_are_split(named: int, by_table: bool):
    """named: clips whose recording is known, of eight."""
    found = clips("Hug", "Kiss")
    paths = [path for own in found.values() for path in own]
    groups = {path: f"g{path.stem}" for path in paths[:named]}
    sides = {path: ("train", "test")[int(path.stem) % 2] for path in paths}
    half = VideoHalf("own", found, {"1": sides} if by_table else {}, groups)
    notes = join(None, half).skipped
    assert len(notes) == (0 if by_table and named == 8 else 1)
    for said in notes:
        check(said, "splits.csv", *([] if named == 8 else ["_g01_c01", "group"]))


@pytest.mark.parametrize("more", [1, 4])
def test_classes_and_clips_left_out_of_published_sets(tmp_path: Path, more: int):
    lone = [f"Class {n}" for n in range(more)]
    web = WebHalf("BU101", dict.fromkeys(["Hug", "Kiss", *lone], (Path("a.jpg"),)))
    video = VideoHalf("UCF101", clips("Hug", "Kiss"), {}, {})
    check(join(web, video).skipped[0], more, "BU101", "Class 0")

    found = clips("Hug", each=more + 1)
    listed = {"1": {("hug", "0"): "train"}}
    for name in ("ucfTrainTestlist/", "TVHI's published split"):
        half = officially(VideoHalf("TVHI", found, {}, {}), ("Hug", *lone), listed, name)
        classes, unlisted = half.notes
        check(classes, more, "TVHI", "Class 0", more + 1)
        check(unlisted, more, "1.mp4", "TVHI" if "TVHI" in name else name)

    filled(tmp_path, *(f"negative_{n:04d}.avi" for n in range(more)), "kiss_0001.avi")
    filled(tmp_path, *(f"odd{n}.avi" for n in range(more)))
    (tmp_path / "splits.csv").write_text("clip,split\nkiss_0001.avi,train\n")
    negative, odd = read_tvhi(tmp_path).notes
    check(negative, more, "4.1.1")
    check(odd, more, "odd0.avi", "handShake_0001")

    filled(tmp_path, "own/video/Hug/a.mp4", *(f"own/video/Hug/{n}.mp4" for n in range(more)))
    (tmp_path / "own/Splits.CSV").write_text("clip,split\nHug/a.mp4,train\n")
    check(read_own_clips(tmp_path / "own").notes[0], more, "0.mp4", "Splits.CSV")


@pytest.mark.parametrize("odd", [1, 4])
def test_files_left_out_of_a_zip(odd: int):
    paths = [f"{half}/{name}/{n}.{end}" for half, end in (("web", "jpg"), ("video", "mp4"))
             for name in ("Hug", "Kiss") for n in range(2)]  # fmt: skip
    paths += [f"read me {n}.txt" for n in range(odd)]
    entries = [Entry(Path(path), 9, n) for n, path in enumerate(paths)]
    (said,) = plan_of(entries, "a.zip", 999, ZipLimits()).notes
    check(said, odd, "read me 0.txt", "splits.csv")


def test_files_that_are_of_the_other_kind(tmp_path: Path):
    one, other = map(Image.fromarray, numbered_frames(2))
    one.save(tmp_path / "{a}.png", save_all=True, append_images=[other])
    check(see_still(tmp_path / "{a}.png", "Hug").why, "{a}.png")
    one.save(tmp_path / "b.mp4", format="png")
    check(see_clip(tmp_path / "b.mp4", "Hug").why, "b.mp4")


# where it is said


@pytest.mark.parametrize(
    "said", ["", "Another version wrote this.", "x The clip is longer", "1 file.", "Der Clip ist länger."]
)  # fmt: skip
def test_what_no_template_fits_stays_as_it_is(said: str):
    for language in LANGUAGES:
        with spoken(language):
            assert translated(said) == said


def test_a_template_is_found_by_its_own_words_alone():
    """No sentence of the catalogue is taken for another, whatever its values."""
    fill: Callable[[str], str] = lambda text: re.sub(r"\{(\w+)\}", r"<\1>", text)  # noqa: E731
    with spoken("de"):
        for key, sentence in sentences("en").items():
            if key.startswith("notes.") and not key.startswith("notes.words."):
                expected = {
                    fill(s) for k, s in sentences("de").items() if sentences("en")[k] == sentence
                }
                assert translated(fill(sentence)) in expected, key


def test_the_page_says_notes_in_the_language_of_its_browser():
    noted: Analysis = look(notes=(video.NO_CLOCK, "Of another version."))
    answer = Answer("window", "web", "Hug", 3, notes=(video.NO_CLOCK,))
    seen = checkup(advice=advice_on(checkup(compared=False)), notes=(f"Left out: {'x'}.",))
    assert video.NO_CLOCK in verdict_cards(noted) and video.NO_CLOCK in answers_html([answer])
    assert seen.advice[0] in checkup_card(seen)
    with spoken("de"):
        card = verdict_cards(noted)
        assert "angenommen werden 25 Bilder je Sekunde" in card and "Of another version." in card
        assert "angenommen werden 25 Bilder je Sekunde" in answers_html([answer])
        assert "Die Zeit reichte nicht" in checkup_card(seen) and "Left out: x." in checkup_card(
            seen
        )
    assert noted.to_json()["notes"][0] == video.NO_CLOCK
