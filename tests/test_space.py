"""The folder of a Space, made from a small repository of the same kind."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from attention.disk.home import home
from tests.space import folder
from tests.space.folder import flat, make, sizes
from tests.test_supply import asked


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "repository"
    texts = {
        "app.py": "print()\n", "LICENSE": "free\n", "packages.txt": "fonts\n", "tests/test_a.py": "",
        "README.md": "---\ntitle: A\napp_file: app.py\n---\n# A\n",
        "attention/__init__.py": '"""a"""\n', "training/__init__.py": '"""t"""\n',
        "requirements.txt": "# all\ngradio>=6\n", "requirements-zerogpu.txt": "torch==1\n",
        "requirements-cpu.txt": "# cpu\n--extra-index-url https://there/cpu\n-r requirements.txt\n",
    }  # fmt: skip
    for name, text in texts.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    (root / "assets/models").mkdir(parents=True)
    (root / "assets/models/web.safetensors").write_bytes(b"\0" * 3_000)
    (root / "assets/list.csv").write_bytes(b"a" * 2_000)
    for command in (["init", "-q"], ["add", "-A"]):
        subprocess.run(["git", *command], cwd=root, check=True)
    (root / "attention/left.pyc").write_bytes(b"\0")  # what git does not know of stays
    monkeypatch.setattr(folder, "ROOT", root)
    return root


def test_a_space_holds_what_it_needs_and_its_own_libraries(
    repository: Path, tmp_path: Path
) -> None:
    make(tmp_path / "space")
    names = {
        path.relative_to(tmp_path / "space").as_posix() for path in folder.files(tmp_path / "space")
    }
    assert names == {
        "app.py", "LICENSE", "packages.txt", "README.md", "attention/__init__.py", "training/__init__.py",
        "assets/list.csv", "assets/models/web.safetensors", "requirements.txt", ".gitattributes",
    }  # fmt: skip
    libraries = (tmp_path / "space/requirements.txt").read_text()
    assert libraries == "--extra-index-url https://there/cpu\ngradio>=6\n"
    assert "suggested_hardware" not in (tmp_path / "space/README.md").read_text()
    attributes = (tmp_path / "space/.gitattributes").read_text()
    assert attributes == "*.safetensors filter=lfs diff=lfs merge=lfs -text\n"
    with pytest.raises(FileExistsError, match="is not empty"):
        make(tmp_path / "space")


def test_a_space_on_zerogpu_asks_for_it(repository: Path, tmp_path: Path) -> None:
    make(tmp_path / "space", zerogpu=True)
    front = (tmp_path / "space/README.md").read_text().split("---\n")[1]
    assert front == "title: A\nsuggested_hardware: zero-a10g\napp_file: app.py\n"
    assert (tmp_path / "space/requirements.txt").read_text() == "torch==1\n"


def test_sizes_name_what_the_hub_refuses(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path / "space")
    assert "refuses" not in sizes(tmp_path / "space")
    monkeypatch.setattr(folder, "LARGEST", 1_000)
    said = sizes(tmp_path / "space")
    assert re.findall(r"refuses (\S+)", said) == ["assets/list.csv"]
    assert re.search(r"0\.00 MB  assets/models$", said, re.M)


def test_the_hub_reads_one_list_of_all_libraries() -> None:
    lines = flat("requirements-cpu.txt").splitlines()
    assert lines[0].startswith("--extra-index-url ") and not [
        line for line in lines if "-r " in line
    ]
    assert {line.split("[")[0].split("=")[0].rstrip("~<>") for line in lines[1:] if line} >= set(
        asked("requirements.txt")
    )


def test_a_space_writes_in_the_home_of_its_user(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SPACE_ID", "somebody/attention")
    monkeypatch.delenv("ATTENTION_HOME", raising=False)
    assert home() == tmp_path / "attention"
    monkeypatch.setenv("ATTENTION_HOME", str(tmp_path / "kept"))
    assert home() == tmp_path / "kept"
    monkeypatch.delenv("SPACE_ID")
    monkeypatch.delenv("ATTENTION_HOME")
    assert home() == Path("data").absolute()


def test_openvino_finds_nothing_to_report_with() -> None:
    import attention.engine.choosing
    import attention.engine.openvino  # noqa: F401

    assert sys.modules["openvino_telemetry"] is None
    assert sys.modules["openvino.tools.ovc.telemetry_utils"].tm.__name__.endswith("stub")
