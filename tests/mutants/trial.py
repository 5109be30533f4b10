"""Tests run where a mutation is applied: each trial is a fork of this process and has a copy of its own.

The large libraries are imported once, here, and take no time in the forks. Nothing of the repository is
kept in them: each imports the code of its copy.
"""

import importlib
import os
import re
import shutil
import signal
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.mutants.mutation import Mutation

ROOT = Path(__file__).parents[2]
NOT_CODE = {
    "assets",
    "data",
    "build",
    "dist",
}  # beside the code; folders of these names in it are code
OWN = ("app", "attention", "tests", "training")
LIBRARIES = ("accelerate", "cv2", "gradio", "pandas", "sklearn.svm", "timm", "torchvision")
SECONDS = 240  # a test that hangs has noticed, too
FAILED, NO_TESTS = 1, (4, 5)  # what pytest ends with
FAULT = re.compile(r"^(?:FAILED|ERROR) (\S+)", re.MULTILINE)


@dataclass(frozen=True)
class Outcome:
    """killed: whether the tests noticed · how: by which test, or why not."""

    killed: bool
    how: str


def preload() -> None:
    """Imports what most tests import of others."""
    for library in LIBRARIES:
        with suppress(ImportError):
            importlib.import_module(library)


@contextmanager
def copied() -> Iterator[Path]:
    """A copy of code and tests; assets and the shared data beside it are linked."""
    with TemporaryDirectory(prefix="mutants-") as folder:
        root = Path(folder) / "repository"
        shutil.copytree(ROOT, root, ignore=_left_out)
        (root / "assets").symlink_to(ROOT / "assets")
        if (ROOT.parent / "shared").exists():
            (Path(folder) / "shared").symlink_to(ROOT.parent / "shared")
        yield root


def _left_out(folder: str, names: list[str]) -> set[str]:
    beside = NOT_CODE if Path(folder) == ROOT else set()
    return {n for n in names if n.startswith(".") or n == "__pycache__" or n in beside}


class Trial:
    """A mutation under trial in its copy; `outcome` once it is over."""

    def __init__(self, mutation: Mutation, root: Path) -> None:
        self.mutation, self.root = mutation, root
        self.outcome: Outcome | None = None
        place = root / mutation.file
        self._source = place.read_text(encoding="utf-8") if place.is_file() else ""
        faulty = mutation.applied(self._source)
        if faulty is None:
            found = self._source.count(mutation.old)
            why = f"no longer applies: {mutation.file} has its fragment {found} times"
            self.outcome = Outcome(False, why)
            return
        place.write_text(faulty, encoding="utf-8")
        self._tests = _Tests(mutation.tests, root, "-x")

    def over(self) -> bool:
        """Whether it is; then the copy is as before."""
        if self.outcome is None and self._tests.over():
            (self.root / self.mutation.file).write_text(self._source, encoding="utf-8")
            self.outcome = self._judged()
        return self.outcome is not None

    def _judged(self) -> Outcome:
        status, by = self._tests.status, self._tests.faults
        if status is None:
            return Outcome(True, f"by no end after {SECONDS} s")
        if status == FAILED and by:
            return Outcome(True, f"by {by[0]}")
        if by:  # in collecting them
            return Outcome(False, "breaks the import, which is no fault that hides")
        if status in NO_TESTS:
            named = ", ".join(self.mutation.tests)
            return Outcome(False, f"a test named with it does not exist: {named}")
        return Outcome(False, "survives" if status == 0 else f"pytest ended with {status}")


def faults_unmutated(found: Iterable[Mutation], root: Path) -> list[str]:
    """Which of their tests fail as the code is: these would notice anything."""
    named = sorted({test for mutation in found for test in mutation.tests})
    files = {test for test in named if "::" not in test}
    # a file and one of its own tests: the file alone
    wanted = [test for test in named if test in files or test.split("::")[0] not in files]
    tests = _Tests(wanted, root, seconds=SECONDS * len(wanted))
    while not tests.over():
        time.sleep(0.05)
    return tests.faults or ([] if tests.status == 0 else [tests.said[-2000:]])


class _Tests:
    """Tests run by pytest in a fork; status None: they had not ended after so many seconds."""

    def __init__(
        self, tests: Iterable[str], root: Path, *flags: str, seconds: int = SECONDS
    ) -> None:
        self.status: int | None = None
        self._output = root.parent / "output.txt"
        self._end = time.monotonic() + seconds
        sys.stdout.flush()
        self._process = os.fork()
        if not self._process:
            # addopts: what shares the files among processes would run them in other ones
            options = ["-q", "-rfE", "-p", "no:cacheprovider", "-o", "addopts=", *flags]
            _run([*options, *tests], root, self._output)

    @property
    def said(self) -> str:
        return self._output.read_text(encoding="utf-8", errors="replace")

    @property
    def faults(self) -> list[str]:
        """The tests that failed, and the files that could not be read."""
        return FAULT.findall(self.said)

    def over(self) -> bool:
        process, ended = os.waitpid(self._process, os.WNOHANG)
        if process:
            self.status = os.waitstatus_to_exitcode(ended)
            return True
        if time.monotonic() < self._end:
            return False
        os.killpg(self._process, signal.SIGKILL)
        os.waitpid(self._process, 0)
        return True


def _run(arguments: list[str], root: Path, output: Path) -> None:
    """Runs pytest on the copy, as the fork; never returns."""
    status = 3
    try:
        os.setsid()
        os.chdir(root)
        file = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        for stream in (1, 2):
            os.dup2(file, stream)
        # a file and its compiled form may be of the same second and size
        sys.dont_write_bytecode = True
        os.environ |= {"PYTHONDONTWRITEBYTECODE": "1", "ATTENTION_HOME": str(root.parent / "home")}
        sys.path[:] = [str(root), *(path for path in sys.path if Path(path or ".") != ROOT)]
        for name in [name for name in sys.modules if name.split(".")[0] in OWN]:
            del sys.modules[name]
        status = int(pytest.main(arguments))
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
