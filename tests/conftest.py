"""What several test files share: the running app, a browser, real clips."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

# two test processes share two cores: set before torch is imported
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
# as app.py has it, also for pages that tests build; and gradio's client, which has a thread for it
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"

import cv2
import numpy as np
import pytest

from tests.clips import write_clip
from tests.pages import CHROMIUM, FLAGS, served

SHARED_CLIPS = Path(__file__).parents[2] / "shared" / "data" / "clips"
SLOW = ("browser", "runs", "training_commands", "fit_cnn", "cli", "player", "maps", "pipeline")


HERE = {"localhost", "::1", "0.0.0.0", "b'localhost'"}
CALLED_OUT: list[str] = []  # what this process asked of other machines; the app runs in it, too


def _watch(event: str, given: tuple[Any, ...]) -> None:
    """Notes who is called that is not this machine; not by gradio's client, which looks for news."""
    if event == "socket.connect" and isinstance(given[1], tuple):
        host = str(given[1][0])
    elif event == "socket.getaddrinfo":
        host = str(given[0] or "localhost")
    else:
        return
    frame: FrameType | None = sys._getframe()
    while frame and "gradio_client" not in frame.f_code.co_filename:
        frame = frame.f_back
    if frame is None and host not in HERE and not host.startswith("127."):
        CALLED_OUT.append(host)


sys.addaudithook(_watch)


@pytest.fixture(scope="session", autouse=True)
def _nobody_is_called() -> Iterator[None]:
    """No request leaves the machine, whatever the app is asked."""
    yield
    assert CALLED_OUT == []


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slowest files come first, so that one process does not end long after the other."""
    items.sort(key=lambda item: not item.path.stem.removeprefix("test_").startswith(SLOW))


@pytest.fixture(autouse=True)
def _usual_priority() -> Iterator[None]:
    """No test leaves this thread, and so all threads after it, with another scheduling (SVT-AV1 would)."""
    before = scheduling()
    yield
    assert scheduling() == before


def scheduling() -> int | None:
    """The policy this thread is scheduled by, where there is one."""
    return os.sched_getscheduler(0) if hasattr(os, "sched_getscheduler") else None


@pytest.fixture
def said(capfd: pytest.CaptureFixture[str]) -> Iterator[object]:
    """Runs `python -m attention` here; returns (status, stdout, stderr)."""
    from attention import __main__ as command

    def run(*arguments: object) -> tuple[int, str, str]:
        try:
            status = command.main([str(a) for a in arguments])
        except SystemExit as left:
            status = int(left.code or 0)
        return status, *capfd.readouterr()

    yield run


@pytest.fixture(scope="session")
def lion_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A three-second film that moves over a photograph of a lion."""
    from attention.serving.samples import MEDIA

    photo = cv2.cvtColor(cv2.imread(str(MEDIA / "images" / "lion.jpg")), cv2.COLOR_BGR2RGB)
    frames = [np.ascontiguousarray(photo[: photo.shape[0], x : x + 224][:224]) for x in range(30)]
    return write_clip(tmp_path_factory.mktemp("clips") / "lion film.mp4", frames)


@pytest.fixture(scope="session")
def app_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the real app, served from this process."""
    os.environ["GRADIO_TEMP_DIR"] = str(tmp_path_factory.mktemp("gradio"))
    os.environ["ATTENTION_HOME"] = str(tmp_path_factory.mktemp("home"))
    import app

    with served(app.build(), app.settings()) as url:
        yield url


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    """Debian's chromium under Playwright; a skip that says so without it, but never in CI."""
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("chromium is missing; CI must install it")
        pytest.skip("chromium is not installed (Debian: apt install chromium)")
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()
