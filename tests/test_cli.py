"""python -m attention: text for people, JSON for programs, one clear line for each error."""

import json
import os
import pickle
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from attention import pipeline
from attention.command import single
from attention.command.report import report
from attention.command.terminal import one_line
from attention.pictures import export
from tests.clips import numbered_frames, write_clip, write_sound
from tests.conftest import SHARED_CLIPS
from tests.looks import look, side

ROOT = Path(__file__).parents[1]
FEW = ("--concepts", "lion, Hartebeest,cheetah")
FILES = ["analysis.json", "figure2.png", "frames.csv", "overlay.mp4"]


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clip(tmp_path_factory.mktemp("clip") / "a $5 clip.mp4", numbered_frames(12))


# the command with an analysis that is there already: no network is imported, none looks
LOOKED = """
import pickle, sys
from pathlib import Path
from attention import __main__ as command
from attention.command import single
single.analysis_of = lambda *_: pickle.loads(Path(sys.argv[1]).read_bytes())
sys.exit(command.main(sys.argv[2:]))
"""


@pytest.fixture(scope="module")
def looked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An analysis of 60 frames, for LOOKED."""
    path = tmp_path_factory.mktemp("looked") / "analysis"
    maps = np.random.default_rng(0).random((60, 2, 3, 3), np.float32)
    path.write_bytes(pickle.dumps(look([side("web", maps)], ("Hug", "Kiss"), every=1)))
    return path


def start(looked: Path, *arguments: object, **options: object) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # type: ignore[call-overload,no-any-return]
        [sys.executable, "-c", LOOKED, str(looked), *map(str, arguments)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        # a shell's background jobs ignore Ctrl-C, and so would what they start
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
        **options,
    )


def test_help_comes_before_anything_heavy_is_imported() -> None:
    asked = [sys.executable, "-X", "importtime", "-m", "attention", "--help"]
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "--list-models" in done.stdout and "Unsupervised attention" in done.stdout
    imported = {line.rsplit("|", 1)[-1].strip() for line in done.stderr.splitlines()}
    heavy = {"torch", "cv2", "av", "matplotlib", "scipy", "sklearn", "tqdm", "PIL", "gradio"}
    assert not heavy & {name.split(".")[0] for name in imported}


def test_people_get_each_verdict_with_its_best_scores_and_why(said, clip: Path) -> None:  # type: ignore[no-untyped-def]
    status, out, err = said(clip, *FEW, "--truth", "lion")
    assert (status, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == (
        "a $5 clip.mp4: 3 frames over 1.0 s, one in 5, seen by imagenet, 3 concepts; truth: lion"
    )
    for method in ("CNN", "UnAtt"):
        at = next(i for i, line in enumerate(lines) if line.startswith(method))
        assert all(name in lines[at] for name in ("lion", "hartebeest", "cheetah"))
        assert lines[at].endswith(("✓ right", "✗ wrong"))
        assert "3 frames" in lines[at + 1]
    assert "work of all threads: decode " in lines[-1]


def test_json_is_the_analysis_and_nothing_else(said, clip: Path) -> None:  # type: ignore[no-untyped-def]
    status, out, err = said(clip, *FEW, "--json", "--every", "4", "--window", "2")
    assert (status, err) == (0, "")
    answer = json.loads(out)
    concepts = ["lion", "hartebeest", "cheetah"]
    expected = pipeline.analyse(clip, "imagenet", every=4, concepts=concepts, window=2).to_json()
    assert {**answer, "timing": None} == json.loads(json.dumps({**expected, "timing": None}))
    assert out.count("\n") == 1


def test_out_writes_files_that_hold_the_same(said, clip: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    folder = tmp_path / "new" / "results"
    status, out, err = said(clip, *FEW, "--json", "--out", folder)
    assert (status, err) == (0, "")
    assert sorted(p.name for p in folder.iterdir()) == FILES
    assert (folder / "analysis.json").read_text(encoding="utf-8") == out
    status, out, _ = said(clip, *FEW, "--out", folder)
    assert status == 0
    assert out.splitlines()[-1] == f"Written to {folder}: {', '.join(FILES)}"


def test_models_are_listed(said) -> None:  # type: ignore[no-untyped-def]
    status, out, err = said("--list-models")
    assert (status, err) == (0, "")
    assert any(line.startswith("imagenet: ") for line in out.splitlines())
    assert "resnet101" in out


WRONG = {
    "no clip": ((), "name a clip"),
    "missing": (("gone.mp4",), "gone.mp4 does not exist"),
    "device": (("clip.mp4", "--device", "toaster"), "There is no device 'toaster'"),
    "empty": (("empty.mp4",), "empty.mp4 is empty"),
    "text": (("text.mp4",), "text.mp4 is neither a video nor an image"),
    "truncated": (("cut.mp4",), "cut.mp4 begins like a video but cannot be opened"),
    "sound": (("sound.m4a",), "sound.m4a holds sound but no picture"),
    "folder": (("models",), "no video or image in models"),
    "four hours": (("long.mp4",), "long.mp4 lasts 14"),
    "concept": (("clip.mp4", "--concepts", "lion,Hugg"), "no concept 'Hugg'"),
    "no concept": (("clip.mp4", "--concepts", " , "), "No concept is named"),
    "truth": (("clip.mp4", "--truth", "no such thing"), "no concept 'no such thing'"),
    "truth left out": (
        ("clip.mp4", "--concepts", "cheetah", "--truth", "lion"),
        "truth lion is not",
    ),
    "model": (("clip.mp4", "--model", "nobody"), "no model 'nobody'"),
    "model in lines": (("clip.mp4", "--model", "no\nbody"), "no model 'no body'"),
    "model card": (("clip.mp4", "--model", "models/card"), "card of model 'card' is damaged"),
    "model weights": (("clip.mp4", "--model", "models/cut"), "cannot be read as safetensors"),
    "window": (("clip.mp4", "--window", "8"), "Window size 8 does not fit"),
    "window 0": (("clip.mp4", "--window", "0"), "--window: give a whole number of 1 or more"),
    "every 0": (("clip.mp4", "--every", "0"), "--every: give a whole number of 1 or more"),
    "every half": (("clip.mp4", "--every", "2.5"), "not '2.5'"),
    "model of no name": (("clip.mp4", "--model", ""), "No model is named; choose one of"),
    "model here": (("clip.mp4", "--model", "."), "holds no model.json"),
    "model of 5000 letters": (("clip.mp4", "--model", "x" * 5000), "no model 'xxx"),
    "dashed clip": (
        ("-dash.mp4",),
        "-dash.mp4 looks like an option; if it is the file, write ./-d",
    ),
    "out of no name": (("clip.mp4", "--out", ""), "--out: name a folder"),
    "out with a folder inside": (
        ("clip.mp4", "--out", "taken"),
        "overlay.mp4 in taken is a folder",
    ),
    "out is a broken link": (("clip.mp4", "--out", "gone"), "gone, a link that leads nowhere"),
    "out below a broken link": (("clip.mp4", "--out", "gone/in"), "gone, a link that leads now"),
    "option": (("clip.mp4", "--frobnicate"), "--frobnicate"),
    "out is a file": (("clip.mp4", "--out", "text.mp4"), "text.mp4, which is a file"),
    "out in a file": (("clip.mp4", "--out", "text.mp4/in"), "text.mp4, which is a file"),
}
if sys.platform == "linux":  # root may write anywhere but here
    WRONG["out"] = (("clip.mp4", "--out", "/proc/x/y"), "--out cannot be written in proc")


@pytest.fixture(scope="module")
def messy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one good clip and files for each error."""
    room = tmp_path_factory.mktemp("messy")
    good = write_clip(room / "clip.mp4", numbered_frames(3))
    write_clip(room / "long.mp4", numbered_frames(2), fps=1, times=[0, 4 * 3600])
    write_sound(room / "sound.m4a")
    (room / "empty.mp4").touch()
    (room / "-dash.mp4").write_bytes(good.read_bytes())
    (room / "taken" / "overlay.mp4").mkdir(parents=True)
    (room / "gone").symlink_to(room / "nowhere")
    (room / "text.mp4").write_text("not a film")
    (room / "cut.mp4").write_bytes(good.read_bytes()[:200])
    card = (ROOT / "assets" / "models" / "imagenet" / "model.json").read_text(encoding="utf-8")
    for name, text in {"card": "{", "cut": card.replace('"default"', '"web.safetensors"')}.items():
        (room / "models" / name).mkdir(parents=True)
        (room / "models" / name / "model.json").write_text(text, encoding="utf-8")
    (room / "models" / "cut" / "web.safetensors").write_bytes(b"cut short")
    return room


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_said_in_one_line(  # type: ignore[no-untyped-def]
    said, messy: Path, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    arguments, sentence = WRONG[case]
    monkeypatch.chdir(messy)
    before = sorted(messy.rglob("*"))
    out_too = () if "--out" in arguments or not arguments else ("--out", "results")
    status, out, err = said(*arguments, *out_too)
    assert (status, out) == (2, "")
    assert sentence in err
    assert err.startswith("attention: ")
    assert err.count("\n") == 1
    assert len(err) < 400
    assert sorted(messy.rglob("*")) == before


@pytest.mark.skipif(not SHARED_CLIPS.is_dir(), reason="the folder of real clips is not here")
def test_real_broken_files_are_reported_and_real_odd_ones_analysed(said) -> None:  # type: ignore[no-untyped-def]
    for broken in sorted((SHARED_CLIPS / "broken").iterdir()):
        status, out, err = said(broken, *FEW)
        noted = "breaks off" in out or "left out" in out
        assert (status == 2 and err.count("\n") == 1) or noted, broken.name
    for odd in sorted((SHARED_CLIPS / "odd").iterdir()):
        status, _, err = said(odd, *FEW, "--every", "50")
        assert (status, err) == (0, ""), odd.name


def test_what_would_fill_the_memory_is_refused_before_the_work(  # type: ignore[no-untyped-def]
    said, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(single, "MOST_MEMORY", 300_000)
    status, out, err = said(clip, "--json")
    assert (status, out) == (2, "")
    assert "1000 concepts in 3 frames" in err
    assert "--every 13" in err  # 3 frames × 1000 × 260 bytes is 2.6 times too much
    assert said(clip, "--json", *FEW)[0] == 0


def test_an_unwritable_folder_is_an_error_after_the_verdict(  # type: ignore[no-untyped-def]
    said, clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(export, "write_film", full)
    status, out, err = said(clip, *FEW, "--out", tmp_path / "results")
    assert status == 2
    assert "UnAtt" in out
    assert "No space left on device" in err
    assert err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_leaves_quietly(said, clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(pipeline, "analyse", interrupted)
    assert said(clip) == (130, "", "")


def test_ctrl_c_in_the_middle_of_the_work_leaves_nothing(tmp_path: Path, looked: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", numbered_frames(60))
    running = start(looked, clip, "--out", tmp_path / "results", "--every", "1")
    while running.poll() is None and len(list(tmp_path.iterdir())) == 1:
        time.sleep(0.002)  # until it has begun to write
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=60)
    assert (running.returncode, err) == (130, b"")
    assert [p.name for p in tmp_path.iterdir()] == ["clip.mp4"]
    assert b"UnAtt" in out


def test_a_reader_that_goes_away_is_no_error(clip: Path, looked: Path) -> None:
    running = start(looked, clip)
    assert running.stdout is not None
    running.stdout.close()
    assert running.stderr is not None
    assert running.stderr.read() == b""
    assert running.wait(timeout=60) == 141


@pytest.mark.parametrize("closed", [1, 2])
def test_output_to_a_closed_stdout_or_stderr_is_discarded(
    clip: Path, tmp_path: Path, looked: Path, closed: int
) -> None:
    whole = ["-m", "attention", str(clip), *FEW]  # once as people start it
    frames = write_clip(tmp_path / "clip.mp4", numbered_frames(60))
    asked = [sys.executable, *(whole if closed == 2 else ["-c", LOOKED, str(looked), str(frames)])]
    asked += ["--out", str(tmp_path / "results")]
    done = subprocess.run(
        ["sh", "-c", f'exec "$@" {closed}>&-', "sh", *asked],
        cwd=ROOT, capture_output=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b"")
    assert (b"UnAtt" in done.stdout) == (closed == 2)
    assert sorted(p.name for p in (tmp_path / "results").iterdir()) == FILES


def test_json_is_made_only_when_it_is_asked_for(  # type: ignore[no-untyped-def]
    said, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "json_text", _never)  # it takes far more memory than the answer
    status, out, _ = said(clip, *FEW)
    assert status == 0
    assert "UnAtt" in out
    assert said(clip, *FEW, "--json")[0] == 1


def _never(*_: object, **__: object) -> None:
    raise AssertionError("this was not asked for")


def test_a_fault_of_the_program_is_one_line_too(  # type: ignore[no-untyped-def]
    said, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("first\nsecond")

    monkeypatch.setattr(pipeline, "analyse", broken)
    status, out, err = said(clip)
    assert (status, out) == (1, "")
    assert "fault of the program (RuntimeError: first second)" in err
    assert err.count("\n") == 1


def test_the_report_has_every_method_note_and_the_agreement() -> None:
    web = look().sides[0]
    tuned = replace(web, name="tuned", net_energies=np.eye(4, dtype=np.float32))
    text = report(look([web, tuned], notes=("It breaks off.",), timing={"total": 1.0}))
    for method in ("CNN ", "UnAtt ", "finetune+CNN ", "finetune+UnAtt ", "finetune+EnergyNet "):
        assert f"\n{method}" in text
    assert "\nNote: It breaks off.\n" in text
    assert text.endswith("Time: 1.00 s")
    assert "methods" in text
    single = report(look(frames=1, concepts=("Hug", "Kiss")))
    assert single.startswith("clip.mp4: 1 frame, seen by interactions, 2 concepts\n")


def test_names_cannot_break_the_line() -> None:
    assert one_line("a\nb\x1b[31m\tc") == "a b [31m c"
