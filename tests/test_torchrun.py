"""Two processes under torchrun: the maps and the fit of one, and a whole fit that speaks and writes once."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from attention.model.folder import load_model
from tests.little import little_set
from tests.test_fit_cnn import LABELS, SETTINGS, tiny, tiny_views
from training.cache.maps import frame_maps
from training.fit.cnn import fit_cnn

ROOT = Path(__file__).parents[1]
# one start for both, as torch is loaded twice
BOTH = """
import sys, json
from pathlib import Path
from tests.test_fit_cnn import LABELS, SETTINGS, tiny, tiny_views
from training import __main__ as training
from training.cache.maps import frame_maps
from training.fit.cnn import fit_cnn, new_accelerator
from training.fit.settings import PRESETS

accelerator = new_accelerator()
network, (z, labels) = tiny(), tiny_views(LABELS)
maps = frame_maps(network, z)
fit_cnn(network, z, labels, SETTINGS, seed=7, accelerator=accelerator)
if accelerator.is_main_process:
    weights = {k: v.tolist() for k, v in network.state_dict().items()}
    said = {"processes": accelerator.num_processes, "L": maps.L.sum((2, 3)).tolist(), "weights": weights}
    Path(sys.argv[1]).write_text(json.dumps(said))
# what EnergyNet learns is not asked here
PRESETS["working"] = PRESETS["working"].model_copy(update={"steps": 20})
sys.exit(training.main(sys.argv[2:]))
"""


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder in which two processes worked, and what they printed."""
    folder = tmp_path_factory.mktemp("both")
    little = little_set(folder / "little")
    (folder / "both.py").write_text(BOTH)
    command = [
        sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2",
        "--rdzv-backend", "c10d", "--rdzv-endpoint", "127.0.0.1:0", str(folder / "both.py"),
        str(folder / "said.json"), "fit", str(little), str(folder / "model"),
        "--cache", str(folder / "cache"), "--every", "10", "--threads", "1",
    ]  # fmt: skip
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(
        command, capture_output=True, text=True, cwd=ROOT, env=environment, check=False
    )
    assert ended.returncode == 0, ended.stderr[-2000:]
    return folder, ended.stdout


def test_two_processes_give_the_maps_and_the_fit_of_one(done: tuple[Path, str]) -> None:
    said = json.loads((done[0] / "said.json").read_text())
    assert said["processes"] == 2
    network, (z, labels) = tiny(), tiny_views(LABELS)
    assert torch.allclose(torch.tensor(said["L"]), frame_maps(network, z).L.sum((2, 3)), atol=1e-5)
    fit_cnn(network, z, labels, SETTINGS, seed=7)
    for name, tensor in network.state_dict().items():
        other = torch.tensor(said["weights"][name])
        assert torch.allclose(other.float(), tensor.float(), atol=1e-4), name


def test_a_fit_speaks_and_writes_once(done: tuple[Path, str]) -> None:
    folder, said = done
    assert said.count("written to") == 1
    assert load_model(folder / "model").energynet is not None
