"""A data folder that cannot be written to, and one that two servers share."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from attention.disk.bin import sweep
from attention.errors import DISK_IS_CLOSED, InputError, disk_fault_sentence
from attention.gate import secret
from attention.gate.owners import own
from attention.gate.visitors import Visitor, asked_by
from attention.serving.samples import samples
from attention.serving.shelf import Shelf
from attention.serving.workroom import Workroom
from tests.zips import good, zipped
from training.data import own_sets, sets
from training.data.thumbnails import thumbnails
from training.runs import queue
from training.runs.folder import Run
from training.runs.records import Spec, Status
from training.runs.standing import standings

ROOT = Path(__file__).parents[1]
ANN = Visitor("ann", "1.1.1.1")
RUN = "20260101-000000-zebra-ab12"


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home with a set and a broken-off run of Ann's, on a disk that is read-only by now."""
    disk, archive = tmp_path_factory.mktemp("disk"), tmp_path_factory.mktemp("in") / "mine.zip"
    mount = ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(disk)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("only root on Linux can mount a disk that is read-only")
    try:
        with pytest.MonkeyPatch.context() as patch, asked_by(ANN):
            patch.setenv("ATTENTION_HOME", str(disk))
            own_sets.add_set(zipped(archive, good()), "mine", shared=False)
            run = Run(disk / "runs" / RUN)
            run.folder.mkdir(parents=True)
            own(run.folder, shared=False)
            run.write_spec(Spec(source="mine"))
            run.write_status(Status(state="running", submitted=1.0, pid=1, born=-1.0))
            (disk / "secret").unlink()
            subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
            patch.setattr(queue, "FREE", 0)
            secret._key.cache_clear()
            yield disk
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


REFUSED: dict[str, Callable[[Path], object]] = {
    "train": lambda _: queue.start(Spec(source="drawn")),
    "resume": lambda _: queue.resume(RUN),
    "cancel": lambda _: queue.cancel(RUN),
    "share the run": lambda _: queue.share(RUN, True),
    "remove the run": lambda _: queue.remove(RUN),
    "add a set": lambda disk: own_sets.add_set(zipped(disk / "b.zip", good()), "more"),
    "share the set": lambda _: own_sets.share_set("mine", True),
    "leave files out": lambda _: own_sets.leave_out("mine", ["web/Hug/1.jpg"]),
    "remove the set": lambda _: own_sets.remove_set("mine"),
}


@pytest.mark.parametrize("act", REFUSED)
def test_what_would_be_kept_is_refused_in_a_sentence(
    closed: Path, tmp_path: Path, act: str
) -> None:
    with asked_by(ANN):
        try:
            REFUSED[act](tmp_path)
        except InputError as error:
            said = str(error)
        except OSError as error:
            said = disk_fault_sentence(error)
        else:
            said = ""
    assert said.endswith(".") and str(closed) not in said, said
    assert said == DISK_IS_CLOSED or "cannot be written to" in said or "nothing to cancel" in said


def test_the_app_starts_and_samples_are_looked_at(closed: Path, tmp_path: Path) -> None:
    import app
    from attention.gate.temporary.store import Store

    sweep()
    assert queue.wake() == []
    store = Store(tmp_path)
    sample = samples()[0]
    shelf = Shelf(Workroom(store))
    assert shelf.looked(sample).pack.stat().st_size > 1000
    assert app.build().get_config_file()
    with asked_by(ANN):
        assert [s.status.state for s in standings() if s.status] == ["interrupted"]
        assert len(sets.source_of("mine").clips) == 4
    assert thumbnails([sample.path], trusted=True)[sample.path].jpeg
    assert len(secret.key()) == secret.LENGTH and not secret.is_kept()
    store.close()


TWO = """
import json, sys
from pathlib import Path
from unittest.mock import Mock
from attention.gate import secret
from attention.gate.visitors import Visitor, asked_by
from training.data import own_sets, sets
from training.runs import queue
from training.runs.records import Spec
queue.FREE, queue.spawn = 0, Mock()
print("ready", flush=True)
sys.stdin.readline()
with asked_by(Visitor(sys.argv[2], "1.1.1.1")):
    added = [own_sets.add_set(Path(sys.argv[1]), "same", shared=True) for _ in range(3)]
    runs = [queue.start(Spec(source="drawn"), shared=True).name for _ in range(3)]
print(json.dumps({"key": secret.key().hex(), "added": added, "runs": runs}), flush=True)
"""


def test_two_servers_on_one_home_share_sets_runs_and_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each adds three sets of one name and starts three runs, both at the same moment."""
    home, archive = tmp_path / "home", zipped(tmp_path / "a.zip", good())
    monkeypatch.setenv("ATTENTION_HOME", str(home))
    servers = [
        subprocess.Popen(
            [sys.executable, "-c", TWO, str(archive), who], cwd=ROOT, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )
        for who in ("ann", "ben")
    ]  # fmt: skip
    for server in servers:
        assert server.stdout and server.stdout.readline() == "ready\n"
    for server in servers:
        assert server.stdin
        server.stdin.write("go\n")
        server.stdin.flush()
    said = [json.loads(server.communicate(timeout=60)[0]) for server in servers]
    names = [name for one in said for name in one["added"]]
    runs = [name for one in said for name in one["runs"]]
    assert said[0]["key"] == said[1]["key"] == secret.key().hex()
    assert sorted(names) == ["same", *(f"same-{n}" for n in range(2, 7))]
    assert {run.name for run in map(Run, (home / "runs").glob("2*"))} == set(runs)
    assert len(set(runs)) == 6
    assert all(len(sets.source_of(name).clips) == 4 for name in names)
    assert not [p for p in home.rglob(".*") if p.name != ".lock"]
