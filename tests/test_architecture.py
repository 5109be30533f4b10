"""The house rules as tests: who may import what, how files look, what ships."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("attention", "training")
SOURCES = [
    *sorted(path for part in PACKAGES for path in (ROOT / part).rglob("*.py")),
    ROOT / "app.py",
]
TORCH_ROOMS = {
    "attention/backbone.py",
    "attention/cnn.py",
    "attention/energy.py",
    "attention/energynet.py",
    "attention/heads.py",
    "attention/look.py",
    "attention/maps.py",
    "attention/model.py",
    "attention/split.py",
    "attention/streams.py",
    "training/fit_energynet.py",
    "training/card.py",
    "training/commands/common.py",
    "training/commands/evaluate.py",
    "training/commands/fit.py",
    "training/evaluate.py",
    "training/fit_cnn.py",
    "training/losses.py",
    "training/mapcache.py",
    "training/methods.py",
    "training/mining.py",
    "training/prepared.py",
    "training/ranks.py",
    "training/runs/result.py",
    "training/runs/work.py",
    "training/stages.py",
    "training/sweep.py",
    "training/trunkcache.py",
}


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
    if packages & {"torch", "torchvision", "timm"}:
        assert room(path) in TORCH_ROOMS
    if "gradio" in packages:
        assert path.parent.name == "tabs" or path.name == "app.py"
    if room(path).startswith("attention/"):
        assert "training" not in packages


@pytest.mark.parametrize("path", [path for path in SOURCES if path.name == "__init__.py"], ids=room)
def test_package_files_hold_a_docstring_and_nothing_else(path: Path) -> None:
    body = ast.parse(path.read_text(encoding="utf-8")).body
    assert len(body) == 1
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


def test_no_pickle_ships() -> None:
    shipped = [path for path in (ROOT / "assets").rglob("*") if path.is_file()]
    assert not [path for path in shipped if path.suffix in {".pt", ".pth", ".pkl", ".ckpt"}]
