"""Looking at clips for a page: its room, its models, its samples, and looks that can be stopped."""

import json
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count, islice
from pathlib import Path

import cv2
import gradio as gr
import numpy as np
import pytest

from attention.catalogue.catalogue import say
from attention.catalogue.languages import LANGUAGES, spoken
from attention.errors import InputError
from attention.gate import line as gate_line
from attention.gate.line import Line
from attention.gate.temporary.store import Store
from attention.media.frames import FrameReader
from attention.model.card import Card
from attention.model.folder import load_model, save_model
from attention.networks.zoo import load_backbone
from attention.pack import load_pack
from attention.serving import offered, shelf, shipped, turns
from attention.serving.looking import Looked, Progress
from attention.serving.offered import MOST_FRAMES, limits_for, ready_model
from attention.serving.samples import samples
from attention.serving.shelf import Shelf
from attention.serving.shipped import completed, made_from, shipped_look
from attention.serving.turns import Desk, RunningLook, Stopped
from attention.serving.workroom import Workroom
from attention.tabs.cards import progress_card
from attention.tabs.heatmaps.events import look_at_own, model_for_own

AGAIN = "the looks that ship are out of date: python -m attention.serving.shipped"
ROOT = Path(__file__).parents[1]


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Workroom]:
    made = Workroom(Store(tmp_path))
    yield made
    made.store.close()


# The models


def test_a_page_looks_at_a_bounded_number_of_frames() -> None:
    drawn, real = ready_model("interactions"), ready_model("imagenet")
    assert limits_for(drawn).trim_frames == MOST_FRAMES
    assert limits_for(real).trim_frames == 12_000_000 // (1000 * 7 * 7)
    assert limits_for(real, keep_maps=False).trim_frames == MOST_FRAMES
    assert limits_for(drawn).trim_seconds == 60


def test_a_model_trained_anew_is_read_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATTENTION_HOME", str(tmp_path))
    folder = tmp_path / "models" / "mine"
    concepts = ("Hug", "Kiss")
    card = Card(title="mine", about="random", concepts=concepts, backbone="mobilenet_v3_small")

    def write() -> None:
        save_model(folder, card, load_backbone("mobilenet_v3_small", 2, weights=None))

    write()
    first = ready_model("mine")
    assert ready_model("mine") is first
    write()
    second = ready_model("mine")
    weights = [m.web.head.last.weight for m in (first, second, load_model(folder))]
    assert not weights[0].equal(weights[1]) and weights[1].equal(weights[2])
    assert "mine" in offered.offered_models()


def test_a_clip_of_ones_own_is_not_left_to_a_model_of_drawn_clips() -> None:
    sample = next(s for s in samples() if s.model == "interactions")
    shown = Looked(Path("a.pack"), sample.path, "interactions", sample.key)
    assert model_for_own(shown, "interactions") == "imagenet"
    assert model_for_own(None, "interactions") == "imagenet"
    assert model_for_own(replace(shown, sample=None), "interactions") == "interactions"
    assert model_for_own(shown, "resnet18") == "resnet18"


# Looks


def test_a_look_without_news_can_be_stopped() -> None:
    going, ended = threading.Event(), threading.Event()

    def start(on_progress: object) -> Looked:
        going.wait(10)
        try:
            on_progress(Progress(1, 2, 0.1))  # type: ignore[operator]
        finally:
            ended.set()
        raise AssertionError("it goes on though nobody waits for it")

    said = iter(RunningLook(start, Line()))
    assert list(islice(said, 2)) == [None, None]  # told though there is nothing to tell
    said.close()  # type: ignore[attr-defined]
    going.set()
    assert ended.wait(10)


def test_progress_comes_and_the_last_is_told_again() -> None:
    told = Progress(1, 2, 0.1)
    done = Looked(Path("a.pack"), Path("a.mp4"), "imagenet")
    again = threading.Event()

    def start(on_progress: object) -> Looked:
        on_progress(told)  # type: ignore[operator]
        again.wait(10)
        return done

    said = iter(RunningLook(start, Line()))
    assert [next(said), next(said)] == [told, told]
    again.set()
    assert [s for s in said if s != told] == [done]


def test_a_stopped_look_says_so_once_and_its_thread_ends() -> None:
    gone = threading.Event()

    def start(tell: Callable[[Progress], None]) -> Looked:
        try:
            for done in count(1):
                tell(Progress(done, None, 0.1))
                time.sleep(0.01)
        finally:
            gone.set()
        raise AssertionError

    desk = Desk()
    assert not desk.clear()  # nothing was looked at
    look = desk.put(RunningLook(start, Line()))
    said: list[object] = []
    begun = threading.Event()

    def follow() -> None:
        for told in look:
            said.append(told)
            begun.set()

    page = threading.Thread(target=follow)
    page.start()
    assert begun.wait(10)
    assert desk.clear()
    # nothing comes after it, so that what the page shows next stays
    assert isinstance(said[-1], Stopped) and not any(isinstance(s, Stopped) for s in said[:-1])
    assert gone.wait(10)
    page.join(10)
    assert not desk.clear()


def test_a_new_look_takes_the_place_of_the_one_before() -> None:
    desk, line = Desk(), Line()
    done = Looked(Path("a.pack"), Path("a.mp4"), "imagenet")

    def endless(tell: Callable[[Progress], None]) -> Looked:
        while True:
            tell(Progress(1, None, 0.1))
            time.sleep(0.01)

    first = desk.put(RunningLook(endless, line))
    said: list[object] = []
    page = threading.Thread(target=lambda: said.extend(first))
    page.start()
    assert list(desk.put(RunningLook(lambda tell: done, line)))[-1] == done
    page.join(10)
    assert isinstance(said[-1], Stopped)


def test_a_look_can_be_stopped_from_its_first_word_on(
    room: Workroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "ANSWERS_WITHIN", 0.0)  # it says its last only after that
    desk = Desk()
    shown = look_at_own(room, "not there.mp4", desk, None, "imagenet", 5)
    assert "not there.mp4" in next(shown)[1]
    desk.clear()
    assert [said[0] for said in shown] == [gr.skip()]


def test_looks_wait_in_line_and_are_told_how_many_are_before_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module in (turns, gate_line):
        monkeypatch.setattr(module, "PATIENCE", 0.05)
    line, order = Line(), list[str]()
    going = [threading.Event() for _ in range(2)]

    def look(name: str, until: threading.Event | None = None) -> RunningLook:
        def start(tell: Callable[[Progress], None]) -> Looked:
            order.append(name)
            if until:
                assert until.wait(10)
            return Looked(Path(name), Path(name), "imagenet")

        return RunningLook(start, line)

    first, second, third, left = (
        iter(look(name, until)) for name, until in zip("1234", [*going, None, None], strict=True)
    )
    assert next(first) is None
    waits = [next(told for told in said if told) for said in (second, third, left)]
    assert [told.ahead for told in waits if isinstance(told, Progress)] == [1, 2, 3]
    assert "another clip is looked at first" in progress_card(waits[0], "b.mp4")  # type: ignore[arg-type]
    assert "2 other clips are looked at first" in progress_card(waits[1], "b.mp4")  # type: ignore[arg-type]
    left.close()  # type: ignore[attr-defined]
    going[0].set()
    assert isinstance(list(first)[-1], Looked)
    going[1].set()
    assert isinstance(list(second)[-1], Looked)
    assert isinstance(list(third)[-1], Looked)
    assert order == ["1", "2", "3"]


def test_a_look_that_is_no_longer_kept_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"lion\.mp4 is no longer kept, as it is after 6 hours"):
        Looked(tmp_path / "gone.pack", Path("lion.mp4"), "imagenet").analysis()


# The samples


def test_a_sample_that_failed_or_was_lost_is_looked_at_again(
    room: Workroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    sample, tries = samples()[0], []

    def look(clip: Path, model: str, folder: Path, **_: object) -> Looked:
        tries.append(clip)
        if len(tries) == 1:
            raise OSError(28, "No space left on device")
        pack = folder / "analysis.pack"
        pack.write_bytes(b"pack")
        return Looked(pack, clip, model, sample.key)

    monkeypatch.setattr(shelf, "look", look)
    monkeypatch.setattr(shelf, "completed", lambda sample, folder: None)
    kept = Shelf(room)
    with pytest.raises(InputError, match=r"High five could not be looked at: .*No space left"):
        kept.looked(sample)
    first = kept.looked(sample)
    assert kept.looked(sample) is first and len(tries) == 2
    first.pack.unlink()
    assert kept.looked(sample).pack.exists() and len(tries) == 3


def test_a_shipped_look_is_what_the_app_would_see_itself(room: Workroom) -> None:
    for key in ("kiss-0", "lion"):
        sample = next(s for s in samples() if s.key == key)
        looked = completed(sample, room.new_folder())
        assert looked is not None, AGAIN
        kept, now = looked.analysis(), shipped_look(sample)
        assert kept.frames == now.frames and kept.concepts == now.concepts
        assert [v.why for v in kept.verdicts] == [v.why for v in now.verdicts], AGAIN
        for one, other in zip(kept.sides, now.sides, strict=True):
            top = other.energies.max()
            np.testing.assert_allclose(one.energies, other.energies, rtol=0, atol=2e-5 * top)
            assert one.maps is not None and other.maps is not None
            np.testing.assert_allclose(
                one.maps, other.maps, rtol=0, atol=2e-5 * other.maps.max(), err_msg=AGAIN
            )
        assert kept.pictures is not None and len(kept.pictures) == len(kept.frames)
        with FrameReader(sample.path, every=sample.every) as reader:
            frame = next(iter(reader)).rgb[0]
        picture = cv2.imdecode(np.frombuffer(kept.pictures[0], np.uint8), cv2.IMREAD_COLOR_RGB)
        small = cv2.resize(frame, picture.shape[1::-1], interpolation=cv2.INTER_AREA)
        assert np.abs(picture.astype(int) - small).mean() < 6


def test_every_sample_ships_its_look_and_all_are_small() -> None:
    made = json.loads(shipped.MADE_FROM.read_text(encoding="utf-8"))
    assert made == {sample.key: made_from(sample) for sample in samples()}, AGAIN
    packs = list(shipped.FOLDER.glob("*.pack"))
    assert {pack.stem for pack in packs} == set(made)
    assert sum(pack.stat().st_size for pack in packs) < 10e6


def test_in_the_real_film_a_cut_turns_the_vote() -> None:
    city = next(s for s in samples() if s.key == "city")
    with FrameReader(city.path, every=city.every) as reader:
        rgb = np.concatenate([frames.rgb[:, ::8, ::8] for frames in reader]).astype(float)
    steps = np.abs(np.diff(rgb, axis=0)).mean((1, 2, 3))
    cut = int(steps.argmax()) + 1
    vote = load_pack(shipped.FOLDER / "city.pack", maps=False).verdict("CNN")
    says = np.asarray(vote.frame_classes) == vote.prediction
    assert city.story == "a cut turns the vote"
    assert not says[:cut].any() and says[cut:].all()


def test_the_drawn_samples_tell_their_own_story() -> None:
    stories = {}
    for sample in samples():
        if sample.drawn:
            look = load_pack(shipped.FOLDER / f"{sample.key}.pack", maps=False)
            said = [look.concepts[look.verdict(name).prediction] for name in ("CNN", "UnAtt")]
            stories[sample.story] = [one == sample.truth for one in said]
    assert stories == {
        "attention helps": [False, True],
        "attention loses": [True, False],
        "both fooled": [False, False],
        "both right": [True, True],
    }
    first = next(iter(samples()))
    assert first.story == "attention helps"


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_the_header_says_what_was_found() -> None:
    found = re.search(
        r"attention wins (\d+) of (\d+) comparisons and loses (\d+)", read("RESULTS.md")
    )
    assert found is not None
    won, of, lost = map(int, found.groups())
    told = (
        f"attention wins {won} of {of} comparisons, loses {lost}; {of - won - lost} cannot be told"
    )
    assert told in say("page.header")
    for language in LANGUAGES:
        with spoken(language):
            numbers = re.findall(r"\d+", say("page.header"))
        assert numbers == [str(won), str(of), str(lost), str(of - won - lost)]


@pytest.mark.parametrize(
    "change", ["clip", "step", "truth", "weights", "version", "frames", "none"]
)
def test_a_shipped_look_of_anything_else_is_not_used(
    room: Workroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    sample = samples()[0]
    folder = tmp_path / "shipped"
    folder.mkdir()
    pack = shutil.copy(shipped.FOLDER / f"{sample.key}.pack", folder)
    monkeypatch.setattr(shipped, "FOLDER", folder)
    asked = sample
    if change == "clip":
        asked = replace(sample, path=samples()[1].path)
    elif change == "step":
        asked = replace(sample, every=3)
    elif change == "truth":
        asked = replace(sample, truth="Hug")
    elif change == "weights":
        monkeypatch.setattr(shipped, "_model_digest", lambda name: "trained anew")
    elif change == "version":
        raw = Path(pack).read_bytes()
        Path(pack).write_bytes(raw.replace(b'format\\": 2', b'format\\": 1', 1))
        assert Path(pack).read_bytes() != raw
    elif change == "frames":
        monkeypatch.setattr(shipped, "_pictures", lambda sample: (b"one",))
    else:
        Path(pack).unlink()
    assert completed(asked, room.new_folder()) is None


def test_thumbnails_are_small_pictures(room: Workroom) -> None:
    path = Shelf(room).thumbnail(samples()[0])
    assert max(cv2.imread(str(path)).shape[:2]) == shelf.THUMBNAIL
