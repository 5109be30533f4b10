"""The house rules as tests: who may import what, how files look, what ships."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("attention", "training")
SOURCES = [
    *sorted(path for part in PACKAGES for path in (ROOT / part).rglob("*.py")),
    ROOT / "app.py",
]
TREE = re.search(r"## Rooms\n\n```\n(.*?)```", (ROOT / "ARCHITECTURE.md").read_text("utf-8"), re.S)[
    1
]


def listed() -> tuple[set[str], set[str]]:
    """The files and folders that ARCHITECTURE.md names in the two packages, and those it marks ●."""
    named, marked, package, folder = set(), set(), "", False
    for line in TREE.splitlines():
        head = re.match(r"(\w+)/", line)
        package = head[1] if head else package
        if package not in PACKAGES or not line.startswith("  "):
            continue
        names = re.findall(r"[\w/]+(?:\.py|/)", line)
        if line[2] != " ":
            folder = names[0].endswith("/")
        if folder:  # what is said of its files is not this test's
            names = names[:1] if line[2] != " " else []
        for name in names:
            named.add(f"{package}/{name}")
            if "●" in line:
                marked.add(f"{package}/{name}")
    return named, marked


MODEL_DOOR = (
    ROOT / "attention" / "model" / "__init__.py"
)  # imports torch when it is asked for a model

NAMED, TORCH_ROOMS = listed()


def imported(path: Path) -> set[str]:
    """Top-level names of the packages a file imports, anywhere in it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names


def room(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", SOURCES, ids=room)
def test_only_the_named_rooms_import_torch_and_gradio(path: Path) -> None:
    packages = imported(path)
    rooms = [f"{room(folder)}/" for folder in path.parents if ROOT in folder.parents]
    marked = bool(TORCH_ROOMS & {room(path), *rooms})
    if packages & {"torch", "torchvision", "timm"}:
        assert marked
    if "gradio" in packages:
        assert "tabs" in path.parts or path.name == "app.py"
    if room(path).startswith("attention/"):
        assert "training" not in packages


@pytest.mark.parametrize("path", [path for path in SOURCES if path.name == "__init__.py"], ids=room)
def test_package_files_hold_a_docstring_and_nothing_else(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree)
    assert len(tree.body) == 1 or path == MODEL_DOOR


@pytest.mark.parametrize("package", PACKAGES)
def test_every_room_is_listed(package: str) -> None:
    files = {room(path) for path in (ROOT / package).glob("*.py")}
    folders = {f"{room(path.parent)}/" for path in (ROOT / package).glob("*/__init__.py")}
    assert files | folders - {f"{package}/"} <= NAMED | {
        f"{package}/__init__.py",
        f"{package}/__main__.py",
    }
    assert all((ROOT / name).exists() for name in NAMED)


def test_no_pickle_ships() -> None:
    shipped = [path for path in (ROOT / "assets").rglob("*") if path.is_file()]
    assert not [path for path in shipped if path.suffix in {".pt", ".pth", ".pkl", ".ckpt"}]


def test_no_script_or_style_sheet_is_longer_than_250_lines() -> None:
    written = [path for kind in ("js", "css") for path in (ROOT / "assets").rglob(f"*.{kind}")]
    assert written
    assert not [room(path) for path in written if len(path.read_text("utf-8").splitlines()) > 250]
