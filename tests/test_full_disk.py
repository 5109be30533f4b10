"""A disk that is really full, at every place where something is written: done, or a sentence and no change.

A small tmpfs holds the data folder. It is filled to its last byte, or to its last file, and each place is
tried, by the functions that page and runs call; then there is room again, and the same is done.
"""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock, patch

import numpy as np
import openvino as ov
import openvino.opset15 as ops
import pandas as pd
import pytest
import torch
from torch import nn

from attention.disk.room import disk_error_as_input_error
from attention.disk.whole import whole_file
from attention.engine import graph
from attention.errors import InputError, disk_fault_sentence
from attention.gate import secret
from attention.gate.owners import own, owned
from attention.gate.temporary.store import Store
from attention.gate.visitors import Visitor, asked_by
from attention.model.folder import save_model
from attention.networks.stages import stages_of
from attention.pack import load_pack, save_pack
from attention.pictures.export import write_figure, write_frames, write_json
from attention.pictures.figures import figure2
from attention.pictures.film import write_film
from attention.probe.asking import write_csv
from attention.serving.samples import samples
from attention.serving.shelf import Shelf
from attention.serving.workroom import Workroom
from tests.clips import numbered_frames, write_clip
from tests.looks import look
from tests.test_engine import tiny
from tests.test_model import card, small
from tests.zips import good, still, zipped
from training.cache.views import views_of
from training.data import own_sets, sets
from training.data.archive.unpack import unpack
from training.data.checks import kept
from training.data.checks.findings import Checkup
from training.data.thumbnails import thumbnails
from training.fit.cnn import CHECKPOINT, _Run
from training.listener import Epoch
from training.runs import plan, queue
from training.runs.folder import Run
from training.runs.records import Spec, Status
from training.runs.reporter import Reporter
from training.sweep.table import append_web, web_validation
from training.tabs.figure_block import Shown, written

ANN = Visitor("ann", "1.1.1.1")
RUN = "20260101-000000-zebra-ab12"
SIZE, FILES = "24m", 1500


@dataclass
class World:
    """The small disk, and beside it what its files are made from. kept: the store."""

    disk: Path
    outside: Path
    kept: dict[str, Any] = field(default_factory=dict)

    @property
    def home(self) -> Path:
        return self.disk / "home"

    @property
    def out(self) -> Path:
        return self.disk / "out"

    @property
    def run(self) -> Run:
        return Run(self.home / "runs" / RUN)

    @property
    def clip(self) -> Path:
        return self.outside / "clip.mp4"

    def tree(self) -> dict[str, bytes]:
        """Every file, without what fills the disk, locks, and lists of lines that have none yet."""
        return {
            str(path.relative_to(self.disk)): path.read_bytes()
            for path in sorted(self.disk.rglob("*"))
            if path.is_file() and "ballast" not in path.parts and path.name != ".lock"
            and not (path.suffix == ".jsonl" and path.stat().st_size == 0)
        }  # fmt: skip

    def fill(self, with_files: bool) -> None:
        """Until not a byte, or not a file, fits any more."""
        ballast = self.disk / "ballast"
        ballast.mkdir()
        if with_files:
            with pytest.raises(OSError):
                for number in range(2 * FILES):
                    (ballast / str(number)).touch()
            return
        size = 1 << 22
        with (ballast / "bytes").open("wb", buffering=0) as file:
            while size:
                try:
                    size = size if file.write(bytes(size)) == size else size // 2
                except OSError:
                    size //= 2

    def make_room(self) -> None:
        shutil.rmtree(self.disk / "ballast")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a set, a run and a removed set, and what to make more of."""
    outside = tmp_path_factory.mktemp("outside")
    home = outside / "home"
    with pytest.MonkeyPatch.context() as patch, asked_by(ANN):
        patch.setenv("ATTENTION_HOME", str(home))
        for name in ("mine", "gone"):
            archive = zipped(outside / f"{name}.zip", good())
            own_sets.add_set(archive, name, shared=False)
        own_sets.remove_set("gone")
        run = Run(home / "runs" / RUN)
        run.folder.mkdir(parents=True)
        own(run.folder, shared=False)
        run.write_spec(Spec(source="mine"))
        run.write_status(Status(state="interrupted", submitted=1.0))
        secret.key()
    write_clip(outside / "clip.mp4", numbered_frames(20))
    (outside / "still.jpg").write_bytes(still(3))
    return outside


@pytest.fixture
def world(whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """`whole` on a small disk. Checks of the free space find enough, as when it goes just after them."""
    disk = tmp_path / "disk"
    disk.mkdir()
    options = f"size={SIZE},nr_inodes={FILES}"
    mount = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(disk)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("only root on Linux can mount a small disk")
    try:
        shutil.copytree(whole / "home", disk / "home")
        (disk / "out").mkdir()
        monkeypatch.setenv("ATTENTION_HOME", str(disk / "home"))
        plenty = SimpleNamespace(total=1 << 40, used=0, free=1 << 40)
        monkeypatch.setattr(shutil, "disk_usage", lambda _: plenty)
        monkeypatch.setattr(queue, "spawn", Mock())
        with asked_by(ANN):
            yield World(disk, whole)
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


@dataclass(frozen=True)
class Place:
    """Where something is written.

    act: writes · done: whether all of it is there · says: of a disk without a free byte; "" where nothing is
    said, as it is a cache, or needs no byte · before: what must be there first.
    """

    act: Callable[[World], object]
    done: Callable[[World], object]
    says: str = "The server's disk is full"
    before: Callable[[World], object] = lambda _: None


def stored(world: World) -> Store:
    """The page's store on the small disk."""
    if "store" not in world.kept:
        world.kept["store"] = Store(world.disk)
    return world.kept["store"]


def new_file(world: World) -> None:
    with whole_file(stored(world).new_folder(ANN) / "made.bin") as partial:
        partial.write_bytes(bytes(100_000))


def checkpoint(world: World) -> None:
    learner = nn.Linear(40, 40)
    fit = SimpleNamespace(
        optimiser=torch.optim.SGD(learner.parameters(), lr=0.1),
        plain=learner,
        accelerator=SimpleNamespace(scaler=None),
    )
    with disk_error_as_input_error(
        Path("runs"), "what was done is kept"
    ):  # as a run's process does
        _Run.save(fit, world.out / "fit", [Epoch(1, 0.5, 0.5, None, 1.0)])  # type: ignore[arg-type]


def model(world: World) -> None:
    save_model(world.out / "model", card(), small(0))


def views(world: World) -> None:
    views_of([world.outside / "still.jpg"], tiny(), world.out / "views")


def network_graph(world: World) -> None:
    """One that OpenVINO really writes; to make it of a network takes seconds."""
    weights = ops.constant(np.zeros((1, 100_000), np.float32))
    x = ops.parameter([1, 100_000], np.float32)
    made = ov.Model([ops.add(x, weights)], [x], "small")
    with (
        patch.object(torch.export, "export"),
        patch.object(graph.ov, "convert_model", return_value=made),
    ):
        graph.exported(stages_of(tiny()), world.home / "engine")


def thumbnail(world: World) -> None:
    (found,) = thumbnails([world.clip], trusted=True).values()
    assert found.jpeg


def key(world: World) -> None:
    secret._key.cache_clear()
    (world.home / "secret").unlink(missing_ok=True)
    assert len(secret.key()) == secret.LENGTH


def shown(world: World) -> Path:
    return Shelf(Workroom(stored(world))).thumbnail(samples()[0])


ANALYSIS = look(frames=4)
EMPTY = Checkup("mine", (), (), (), (), (), (), (), ())
FIGURE5 = Shown("Figure 5", pd.DataFrame({"a": range(3000)}))
NEEDS_NO_BYTE = ""
A_CACHE = ""


def read(name: str, least: int) -> Callable[[World], object]:
    """Whether a file is there with so many bytes."""
    return lambda w: (w.out / name).stat().st_size >= least


PLACES = {
    "a set: its files": Place(
        lambda w: own_sets.add_set(w.outside / "mine.zip", "new", shared=False),
        lambda w: len(sets.source_of("new").clips) == 4,
        "The disk is full: mine.zip is not added",
    ),
    "a set: who may see it": Place(
        lambda w: own_sets.share_set("mine", True), lambda w: owned(w.home / "sets/mine").shared
    ),
    "a set: files left out": Place(
        lambda w: own_sets.leave_out("mine", ["web/Hug/1.jpg", "web/Kiss/1.jpg"]),
        lambda w: len(sets.left_out("mine")) == 2,
        NEEDS_NO_BYTE,
    ),
    "a set: files put back": Place(
        lambda w: own_sets.put_back("mine"),
        lambda w: (w.home / "sets/mine/web/Hug/1.jpg").exists() and not sets.left_out("mine"),
        NEEDS_NO_BYTE,
        before=lambda w: own_sets.leave_out("mine", ["web/Hug/1.jpg"]),
    ),
    "a set: into the bin": Place(
        lambda w: own_sets.remove_set("mine"), lambda w: "mine" not in sets.sets(), NEEDS_NO_BYTE
    ),
    "a set: out of the bin": Place(
        lambda w: own_sets.restore_set("gone"),
        lambda w: len(sets.source_of("gone").clips) == 4,
        NEEDS_NO_BYTE,
    ),
    "a set: its check-up": Place(
        lambda w: kept._keep("key", EMPTY), lambda w: kept._kept("key", w.out) == EMPTY, A_CACHE
    ),
    "a set: its thumbnails": Place(
        thumbnail, lambda w: len(list(w.home.glob("cache/thumbnails/*.thumb"))) == 1, A_CACHE
    ),
    "a download's content": Place(
        lambda w: unpack(w.out / "set.zip"),
        lambda w: len(list((w.out / "set").rglob("*.jpg"))) == 6,
        "set.zip is not unpacked",
        before=lambda w: zipped(w.out / "set.zip", good()),
    ),
    "a run: its start": Place(
        lambda w: queue.start(Spec(source="mine", title="new")),
        lambda w: len(list(w.home.glob("runs/*-new-*/status.json"))) == 1,
        "The disk of runs is full: the run was not started",
    ),
    "a run: taken up again": Place(
        lambda w: queue.resume(RUN),
        lambda w: w.run.status().state == "queued",
        "The disk of runs is full: the run was not resumed",
    ),
    "a run: who may see it": Place(
        lambda w: queue.share(RUN, True), lambda w: w.run.owned().shared
    ),
    "a run: how far it is": Place(
        lambda w: Reporter(w.run, Spec(), plan.Plan([]))._write(),
        lambda w: w.run.status().doing == "caching starting",
    ),
    "a run: its curves": Place(
        lambda w: [Reporter(w.run, Spec(), plan.Plan([]))._tell({"x": n}) for n in range(200)],
        lambda w: len(w.run.metrics()) == 200,
    ),
    "a run: its pace": Place(
        lambda w: plan.record_time_factor("net", 1.0, 3.0),
        lambda w: plan.time_factor("net") == 3.0,
        A_CACHE,
    ),
    "a run: into the bin": Place(
        lambda w: queue.remove(RUN), lambda w: not w.run.folder.exists(), NEEDS_NO_BYTE
    ),
    "a training's checkpoint": Place(
        checkpoint, read(f"fit/{CHECKPOINT}", 6000), "what was done is kept"
    ),
    "a training's views": Place(views, lambda w: len(list(w.out.glob("views/*"))) == 1),
    "a model": Place(model, read("model/web.safetensors", 1000)),
    "a sweep's rows": Place(
        lambda w: append_web(w.out, "1", 0, 50.0), lambda w: web_validation(w.out, "1", 0) == 50
    ),
    "the store": Place(new_file, lambda w: any(stored(w).folder.rglob("made.bin")), before=stored),
    "a look": Place(
        lambda w: save_pack(w.out / "a.pack", ANALYSIS),
        lambda w: load_pack(w.out / "a.pack").frames == ANALYSIS.frames,
    ),
    "a sample's picture": Place(shown, lambda w: len(shown(w).read_bytes()) > 1000, before=stored),
    "a file: JSON": Place(lambda w: write_json(w.out / "a.json", ANALYSIS), read("a.json", 1000)),
    "a file: CSV": Place(lambda w: write_frames(w.out / "a.csv", ANALYSIS), read("a.csv", 500)),
    "a file: PNG": Place(
        lambda w: write_figure(w.out / "a.png", figure2(ANALYSIS)), read("a.png", 10_000)
    ),
    "a file: film": Place(
        lambda w: write_film(w.out / "a.mp4", w.clip, ANALYSIS), read("a.mp4", 1000)
    ),
    "a file: answers of probes": Place(
        lambda w: write_csv(w.out / "answers.csv", []), read("answers.csv", 10)
    ),
    "a file: a figure's numbers": Place(
        lambda w: written(FIGURE5, w.out), read("figure-5.csv", 10_000)
    ),
    "a network's graph": Place(
        network_graph,
        lambda w: len(list(w.home.glob("engine/*/graph.xml"))) == 1,
        A_CACHE,
    ),
    "the visitors' key": Place(key, lambda w: secret.is_kept(), A_CACHE),
}


SLOW = {"a model", "a file: PNG", "a file: film"}
IN_A_TERMINAL = {"a download's content"}  # whose disk it is


def said(world: World, act: Callable[[World], object]) -> str:
    """What a person hears: of the function itself, or at the edge of the page; "" when it was done."""
    try:
        act(world)
    except InputError as error:
        return str(error)
    except Exception as error:
        sentence = disk_fault_sentence(error)
        if not sentence:
            raise
        return sentence
    return ""


@pytest.mark.parametrize(
    ("name", "full_of"),
    [*product(PLACES, ["bytes"]), *product(sorted({*PLACES} - SLOW), ["files"])],
)
def test_a_full_disk_is_a_sentence_and_it_goes_on_when_there_is_room(
    world: World, name: str, full_of: str
) -> None:
    place = PLACES[name]
    place.before(world)
    before = world.tree()
    world.fill(with_files=full_of == "files")
    sentence = said(world, place.act)
    if full_of == "bytes":
        assert place.says in sentence and bool(sentence) == bool(place.says), sentence
    if sentence:
        assert sentence.endswith(".") and "\n" not in sentence
        assert str(world.disk) not in sentence or name in IN_A_TERMINAL
        assert world.tree() == before
    world.make_room()
    if not place.says:  # done, or left for the next time
        hidden = [path for path in world.tree() if "/." in path and path not in before]
        assert hidden == []
    if sentence or place.says or not attempt(place, world):
        assert said(world, place.act) == ""
    assert place.done(world)


def attempt(place: Place, world: World) -> bool:
    try:
        return bool(place.done(world))
    except (OSError, InputError):
        return False
