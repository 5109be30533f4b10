"""`python -m training`: its output, its exit status, and one line on bad input."""

import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.clips import numbered_frames, write_clip, write_image
from tests.test_fetch import place, serving, zipped
from training import __main__ as training
from training import progress
from training.commands import data as data_command
from training.data.fetching.places import Remote

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def own(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("own")
    draw = np.random.default_rng(0)
    for name in ("High five", "Hug"):
        for half in ("web", "video"):
            (root / half / name).mkdir(parents=True)
        for n in range(3):
            picture = np.full((40, 60, 3), draw.integers(0, 256, 3), np.uint8)
            write_image(root / f"web/{name}/{n}.png", picture)
            write_clip(root / f"video/{name}/{n}.mp4", numbered_frames(2))
    write_image(root / "web/Hug/copy.png", np.asarray(picture))
    (root / "video/Hug/bad.mp4").write_text("no clip")
    return root


def test_check_prints_counts_faults_copies_and_what_to_do(own, capsys):
    assert training.main(["data", "check", str(own)]) == 0
    output = capsys.readouterr()
    lines = output.out.splitlines()
    assert lines[0] == f"{own.name}: 2 classes, 7 stills, 6 clips, 1 fold"
    rows = {line[:9].strip(): line.split()[-3:] for line in lines[2:6]}
    assert rows["High five"][:2] == ["3", "3"]
    assert rows["Hug"][:2] == ["4", "3"]
    assert "Cannot be read (1):" in lines
    assert any(line.startswith("  Hug/bad.mp4: bad.mp4 ") for line in lines)
    assert "  1.000  Hug/2.png  Hug/copy.png" in lines
    assert "What to do:" in lines
    assert any("Fewer than 100 stills" in line for line in lines)
    assert output.err == ""


def test_check_as_json(own, capsys):
    assert training.main(["data", "check", str(own), "--json"]) == 0
    output = json.loads(capsys.readouterr().out)
    assert output["concepts"] == ["High five", "Hug"]
    assert (output["stills"], output["clips"]) == ([3, 4], [3, 3])
    assert [pair["other"] for pair in output["twins"]] == [str(own / "web/Hug/copy.png")]


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["fly"],
        ["data"],
        ["data", "chek", "x"],
        ["data", "check"],
        ["data", "check", "not there"],
        ["data", "check", "{own}", "--noisy"],
        ["data", "check", "BU101:{own}"],
        ["data", "fetch", "Kinetics"],
        ["data", "sources", "--yaml"],
    ],
)
def test_bad_input_is_one_line_and_status_2(own, capsys, arguments):
    try:
        status = training.main([word.format(own=own) for word in arguments])
    except SystemExit as left:
        status = left.code
    output = capsys.readouterr()
    assert (status, output.out) == (2, "")
    assert output.err.count("\n") == 1
    assert "Traceback" not in output.err


def test_sources_name_place_size_licence_and_citation(capsys):
    assert training.main(["data", "sources"]) == 0
    output = capsys.readouterr().out
    for name in ("HII", "TVHI", "BU101", "UCF101"):
        assert f"{name}: " in output
        assert f"python -m training data fetch {name}" in output
    for said in ("10.5281/zenodo.832380", "not published", "licence", "cite", "training.drawn"):
        assert said in output
    assert training.main(["data", "sources", "--json"]) == 0
    assert [p["name"] for p in json.loads(capsys.readouterr().out)] == [
        "HII", "TVHI", "BU101", "UCF101",
    ]  # fmt: skip


def test_fetch_says_what_it_does_and_does_it(tmp_path, monkeypatch, capsys):
    archive = zipped(tmp_path / "set.zip", {"web/Hug/1.txt": b"x"}).read_bytes()
    with serving() as site:
        site.files["/set.zip"] = archive
        wanted = place(files=(Remote(f"{site.url}/set.zip", "set.zip"),))
        monkeypatch.setattr("training.data.fetching.places.PLACES", (wanted,))
        monkeypatch.chdir(tmp_path)
        assert training.main(["data", "fetch", "set"]) == 0
        output = capsys.readouterr().out
        assert (tmp_path / "data/SET/set/web/Hug/1.txt").read_bytes() == b"x"
        for said in ("http://page", "1 MB", "licence", "set.zip is unpacked", "data check SET:"):
            assert said in output

        site.files.clear()
        assert training.main(["data", "fetch", "SET", "elsewhere"]) == 2
        assert capsys.readouterr().err.count("\n") == 1
        assert not (tmp_path / "elsewhere").exists()


def test_stopping_is_status_130(own, monkeypatch, capsys):
    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(data_command, "check", stop)
    assert training.main(["data", "check", str(own)]) == 130
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(data_command, "fetch", stop)
    assert training.main(["data", "fetch", "UCF101"]) == 130
    assert "downloads the rest" in capsys.readouterr().err


def test_a_bar_shows_the_time_left_where_somebody_watches(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.setattr(progress, "WAIT", 0)
    for stream, watched in ((Terminal(), True), (io.StringIO(), False)):
        monkeypatch.setattr(sys, "stderr", stream)
        with progress.Bars("file") as bars:
            for done in range(1, 4):
                bars.show("checking", done, 4)
            bars.show("more", 1, None)
        text = stream.getvalue()
        assert ("checking" in text) == watched
        assert ("<" in text) == watched  # tqdm: [elapsed<left, rate]
        assert ("more" in text) == watched


def run(*arguments: str, **options) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, *arguments],
        check=False,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        **options,
    )


def test_help_needs_no_library():
    output = run("-X", "importtime", "-m", "training", "--help")
    assert output.returncode == 0
    assert "data" in output.stdout
    for library in ("numpy", "torch", "cv2", "av", "pydantic", "gradio", "tqdm"):
        assert f" {library}\n" not in output.stderr


def test_a_command_loads_neither_torch_nor_the_page(own):
    script = (
        "import sys; from training.__main__ import main; "
        f"main(['data', 'check', {str(own)!r}]); "
        "sys.exit(bool({'torch', 'gradio'} & set(sys.modules)))"
    )
    assert run("-c", script).returncode == 0


def test_each_command_has_help():
    for arguments in (["data"], ["data", "check"], ["data", "fetch"], ["data", "sources"]):
        output = run("-m", "training", *arguments, "--help")
        assert (output.returncode, output.stderr) == (0, "")
        assert "usage: python -m training data" in output.stdout


def test_a_reader_that_leaves_early_meets_no_traceback():
    output = subprocess.run(
        f"{sys.executable} -m training data sources --json | head -c 1",
        check=False, cwd=ROOT, shell=True, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert (output.stdout, output.stderr) == ("[", "")
