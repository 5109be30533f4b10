"""The app's beginning and end: what building the page leaves alone, and Ctrl-C at any moment."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

import psutil
import pytest
from gradio_client import Client, handle_file

from tests.clips import numbered_frames, write_clip

ROOT = Path(__file__).parents[1]
# what takes long to import or much memory, and is needed by nobody who has not asked for anything yet
HEAVY = [
    "torch",
    "torchvision",
    "timm",
    "openvino",
    "sklearn",
    "scipy",
    "matplotlib",
    "av",
    "cv2",
]
BUILT = f"""
import sys, threading
before = set(threading.enumerate())
import app
app.build()
print([name for name in {HEAVY} if name in sys.modules])
print([thread.name for thread in threading.enumerate() if thread not in before])
"""


@pytest.fixture
def surroundings(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "tmp").mkdir()
    return {
        **os.environ,
        "ATTENTION_HOME": str(tmp_path / "home"),
        "GRADIO_SERVER_NAME": "127.0.0.1",
        "TMPDIR": str(tmp_path / "tmp"),
        "PYTHONUNBUFFERED": "1",
    }


def left(surroundings: dict[str, str]) -> list[str]:
    """What lies in the temporary folder, which is this process's alone."""
    return [path.name for path in Path(surroundings["TMPDIR"]).iterdir()]


def test_the_page_is_built_without_torch_and_without_starting_any_work(
    surroundings: dict[str, str],
) -> None:
    built = subprocess.run(
        [sys.executable, "-c", BUILT],
        env=surroundings,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (built.returncode, built.stderr) == (0, "")
    assert built.stdout.splitlines() == ["[]", "[]"]
    assert left(surroundings) == []


@pytest.fixture
def starting(surroundings: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """The app as a person starts it; what it says of each module it has imported goes to stderr."""
    process = subprocess.Popen(
        [sys.executable, "-X", "importtime", "app.py"],
        env={**surroundings, "GRADIO_SERVER_PORT": str(free_port())},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    yield process
    process.kill()
    process.communicate()


def free_port() -> int:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return int(bound.getsockname()[1])


def until(stream: IO[str] | None, pattern: str) -> str:
    """Reads the stream to the line that holds the pattern, and returns what matches."""
    assert stream is not None
    for line in stream:
        if found := re.search(pattern, line):
            return found[0]
    raise AssertionError(f"it ended without a line of {pattern}")


def complaints(said: Iterable[str]) -> list[str]:
    return [line for line in said if not line.startswith("import time:")]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_while_libraries_are_imported(
    starting: subprocess.Popen[str], surroundings: dict[str, str], number: int
) -> None:
    until(starting.stderr, "gradio_client")
    starting.send_signal(number)
    _, said = starting.communicate(timeout=30)
    assert (starting.returncode, complaints(said.splitlines())) == (128 + number, [])
    assert left(surroundings) == []


def test_ctrl_c_while_a_clip_is_looked_at(
    starting: subprocess.Popen[str], surroundings: dict[str, str], tmp_path: Path
) -> None:
    said: list[str] = []
    assert starting.stderr is not None
    hearing = threading.Thread(target=lambda: said.extend(starting.stderr or ()), daemon=True)
    hearing.start()
    url = until(starting.stdout, r"http://127\.0\.0\.1:\d+")
    assert left(surroundings) != []
    client = Client(url, verbose=False)
    clip = write_clip(tmp_path / "long.mp4", numbered_frames(500))
    client.submit(handle_file(str(clip)), "imagenet", 1, "", api_name="/analyse")
    app = psutil.Process(starting.pid)
    while not app.children():  # the confined reader of the clip: its look has begun
        assert starting.poll() is None
    starting.send_signal(signal.SIGINT)
    starting.wait(timeout=30)
    hearing.join(30)
    assert (starting.returncode, complaints(said)) == (130, [])
    assert left(surroundings) == []
