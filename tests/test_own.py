"""One's own concepts: what is learned of stills and clips, seen in clips and live, kept and forgotten."""

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from attention.backbone import load_backbone
from attention.engine.choosing import engine_of, share_trunk
from attention.errors import InputError
from attention.gate.owners import owned
from attention.gate.temporary.store import Store
from attention.gate.visitors import asked_by
from attention.media.frames import FrameReader
from attention.model.folder import load_model
from attention.pack import load_pack
from attention.serving.offered import offered_models
from tests.clips import write_clip
from tests.networks import pictures, pooled_backbone
from tests.own_boxes import ANN, BOB, NAMES, base, filled, read_here, still
from training.data.sets import sets, source_of
from training.own import looking, reading
from training.own import sessions as sessions_module
from training.own.keeping import keep_model, keep_set, kept_models, remove_model
from training.own.learning import learn
from training.own.looking import frame_of, look_at, see_live
from training.own.model import behind_head
from training.own.reading import EVERY
from training.own.records import LARGEST
from training.own.session import ALL_TOGETHER, MOST_IN_A_BOX, Session
from training.own.sessions import OF_A_VISITOR, SILENT, Sessions


@pytest.fixture(autouse=True)
def _without_cage(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A child for every learning would take a second each; one test has them."""
    if "in_the_cage" not in request.fixturenames:
        monkeypatch.setattr(reading, "confined_frames", read_here)
        monkeypatch.setattr(looking, "patient_reader", FrameReader)


@pytest.fixture
def in_the_cage() -> None:
    """With the real children."""


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    made = filled(tmp_path)
    yield made
    made.store.close()


def clip(folder: Path, box: int, name: str = "clip.mp4") -> bytes:
    """Twenty frames that are red or blue."""
    frames = [
        np.full((48, 64, 3), (200 - i, 20, 20)[:: -1 if box else 1], np.uint8) for i in range(20)
    ]
    return write_clip(folder / name, frames).read_bytes()


def test_a_head_behind_a_trunk_is_looked_through_by_its_engine() -> None:
    network = load_backbone("efficientnet_lite0", weights=None)
    rng = np.random.default_rng(0)
    head = {
        "weight": rng.normal(size=(3, 1280)).astype(np.float32),
        "bias": rng.normal(size=3).astype(np.float32),
    }
    own = behind_head(network, head)
    x = network.preprocess(pictures(2))
    seen = engine_of(own, "cpu").see(x, features=True)
    A = engine_of(network, "cpu").trunk(x)
    maps = torch.einsum("ck,nkij->ncij", torch.from_numpy(head["weight"]), A) / (7 * 7)
    torch.testing.assert_close(seen.maps, maps.relu(), rtol=1e-4, atol=1e-5)
    wanted = A.mean((2, 3)) @ torch.from_numpy(head["weight"]).T + torch.from_numpy(head["bias"])
    torch.testing.assert_close(seen.scores, wanted, rtol=1e-4, atol=1e-4)
    assert engine_of(own, "cpu").name == engine_of(network, "cpu").name
    with pytest.raises(ValueError, match="does not stand on the trunk"):
        share_trunk(pooled_backbone(2), network)


def test_boxes_are_learned_with_a_sentence_on_all_that_is_left_out(
    session: Session, tmp_path: Path, in_the_cage: None
) -> None:
    session.add(0, "both.png", still(0, 99), 0, False)
    session.add(1, "both.png", still(0, 99), 0, False)
    session.add(0, "notes.jpg", b"no picture", 0, False)
    session.add(0, "wave.jpg", clip(tmp_path, 0), 0, False)  # a film, whatever its name
    session.add(2, "lone.mp4", clip(tmp_path, 1, "b.mp4"), 0, False)
    learnt = learn(session, NAMES | {2: "Alone", 3: "Empty"}, base())
    assert [(c.name, c.stills, c.clips) for c in learnt.concepts] == [("Red", 4, 1), ("Blue", 4, 0)]
    assert learnt.held_out is not None and learnt.held_out.accuracy == 100
    assert learnt.held_out.stills == 8
    said = " ".join(learnt.notes)
    assert "both.png lies in Red, Blue" in said
    assert "notes.jpg is neither a video nor an image" in said
    assert "wave.jpg is a video, so that it counts as a labelled clip of Red" in said
    assert "Alone has clips and no still" in said
    assert learnt.methods == ()  # clips of one concept alone


def test_the_head_says_what_torch_says_of_its_stills(session: Session) -> None:
    learnt = learn(session, NAMES, base())
    web = learnt.model.web
    last = web.head.last
    for kept in learnt.brought[0]:
        features = session.read[kept.key].features  # type: ignore[union-attr]
        scores = last(torch.from_numpy(features)).detach().numpy()
        assert scores.argmax() == 0
    assert learnt.model.concepts == ("Red", "Blue")


def test_labelled_clips_bring_the_methods_that_need_them(session: Session, tmp_path: Path) -> None:
    for box in NAMES:
        session.add(box, f"{box}.mp4", clip(tmp_path, box, f"{box}.mp4"), 0, False)
    learnt = learn(session, NAMES, base())
    assert learnt.methods == ("Web+video head",)
    folder = tmp_path / "look"
    folder.mkdir()
    red = tmp_path / "0.mp4"
    found = load_pack(look_at(session, red, "mine.mp4", folder))
    assert found.clip == "mine.mp4" and found.concepts == ("Red", "Blue")
    says = {v.method: found.concepts[v.prediction] for v in found.verdicts}
    assert says["Web+video head"] == says["CNN"] == "Red"
    assert len(found.frames) == 20 / EVERY and found.sides[0].maps is not None


def test_a_live_frame_is_seen_as_the_same_picture_in_a_clip(
    session: Session, tmp_path: Path
) -> None:
    learn(session, NAMES, base())
    picture = pictures(1)[0]
    live = see_live(session, frame_of(picture.tobytes()))
    folder = tmp_path / "look"
    folder.mkdir()
    import cv2

    path = tmp_path / "frame.png"
    cv2.imwrite(str(path), picture[..., ::-1])
    side = load_pack(look_at(session, path, "frame.png", folder)).sides[0]
    assert live["concepts"] == ["Red", "Blue"]
    np.testing.assert_allclose(live["scores"], side.scores[0], rtol=1e-3)
    np.testing.assert_allclose(live["energies"], side.energies[0], rtol=1e-3)
    assert live["windows"] == side.windows[0].tolist()
    assert side.maps is not None
    flat = side.maps[0].reshape(2, -1)
    np.testing.assert_allclose(live["maps"], flat, rtol=1e-3, atol=1e-4 * flat.max())


def test_more_cameras_share_the_frames_of_a_second(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    learn(session, NAMES, base())
    monkeypatch.setattr(
        looking, "_live", {str(n): time.monotonic() for n in range(9)} | {"old": 0.0}
    )
    told = see_live(session, pictures(1)[0])
    assert told["others"] == 9
    assert told["pause"] == pytest.approx(10 / looking.IN_A_SECOND)


@pytest.mark.parametrize(
    ("fill", "says"),
    [
        ((), "No box holds a still yet"),
        ((0, 0, 0), "Only Red has stills"),
    ],
)
def test_too_little_is_a_sentence(tmp_path: Path, fill: tuple[int, ...], says: str) -> None:
    session = filled(tmp_path, each=0)
    for number, box in enumerate(fill):
        session.add(box, "s.png", still(box, number), 0, False)
    with pytest.raises(InputError, match=says):
        learn(session, NAMES, base())
    with pytest.raises(InputError, match="Nothing is learnt yet"):
        see_live(session, pictures(1)[0])
    session.store.close()


def test_three_stills_are_learned_and_no_accuracy_is_said(tmp_path: Path) -> None:
    session = filled(tmp_path, each=1)
    session.add(0, "more.png", still(0, 7), 0, False)
    learnt = learn(session, NAMES, base())
    assert learnt.held_out is None and [c.stills for c in learnt.concepts] == [2, 1]
    session.store.close()


def test_stills_of_one_recording_are_said_to_be(tmp_path: Path) -> None:
    session = filled(tmp_path, camera=True)
    learnt = learn(session, NAMES, base())
    assert learnt.held_out is not None and learnt.held_out.takes == 2
    assert learnt.held_out.low < 50  # two observations say little
    assert "Red, Blue come from one recording" in " ".join(learnt.notes)
    session.store.close()


def test_a_box_takes_so_many_and_the_same_still_once(session: Session) -> None:
    first = session.add(0, "again.png", still(0, 0), 0, False)
    assert first.name == "0-0.png" and len(session.brought) == 8
    for number in range(4, MOST_IN_A_BOX):
        session.add(0, "s.png", b"%d" % number, 0, False)
    with pytest.raises(InputError, match=f"A box holds {MOST_IN_A_BOX}"):
        session.add(0, "s.png", b"one more", 0, False)
    session.add(1, "s.png", b"the other box has room", 0, False)
    for content, says in ((b"", "0 bytes"), (bytes(LARGEST + 1), "at most 20 MB")):
        with pytest.raises(InputError, match=says):
            session.add(1, "s.png", content, 0, False)
    session._bytes = ALL_TOGETHER
    with pytest.raises(InputError, match="used up"):
        session.add(1, "s.png", b"x", 0, False)


def test_what_is_removed_is_gone_from_the_disk(session: Session) -> None:
    learn(session, NAMES, base())
    one = next(iter(session.brought.values()))
    session.remove({one.key, "no such key"})
    assert not one.path.exists() and one.key not in session.read
    assert learn(session, NAMES, base()).concepts[0].stills == 3


@pytest.fixture
def everybody(tmp_path: Path) -> Iterator[Sessions]:
    kept_in = Store(tmp_path)
    yield Sessions(kept_in)
    kept_in.close()


def test_a_session_is_its_visitors_alone_and_ends_for_good(everybody: Sessions) -> None:
    with asked_by(ANN):
        session = everybody.begin()
        kept = session.add(0, "s.png", still(0, 0), 0, True)
        look = everybody._store.new_folder(ANN)
        (look / "analysis.pack").write_bytes(b"pictures of a camera")
        session.looks.append(look)
        assert everybody.of(session.token) is session
    with asked_by(BOB), pytest.raises(InputError, match="no longer kept here"):
        everybody.of(session.token)
    with asked_by(ANN):
        everybody.end(session)
        assert not kept.path.exists() and not session.folder.exists() and not look.exists()
        with pytest.raises(InputError, match="no longer kept here"):
            everybody.of(session.token)
        with pytest.raises(InputError, match="no longer kept here"):  # what was still on its way
            session.add(0, "late.png", still(0, 1), 0, True)


def test_the_silent_and_those_of_too_many_pages_are_forgotten(everybody: Sessions) -> None:
    with asked_by(ANN):
        pages = [everybody.begin() for _ in range(OF_A_VISITOR + 1)]
    assert not pages[0].folder.exists() and pages[1].folder.exists()
    pages[1].used = time.monotonic() - SILENT - 1
    everybody.end_silent()
    assert not pages[1].folder.exists() and pages[2].folder.exists()


def test_a_kept_model_is_its_owners_and_says_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATTENTION_HOME", str(tmp_path / "home"))
    session = filled(tmp_path)
    learnt = learn(session, NAMES, load_model("imagenet"))
    with asked_by(ANN):
        name = keep_model(session, "my colours")
        assert name == "my colours" and kept_models() == [name]
        assert keep_model(session, "My Colours") == "My Colours-2"
        assert offered_models()[name].concepts == ("Red", "Blue")
        folder = tmp_path / "home" / "models" / name
        assert not owned(folder).shared
    x = torch.from_numpy(np.random.default_rng(0).normal(size=(1, 3, 224, 224)).astype("f4"))
    with torch.inference_mode():
        was, now = (model.web(x) for model in (learnt.model, load_model(folder)))
    torch.testing.assert_close(now, was, rtol=2e-2, atol=2e-3)  # kept in half precision
    with asked_by(BOB):
        assert name not in offered_models()
        with pytest.raises(InputError, match="You keep no model"):
            remove_model(name)
    with asked_by(ANN):
        remove_model(name)
        assert name not in offered_models()
    session.store.close()


def test_a_kept_set_leaves_the_cameras_pictures_out_unless_they_may_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATTENTION_HOME", str(tmp_path / "home"))
    session = filled(tmp_path, each=2)
    for box in NAMES:
        session.add(box, "camera.png", still(box, 50), 1, True)
        for number in range(2):
            name = f"{box}-{number}.mp4"
            session.add(box, name, clip(tmp_path, box, name) + b"%d" % number, 0, False)
    learn(session, NAMES, base())
    with asked_by(ANN):
        first = keep_set(session, "colours", camera=False)
        both = keep_set(session, "colours", camera=True)
        assert (first, both) == ("colours", "colours-2")
        assert [len(source_of(name).stills) for name in (first, both)] == [4, 6]
        assert len(source_of(first).clips) == 4
    with asked_by(BOB):
        assert not {first, both} & set(sets())
    session.remove({t.key for t in session.brought.values() if t.name.endswith("1.mp4")})
    learn(session, NAMES, base())
    with asked_by(ANN), pytest.raises(InputError, match="Red has 1 clip to keep"):
        keep_set(session, "colours", camera=True)
    session.store.close()


def test_nobody_watches_when_nobody_is_there(
    everybody: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions_module, "LOOKED_AFTER", 0.01)
    with asked_by(ANN):
        session = everybody.begin()
    session.used = 0.0
    assert everybody._watch is not None
    everybody._watch.join(10)
    assert not session.folder.exists() and everybody._watch is None
