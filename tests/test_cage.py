"""The cage: a child that has been taken over tries every way out, and each is denied.

The probe (cage_probe.py) runs three times: in the whole cage, behind Landlock alone, behind seccomp
alone, and once without, where nearly all ways lead out.
"""

import json
import re
import struct
import subprocess
import sys
from pathlib import Path

import gradio as gr
import pytest
from gradio.data_classes import ImageData
from PIL import Image

from attention.confined.batch import end, start_confined
from attention.confined.cage import calls, layers
from attention.tabs.health import say_how_it_is_served
from attention.tabs.heatmaps import elements

if sys.platform != "linux":
    pytest.skip("only Linux has the cage's layers", allow_module_level=True)

from attention.confined.cage import seccomp
from tests.cage_probe import ways

ROOT = Path(__file__).parents[1]
WAYS = tuple(ways("", Path()))
DENIED = {"EPERM", "EACCES", "ENOSYS"}
MISSING = [f"{layer.name}: {layer.missing}" for layer in layers.layers() if layer.missing]
whole = pytest.mark.skipif(bool(MISSING), reason="; ".join(MISSING))
# What Landlock's rules are about: the file system, TCP, and other processes.
FILES = {
    "parent's environment", "another file", "a folder", "openat2", "write", "append", "truncate", "create",
    "unnamed file", "map to write", "unlink", "rename", "mkdir", "link", "symlink",
}  # fmt: skip
PROCESSES = {"kill", "ptrace", "process_vm_readv"}
# Denied on many machines by other means too, such as a container's.
ELSEWHERE = {"ptrace", "process_vm_readv", "io_uring", "unshare", "chroot", "32-bit calls"}


@pytest.fixture(scope="module")
def probes(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, ...], dict[str, str]]:
    """What came of each way, by the layers that were left open. The four run side by side."""
    started = {}
    for left_open in ((), ("seccomp",), ("landlock",), ("landlock", "seccomp")):
        folder = tmp_path_factory.mktemp("probe")
        for name in ("clip", "secret", "victim", "moved"):
            (folder / name).write_text("xy")
        started[left_open] = start_confined(
            "tests.cage_probe", [*left_open, str(folder)], [folder / "clip"], cpu_seconds=20
        )
    try:
        return {left_open: answer_of(child) for left_open, child in started.items()}
    finally:
        for child in started.values():
            end(child)


def answer_of(child: subprocess.Popen[bytes]) -> dict[str, str]:
    assert child.stdout is not None
    return json.loads(child.stdout.read() or b"{}")


def denied(probe: dict[str, str]) -> set[str]:
    return {way for way, came in probe.items() if came in DENIED}


@whole
@pytest.mark.parametrize("way", WAYS)
def test_a_way_out_is_denied(probes: dict[tuple[str, ...], dict[str, str]], way: str) -> None:
    assert probes[()][way] in DENIED


@whole
def test_without_the_cage_the_ways_lead_out(
    probes: dict[tuple[str, ...], dict[str, str]],
) -> None:
    assert denied(probes["landlock", "seccomp"]) <= ELSEWHERE


@whole
def test_each_layer_alone_denies_what_it_is_about(
    probes: dict[tuple[str, ...], dict[str, str]],
) -> None:
    assert denied(probes["seccomp",]) >= FILES | PROCESSES
    assert set(WAYS) - denied(probes["landlock",]) == {
        "parent's environment",
        "another file",
        "a folder",
    }


def test_what_is_promised_is_what_the_probe_shows() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    section = text.partition("## Safety on a public page")[2].partition("\n## ")[0]
    (listed,) = re.findall(r"The probe is denied: (.*?)\.\n", section, re.S)
    assert re.split(r",\s+", listed) == list(WAYS)


def test_the_server_opens_no_picture_of_a_webcam(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Image, "open", lambda *_: pytest.fail("opened in the server"))
    path = str(tmp_path / "taken.png")
    with gr.Blocks() as demo:
        elements._advanced()
    (webcam,) = (block for block in demo.blocks.values() if isinstance(block, gr.Image))
    assert webcam.preprocess(ImageData(path=path, orig_name="taken.png")) == path
    assert webcam.preprocess(None) is None


# the layers


def test_a_cage_is_not_shut_around_a_thread() -> None:
    program = (
        "import threading; from attention.confined.cage.layers import shut\n"
        "threading.Thread(target=threading.Event().wait, daemon=True).start()\n"
        "shut([])"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert "before a thread starts" in ended.stderr


def test_missing_layers_are_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(layers.landlock, "version", lambda: 3)
    monkeypatch.setattr(layers.seccomp, "available", lambda: False)
    found = {layer.name: layer.missing for layer in layers.layers()}
    assert found["Landlock: files"] == "" and "kernel" in found["Landlock: network"]
    assert "kernel" in found["Landlock: signals"] and "kernel" in found["seccomp"]
    say_how_it_is_served()
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 3 and "lacks seccomp, which denies sockets" in said[2]
    monkeypatch.setattr(layers.sys, "platform", "darwin")
    assert all("only Linux" in layer.missing for layer in layers.layers())
    layers.shut([])  # changes nothing there


def test_a_layer_that_is_here_and_cannot_be_shut_ends_the_child() -> None:
    """As in a container that lets the layer be asked for, and not be used."""
    program = (
        "from attention.confined.cage import landlock, layers\n"
        "landlock.version = lambda: 99; landlock.RESTRICT_SELF = 9999\n"
        "layers.shut([]); print('open')"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1 and "open" not in ended.stdout


# the filter, run as the kernel runs it


def decision(machine: str, number: int, *arguments: int, architecture: int | None = None) -> int:
    """What the filter of a machine returns for a call: a slow interpreter of its program."""
    code = seccomp.program(machine)
    known = seccomp.ARCHITECTURES[machine] if architecture is None else architecture
    padded = (*arguments, 0, 0, 0, 0, 0, 0)[:6]
    data = struct.pack("<IIQ6Q", number & 0xFFFFFFFF, known, 0, *padded)
    program = [struct.unpack_from("<HBBI", code, at) for at in range(0, len(code), 8)]
    place, word = 0, 0
    while True:
        operation, if_true, if_false, value = program[place]
        place += 1
        if operation == seccomp.LOAD:
            (word,) = struct.unpack_from("<I", data, value)
        elif operation == seccomp.RETURN:
            return value
        else:
            holds = word == value if operation == seccomp.IF_EQUAL else bool(word & value)
            place += if_true if holds else if_false


def allowed(*call: int, machine: str = "x86_64", architecture: int | None = None) -> bool:
    return decision(machine, *call, architecture=architecture) == seccomp.ALLOW


@pytest.mark.parametrize("machine", calls.MACHINES)
def test_exactly_the_listed_calls_are_allowed(machine: str) -> None:
    # with arguments that every call on the list takes: a thread's flags, and no bit of writing
    thread = (seccomp.CLONE_THREAD, 0, 0)
    known = {calls.number_of(name, machine) for name in calls.NUMBERS} - {None}
    limits = calls.number_of("prlimit64", machine)
    passed = {number for number in range(700) if allowed(number, *thread, machine=machine)}
    assert passed == known - {limits}
    assert allowed(limits, 0, 7, 0, 1 << 40, machine=machine)
    for number in known:  # x32's, and those of 32-bit programs
        assert not allowed(number | 0x40000000, *thread, machine=machine)
        assert not allowed(number, *thread, machine=machine, architecture=0x40000003)


@pytest.mark.parametrize("machine", calls.MACHINES)
def test_arguments_decide(machine: str) -> None:
    def may(name: str, *arguments: int) -> bool:
        number = calls.number_of(name, machine)
        assert number is not None
        return allowed(number, *arguments, machine=machine)

    assert may("openat", 0, 0, 0o2000000) and not may("openat", 0, 0, 1)
    for flags in (0o2, 0o100, 0o1000, 0o2000, 0o20000000):
        assert not may("openat", 0, 0, flags)
    assert may("mmap", 0, 9, 3, 2) and may("mmap", 0, 9, 1, 1) and not may("mmap", 0, 9, 3, 1)
    assert may("clone", 0x3D0F00) and not may("clone", 17) and not may("clone", 0x4000 | 17)
    assert may("fcntl", 0, 1030) and not may("fcntl", 0, 8)
    assert not may("prlimit64", 5, 7, 0) and not may("prlimit64", 0, 7, 1 << 32)
    assert not may("prlimit64", 0, 7, 4)


@pytest.mark.parametrize(
    ("machine", "header"),
    [
        ("x86_64", "/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
        ("aarch64", "/usr/include/asm-generic/unistd.h"),
    ],
)
def test_the_numbers_are_the_kernels(machine: str, header: str) -> None:
    if not Path(header).exists():
        pytest.skip(f"the kernel's headers are not installed: {header}")
    text = Path(header).read_text(encoding="utf-8")
    kernels = {
        name.replace("3264_", "").replace("3264", ""): int(number)
        for name, number in re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", text)
    }
    kernels |= {"newfstatat": kernels.get("fstatat", kernels.get("newfstatat", -1))}
    for name in calls.NUMBERS:
        number = calls.number_of(name, machine)
        assert number is None or kernels[name] == number, name
