"""Fine-tuning: what is trained, that it learns, resumes, and does not hang on the processes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from accelerate import Accelerator

from attention.backbone import load_backbone
from attention.cnn import Backbone
from training.fit_cnn import FitSettings, fit_cnn, new_accelerator
from training.listener import Epoch, Listener
from training.mapcache import cached_maps, frame_maps
from training.stages import Learner, last_stage
from training.trunkcache import Views

ROOT = Path(__file__).parents[1]
SETTINGS = FitSettings(epochs=3, lr=0.01, head_lr=0.05, batch=8)


def backbone(seed: int = 0) -> Backbone:
    torch.manual_seed(seed)
    return load_backbone("resnet18", num_classes=3, weights=None)


def views(pictures: int = 21) -> tuple[Views, torch.Tensor]:
    """Inputs of layer4 in which each class lights up channels of its own; classes unbalanced."""
    generator = torch.Generator().manual_seed(4)
    labels = torch.tensor([0] * (pictures - 9) + [1] * 6 + [2] * 3)
    z = torch.rand(pictures, 256, 4, 4, generator=generator)
    for row, label in enumerate(labels.tolist()):
        z[row, 80 * label : 80 * label + 80] += 1.0
    return Views(z.half(), z.flip(3).half(), torch.arange(pictures)), labels


@pytest.mark.parametrize(
    "name", ["efficientnet_lite0", "resnet18", "mobilenet_v2", "mobilenet_v3_large", "densenet121"]
)
def test_frozen_then_last_stage_is_the_whole_trunk(name: str) -> None:
    network = load_backbone(name, weights=None)
    frozen, last = last_stage(network)
    x = torch.randn(1, 3, 224, 224)
    with torch.no_grad():
        assert torch.allclose(last(frozen(x)), network.features(x), atol=1e-5)


def test_all_layers_are_trained_on_whole_pictures() -> None:
    network = backbone()
    before = {name: t.clone() for name, t in network.state_dict().items()}
    generator = torch.Generator().manual_seed(1)
    labels = torch.arange(12) % 3
    x = torch.rand(12, 3, 64, 64, generator=generator) * 0.2
    x[torch.arange(12), labels] += 1.0
    whole = Views(x.half(), None, torch.arange(12), whole=True)
    assert torch.equal(whole.picture(3, mirrored=True), x.half()[3].flip(-1))
    history = fit_cnn(network, whole, labels, SETTINGS)
    assert history[-1].loss < history[0].loss
    after = network.state_dict()
    changed = {name for name, t in after.items() if not torch.equal(t, before[name])}
    # every convolution, the first too; batch normalisation keeps its statistics
    assert {n for n in before if "conv" in n and n.endswith("weight")} <= changed
    assert not any("running" in name for name in changed)
    with torch.inference_mode():
        said = network(x.half().float())
    assert torch.allclose(frame_maps(network, whole).scores, said, atol=1e-4)


def test_it_learns_and_leaves_the_frozen_part_and_batch_statistics_alone() -> None:
    network = backbone()
    before = {name: t.clone() for name, t in network.state_dict().items()}
    z, labels = views()
    history = fit_cnn(network, z, labels, SETTINGS, validation=(z, labels))
    assert history[-1].loss < history[0].loss
    assert history[-1].validation == 1.0
    after = network.state_dict()
    changed = {name for name, t in after.items() if not torch.equal(t, before[name])}
    assert changed
    assert all(name.startswith(("trunk.layer4", "head.last")) for name in changed)
    assert not any("running" in name for name in changed)
    assert not network.training


def test_the_same_seed_gives_the_same_weights_twice() -> None:
    z, labels = views()
    networks = []
    for _ in range(2):
        networks.append(backbone())
        fit_cnn(networks[-1], z, labels, SETTINGS, seed=7)
    for a, b in zip(*(n.state_dict().values() for n in networks), strict=True):
        assert torch.equal(a, b)


def test_a_stopped_run_goes_on_to_the_same_result(tmp_path: Path) -> None:
    z, labels = views()
    unbroken = backbone()
    fit_cnn(unbroken, z, labels, SETTINGS, seed=7)

    class Stop(Listener):
        def epoch(self, epoch: Epoch) -> None:
            if epoch.number == 2:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fit_cnn(backbone(), z, labels, SETTINGS, seed=7, checkpoint=tmp_path / "c", listener=Stop())
    resumed = backbone(seed=99)
    history = fit_cnn(resumed, z, labels, SETTINGS, seed=7, checkpoint=tmp_path / "c")
    assert [epoch.number for epoch in history] == [1, 2, 3]
    for name, tensor in unbroken.state_dict().items():
        if name.startswith(("trunk.layer4", "head")):
            assert torch.equal(tensor, resumed.state_dict()[name]), name


def scaled() -> Accelerator:
    """One that scales its loss as on a GPU; the scale doubles every second step."""
    accelerator = new_accelerator()
    accelerator.scaler = torch.amp.GradScaler("cpu", init_scale=4.0, growth_interval=2)
    return accelerator


def test_a_stopped_run_goes_on_with_its_loss_scale(tmp_path: Path) -> None:
    z, labels = views(9)
    unbroken, resumed = scaled(), scaled()
    fit_cnn(backbone(), z, labels, SETTINGS, accelerator=unbroken)
    two = SETTINGS.model_copy(update={"epochs": 2})
    fit_cnn(backbone(), z, labels, two, checkpoint=tmp_path, accelerator=scaled())
    fit_cnn(backbone(), z, labels, SETTINGS, checkpoint=tmp_path, accelerator=resumed)
    # two steps an epoch
    assert resumed.scaler.get_scale() == unbroken.scaler.get_scale() == 4 * 2**3


def test_only_dropout_follows_the_training_mode() -> None:
    learner = Learner(backbone()).train()
    norms = [m for m in learner.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    assert norms
    assert not any(norm.training for norm in norms)
    assert learner.head.dropout.training


def test_cached_maps_are_the_maps_and_follow_the_weights(tmp_path: Path) -> None:
    network, (z, _) = backbone(), views()
    direct = frame_maps(network, z)
    for _ in range(2):
        kept = cached_maps(network, z, tmp_path)
        assert torch.equal(kept.L, direct.L)
        assert torch.equal(kept.features, direct.features)
    assert len(list(tmp_path.iterdir())) == 1
    with torch.no_grad():
        network.head.last.weight.add_(0.1)
    assert not torch.equal(cached_maps(network, z, tmp_path).L, direct.L)


SHARED = """
import sys, json, torch
from pathlib import Path
from tests.test_fit_cnn import SETTINGS, backbone, views
from training.fit_cnn import fit_cnn, new_accelerator
from training.mapcache import cached_maps
accelerator = new_accelerator()
network, (z, labels) = backbone(), views()
maps = cached_maps(network, z, Path(sys.argv[1]) / "maps")
fit_cnn(network, z, labels, SETTINGS, seed=7, accelerator=accelerator)
if accelerator.is_main_process:
    named = network.state_dict().items()
    weights = {k: v.flatten()[:50].tolist() for k, v in named if "head" in k or "layer4" in k}
    said = {"processes": accelerator.num_processes, "L": maps.L.sum((2, 3)).tolist(), "weights": weights}
    Path(sys.argv[1], "said.json").write_text(json.dumps(said))
"""


def test_two_processes_under_torchrun_give_the_maps_and_the_fit_of_one(tmp_path: Path) -> None:
    script = tmp_path / "shared.py"
    script.write_text(SHARED)
    command = [
        sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2",
        "--rdzv-backend", "c10d", "--rdzv-endpoint", "127.0.0.1:0", str(script), str(tmp_path),
    ]  # fmt: skip
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=ROOT, env=environment, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    said = json.loads((tmp_path / "said.json").read_text())
    assert said["processes"] == 2
    network, (z, labels) = backbone(), views()
    assert torch.allclose(torch.tensor(said["L"]), frame_maps(network, z).L.sum((2, 3)), atol=1e-5)
    fit_cnn(network, z, labels, SETTINGS, seed=7)
    for name, tensor in network.state_dict().items():
        if name in said["weights"]:
            few = torch.tensor(said["weights"][name])
            assert torch.allclose(few.float(), tensor.flatten()[:50].float(), atol=2e-4), name
