"""A mutation tried: applied in a copy of the repository, where its tests are run."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.mutants.mutation import Mutation

ROOT = Path(__file__).parents[2]
LEFT_OUT = shutil.ignore_patterns("__pycache__", ".*", "assets", "runs", "build", "dist")
SECONDS = 240  # a test that hangs has noticed, too
FAILED, BROKEN, NO_TESTS = 1, 2, (4, 5)  # what pytest exits with
FAULT = re.compile(r"^(?:FAILED|ERROR) (\S+)", re.MULTILINE)


@dataclass(frozen=True)
class Outcome:
    """killed: whether the tests noticed · how: by which test, or why not."""

    killed: bool
    how: str


@contextmanager
def copied() -> Iterator[Path]:
    """A copy of code and tests; assets and the shared data beside it are linked."""
    with TemporaryDirectory(prefix="mutants-") as folder:
        root = Path(folder) / "repository"
        shutil.copytree(ROOT, root, ignore=LEFT_OUT)
        (root / "assets").symlink_to(ROOT / "assets")
        if (ROOT.parent / "shared").exists():
            (Path(folder) / "shared").symlink_to(ROOT.parent / "shared")
        yield root


def tried(mutation: Mutation, root: Path) -> Outcome:
    """Whether the mutation's tests fail where it is applied; the copy is as before afterwards."""
    place = root / mutation.file
    source = place.read_text(encoding="utf-8") if place.is_file() else ""
    faulty = mutation.applied(source)
    if faulty is None:
        found = source.count(mutation.old)
        return Outcome(False, f"no longer applies: {mutation.file} has its fragment {found} times")
    place.write_text(faulty, encoding="utf-8")
    try:
        status, output = _run(mutation.tests, root, "-x")
    except subprocess.TimeoutExpired:
        return Outcome(True, f"by no end after {SECONDS} s")
    finally:
        place.write_text(source, encoding="utf-8")
    by = FAULT.search(output)
    if status == FAILED and by:
        return Outcome(True, f"by {by[1]}")
    if status == BROKEN:
        return Outcome(False, "breaks the import, which is no fault that hides")
    if status in NO_TESTS:
        return Outcome(False, f"a test named with it does not exist: {', '.join(mutation.tests)}")
    return Outcome(False, "survives" if status == 0 else f"pytest ended with {status}")


def faults_unmutated(found: Iterable[Mutation], root: Path) -> list[str]:
    """Which of their tests fail as the code is: these would notice anything."""
    tests = sorted({test for mutation in found for test in mutation.tests})
    # a file and one of its own tests: the file alone
    whole = {test for test in tests if "::" not in test}
    wanted = [test for test in tests if "::" not in test or test.split("::")[0] not in whole]
    try:
        status, output = _run(wanted, root, seconds=SECONDS * len(wanted))
    except subprocess.TimeoutExpired:
        return ["no end of the tests"]
    return FAULT.findall(output) or ([] if status == 0 else [output[-2000:]])


def _run(tests: Iterable[str], root: Path, *flags: str, seconds: int = SECONDS) -> tuple[int, str]:
    command = [sys.executable, "-m", "pytest", "-q", "-rfE", "-p", "no:cacheprovider", *flags]
    # a file and its compiled form may be of the same second and size
    environment = os.environ | {
        "PYTHONDONTWRITEBYTECODE": "1",
        "OMP_NUM_THREADS": "1",
        "ATTENTION_HOME": str(root.parent / "home"),
    }
    done = subprocess.run(
        [*command, *tests],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr
