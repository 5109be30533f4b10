"""The documents against the code: trees, commands and names that a reader would try."""

import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_the_readmes_tree_is_there() -> None:
    tree = re.search(r"## Where things are\n\n```\n(.*?)```", text("README.md"), re.S)
    assert tree is not None
    names = re.findall(r"^([\w./-]+(?:\.py|\.md|/))\s{2,}", tree[1], re.M)
    assert {"app.py", "attention/", "training/", "assets/", "tests/"} <= set(names)
    for name in names:
        assert (ROOT / name).exists(), name


def test_ci_reads_the_two_commands_from_the_readme() -> None:
    for mark, ending in (
        ("open", ".venv/bin/python app.py"),
        ("test", ".venv/bin/python -m pytest"),
    ):
        command = re.search(rf"<!-- {mark} -->\n```\n(.+)\n```", text("README.md"))
        assert command is not None
        assert command[1].endswith(ending)
        # as .ci/run reads it
        function = re.search(r"^readme_command\(\).*$", text(".ci/run"), re.M)
        assert function is not None
        read = subprocess.run(
            ["bash", "-c", f"{function[0]}\nreadme_command {mark}"],
            cwd=ROOT, capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert read.stdout.strip() == command[1]
    assert "python -m pytest" in text("Makefile")


@pytest.mark.parametrize(
    "document", ["README.md", "ARCHITECTURE.md", "PAPER.md", "CONTRIBUTING.md"]
)
def test_links_between_documents_lead_somewhere(document: str) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", text(document)):
        assert (ROOT / target).exists(), target


def test_papers_table_names_functions_that_exist() -> None:
    cells = re.findall(r"`((?:[a-z_]+\.)+[A-Za-z_]+)(?:\(.*?\))?`", text("PAPER.md"))
    functions = [cell for cell in cells if not cell.endswith((".py", ".md"))]
    assert len(functions) > 10
    for name in functions:
        module, _, attribute = name.rpartition(".")
        try:
            owner = importlib.import_module(f"attention.{module}")
        except ModuleNotFoundError:
            owner = importlib.import_module(f"training.{module}")
        assert hasattr(owner, attribute), name


def test_papers_table_names_tests_that_exist() -> None:
    for name in re.findall(r"`(test_[\w*]+\.py)`", text("PAPER.md")):
        assert list((ROOT / "tests").glob(name)), name


def test_every_task_of_the_makefile_is_listed_by_make() -> None:
    listed = subprocess.run(
        ["make", "-s", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for task in ("setup", "check", "test", "app", "bench", "fuzz", "zoo", "soak"):
        assert re.search(rf"^{task}\b", listed.stdout, re.M), task


def test_the_terminal_helps_without_torch() -> None:
    script = "import runpy, sys; sys.argv = ['attention', '--help']\n" + (
        "try:\n    runpy.run_module('attention', run_name='__main__')\n"
        "except SystemExit:\n    assert not {'torch', 'cv2', 'av', 'matplotlib'} & set(sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "--concepts" in done.stdout
