"""The mutations fit the code as it is, and what is tried tells killed from alive."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.mutants.mutation import chosen, mutations

ROOT = Path(__file__).parents[1]
LISTED = mutations()


def test_every_mutation_applies_and_names_tests_that_exist() -> None:
    assert len(LISTED) >= 40
    for mutation in LISTED:
        source = (ROOT / mutation.file).read_text(encoding="utf-8")
        faulty = mutation.applied(source)
        assert faulty not in (None, source), mutation.name
        compile(faulty, mutation.file, "exec")
        for test in mutation.tests:
            file, *names = test.split("::")
            text = (ROOT / file).read_text(encoding="utf-8")
            assert all(f"def {name.split('[')[0]}(" in text for name in names), mutation.name


def test_the_commit_chooses() -> None:
    ten = chosen(LISTED, count=10, by="a")
    assert len(set(ten)) == 10 and ten == chosen(list(reversed(LISTED)), count=10, by="a")
    assert ten != chosen(LISTED, count=10, by="b")
    assert chosen(LISTED, [LISTED[3].name]) == [LISTED[3]]
    with pytest.raises(ValueError, match="no mutation nonsense"):
        chosen(LISTED, ["nonsense"])


CODE = "def double(x):\n    return 2 * x\n"
TESTS = """
from code_of import double
def test_two(): assert double(2) == 4
def test_three(): assert double(3) == 6
def test_wrong(): assert double(3) == 7
"""
CASES = {
    ("2 * x", "2 + x", "::test_three"): (True, "by tests_of.py::test_three"),
    ("2 * x", "2 + x", "::test_two"): (False, "survives"),
    ("3 * x", "2 + x", "::test_two"): (
        False,
        "no longer applies: code_of.py has its fragment 0 times",
    ),
    ("x", "y", "::test_two"): (False, "no longer applies: code_of.py has its fragment 2 times"),
    ("2 * x", "2 *", "::test_two"): (False, "breaks the import, which is no fault that hides"),
    ("2 * x", "2 + x", "::test_four"): (
        False,
        "a test named with it does not exist: tests_of.py::test_four",
    ),
}
# a process of its own: one that pytest runs in is not to be forked
SCRIPT = """
import json, sys, time
from pathlib import Path
from tests.mutants.mutation import Mutation
from tests.mutants.trial import Trial, faults_unmutated
root, said = Path(sys.argv[1]), []
for old, new, test in json.loads(sys.argv[2]):
    trial = Trial(Mutation("m", "code_of.py", old, new, ("tests_of.py" + test,), ""), root)
    while not trial.over():
        time.sleep(0.01)
    said.append([trial.outcome.killed, trial.outcome.how])
mutation = Mutation("m", "code_of.py", "2 * x", "2 + x", ("tests_of.py",), "")
print(json.dumps([said, faults_unmutated([mutation], root)]))
"""


def test_trials_tell_what_noticed_and_leave_the_copy_as_it_was(tmp_path: Path) -> None:
    root = tmp_path / "repository"
    root.mkdir()
    (root / "code_of.py").write_text(CODE)
    (root / "tests_of.py").write_text(TESTS)
    command = [sys.executable, "-c", SCRIPT, str(root), json.dumps(list(CASES))]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=120
    )
    outcomes, faults = json.loads(done.stdout)
    assert outcomes == [list(expected) for expected in CASES.values()]
    assert faults == ["tests_of.py::test_wrong"]
    assert (root / "code_of.py").read_text() == CODE
