"""The folder of a Space: the files of the repository that it needs, and its own list of libraries."""

import re
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ("app.py", "attention", "training", "assets", "LICENSE", "packages.txt", "*.md")
LARGEST = (
    10_000_000  # bytes that the hub takes as an ordinary file; others, and binary ones, go by LFS
)
ZEROGPU = "suggested_hardware: zero-a10g\n"


def make(folder: Path, zerogpu: bool = False) -> None:
    """Fills an empty or absent folder. FileExistsError for another; raises OSError."""
    if folder.exists() and any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty: remove it, or give another folder.")
    for name in _listed():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, folder / name)
    libraries = "requirements-zerogpu.txt" if zerogpu else "requirements-cpu.txt"
    (folder / "requirements.txt").write_text(flat(libraries), encoding="utf-8")
    if zerogpu:
        readme = (folder / "README.md").read_text(encoding="utf-8")
        readme = readme.replace("app_file:", f"{ZEROGPU}app_file:", 1)
        (folder / "README.md").write_text(readme, encoding="utf-8")
    endings = sorted({path.suffix for path in files(folder) if is_binary(path)})
    lines = [f"*{ending} filter=lfs diff=lfs merge=lfs -text\n" for ending in endings]
    (folder / ".gitattributes").write_text("".join(lines), encoding="utf-8")


def _listed() -> list[str]:
    """The files that git knows of, so that no cache comes along."""
    found = subprocess.run(
        ["git", "ls-files", "-z", "--", *SHIPPED], cwd=ROOT, capture_output=True, text=True, check=True
    )  # fmt: skip
    return found.stdout.rstrip("\0").split("\0")


def flat(name: str) -> str:
    """A list of libraries with those that it refers to in their place: the hub reads one file only."""
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines(keepends=True)
    return "".join(
        flat(line.split()[1]) if line.startswith("-r ") else line
        for line in lines
        if not line.startswith("#")
    )


def files(folder: Path) -> list[Path]:
    """All files in it, the largest first."""
    found = [path for path in folder.rglob("*") if path.is_file()]
    return sorted(found, key=lambda path: (-path.stat().st_size, path))


def is_binary(path: Path) -> bool:
    """Whether git would take it for binary: there is a zero among its first 8000 bytes."""
    with path.open("rb") as file:
        return b"\0" in file.read(8000)


def sizes(folder: Path) -> str:
    """Its parts and their sizes, and every file that goes by LFS for its size alone, as lines."""
    found = files(folder)
    of: dict[str, int] = {}
    for path in found:
        part = path.relative_to(folder).parts
        name = "/".join(part[:2]) if part[0] == "assets" and len(part) > 2 else part[0]
        of[name] = of.get(name, 0) + path.stat().st_size
    lines = [
        f"{size / 1e6:9.2f} MB  {name}" for name, size in sorted(of.items(), key=lambda x: -x[1])
    ]
    whole = sum(of.values())
    lines.append(
        f"{whole / 1e6:9.2f} MB  in {len(found)} files; the largest: {_named(found[0], folder)}"
    )
    unnamed = re.findall(r"^\*(\S+)", (folder / ".gitattributes").read_text("utf-8"), re.M)
    large = [path for path in found if path.stat().st_size > LARGEST and path.suffix not in unnamed]
    lines += [
        f"the hub refuses {_named(path, folder)}: name it in .gitattributes" for path in large
    ]
    return "\n".join(lines)


def _named(path: Path, folder: Path) -> str:
    return f"{path.relative_to(folder)} ({path.stat().st_size / 1e6:.2f} MB)"
