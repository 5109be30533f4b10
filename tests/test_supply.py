"""The lists of libraries agree with each other, and the lock holds all that a host needs."""

import re
import tomllib
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.supply import BY_PYTORCH, faults, locked

ROOT = Path(__file__).parents[1]


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def asked(name: str) -> dict[str, Requirement]:
    """The requirements of a file by their names."""
    lines = [line for line in text(name).splitlines() if re.match(r"\w", line)]
    return {canonicalize_name(one.name): one for one in map(Requirement, lines)}


LOCK = text("requirements.lock")
HERE = {
    one.name: one
    for one in map(Requirement, locked(LOCK))
    if one.marker is None or one.marker.evaluate()
}
CUDA = set(re.search(r"^CUDA = (.*)$", text("Makefile"), re.M)[1].split())


def test_the_lock_names_one_version_and_its_hashes() -> None:
    entries = re.split(r"^(?=\w)", LOCK, flags=re.M)[1:]
    assert len(entries) == len(locked(LOCK)) > 90
    for entry in entries:
        assert re.match(
            r"[\w.-]+==[\w.]+( ;[^\n]*)? \\\n(    --hash=sha256:[0-9a-f]{64}( \\)?\n)+$", entry
        )
    assert "://" not in LOCK and "index" not in LOCK


def test_the_lock_has_a_version_that_the_requirements_admit() -> None:
    for name, wanted in asked("requirements.txt").items():
        if name in BY_PYTORCH:
            assert name not in HERE
        else:
            version = str(HERE[name].specifier).removeprefix("==")
            assert wanted.specifier.contains(version), name


def test_the_lock_holds_what_its_libraries_need() -> None:
    extras = {name: one.extras for name, one in asked("requirements.txt").items()}
    for name in [*HERE, *BY_PYTORCH]:
        try:
            needs = map(Requirement, requires(name) or [])
        except PackageNotFoundError:  # for another Python or system than this
            continue
        for need in needs:
            wanted = canonicalize_name(need.name)
            if need.marker is None or any(
                need.marker.evaluate({"extra": extra}) for extra in {"", *extras.get(name, ())}
            ):
                assert wanted in {*HERE, *BY_PYTORCH, *CUDA}, f"{name} needs {wanted}"


def test_zerogpu_differs_in_pytorch_alone() -> None:
    usual, lent = asked("requirements.txt"), asked("requirements-zerogpu.txt")
    assert set(lent) - set(usual) == {"spaces"} and set(usual) <= set(lent)
    assert {name for name in usual if usual[name] != lent[name]} == set(BY_PYTORCH)


def test_a_space_gets_versions_that_fit() -> None:
    said = dict(re.findall(r"^(\w+): (.*)$", text("README.md").split("---")[1], re.M))
    assert str(HERE["gradio"].specifier) == f"=={said['sdk_version']}"
    python = tomllib.loads(text("pyproject.toml"))["project"]["requires-python"]
    assert Requirement(f"python{python}").specifier.contains(said["python_version"])


def test_the_dockerfile_copies_what_it_is_let_have() -> None:
    let = set(re.findall(r"^!(.*)$", text(".dockerignore"), re.M))
    copied: set[str] = set()
    for sources in re.findall(r"^COPY (.*) \S+$", text("Dockerfile"), re.M):
        copied |= set(sources.split())
    assert copied == let and {"app.py", "attention", "training", "assets"} <= copied
    assert all((ROOT / name).exists() for name in copied)


ANSWER = {"name": "a", "version": "1", "vulns": [{"id": "CVE-1", "fix_versions": ["1.1", "2"]}]}


@pytest.mark.parametrize(
    ("dependencies", "found"),
    [
        ([{"name": "a", "skip_reason": "not found"}], (0, [])),
        ([{"name": "a", "version": "1", "vulns": []}], (1, [])),
        ([ANSWER, {"name": "b", "skip_reason": ""}], (1, ["a 1: CVE-1, mended in 1.1, 2"])),
    ],
)
def test_an_audit_says_what_is_known_and_what_was_not_asked(
    dependencies: list[dict[str, object]], found: tuple[int, list[str]]
) -> None:
    assert faults({"dependencies": dependencies}) == found
