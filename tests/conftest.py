"""What several test files share: the running app, a browser, real clips."""

import os
from collections.abc import Iterator
from pathlib import Path

# two test processes share two cores: set before torch is imported
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import cv2
import numpy as np
import pytest

from tests.clips import write_clip
from tests.pages import CHROMIUM, FLAGS, served

SHARED_CLIPS = Path(__file__).parents[2] / "shared" / "data" / "clips"
SLOW = ("browser", "runs", "training_commands", "fit_cnn", "cli", "player", "maps", "pipeline")


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
