"""Fine-tuning: what is trained, that it learns, resumes, and does not hang on the processes."""

import math
from pathlib import Path

import pytest
import torch
from accelerate import Accelerator
from torch import nn

from attention.networks.cnn import Backbone
from attention.networks.heads import LinearHead
from attention.networks.known.registry import networks_on_page
from attention.networks.stages import Learner, last_stage
from attention.networks.zoo import load_backbone
from training.cache.maps import frame_maps
from training.cache.views import Views
from training.fit.cnn import _Draws, fit_cnn, new_accelerator
from training.fit.settings import FitSettings
from training.listener import Epoch, Listener

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
    pictures = torch.rand(2, 3, 224, 224, generator=generator).half()
    with torch.inference_mode():
        said = network(pictures.float())
    seen = frame_maps(network, Views(pictures, None, torch.arange(2), whole=True))
    assert torch.allclose(seen.scores, said, atol=1e-4)


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


@pytest.mark.parametrize("name", networks_on_page())
def test_every_network_on_the_page_learns(name: str) -> None:
    torch.manual_seed(0)
    network = load_backbone(name, num_classes=2, weights=None)
    frozen, last = last_stage(network)
    x = torch.rand(4, 3, 64, 64)
    with torch.no_grad():
        z = frozen(x)
    before = {key: tensor.clone() for key, tensor in network.state_dict().items()}
    stage = {id(parameter) for parameter in [*last.parameters(), *network.head.parameters()]}
    once = FitSettings(epochs=1, lr=0.1, head_lr=0.1, batch=4)
    fit_cnn(network, Views(z.half(), z.flip(3).half(), torch.arange(4)), torch.arange(4) % 2, once)
    changed = {key for key, t in network.named_parameters() if not torch.equal(t, before[key])}
    weights = {k for k, p in network.named_parameters() if id(p) in stage and p.ndim > 1}
    assert weights <= changed and changed <= {
        k for k, p in network.named_parameters() if id(p) in stage
    }


def tiny(dropout: float = 0.0) -> Backbone:
    """A ResNet by its name, of one convolution frozen and one learned, with batch norms and dropout."""
    torch.manual_seed(5)
    frozen = nn.Sequential(nn.Conv2d(3, 6, 32, 32), nn.BatchNorm2d(6), nn.ReLU())
    learned = nn.Sequential(nn.Conv2d(6, 8, 1), nn.BatchNorm2d(8), nn.ReLU())
    head = LinearHead(nn.Linear(8, 3), dropout)
    return Backbone("resnet18", nn.Sequential(frozen, learned), head, "layer4")


class Seen(Views):
    """Views that note which pictures are taken, in DRAWN."""

    def picture(self, row: int, mirrored: bool) -> torch.Tensor:
        DRAWN.append((row, mirrored))
        return super().picture(row, mirrored)


DRAWN: list[tuple[int, bool]] = []


def tiny_views(labels: list[int]) -> tuple[Seen, torch.Tensor]:
    """Noise with a trace of its class; mirror images differ from their pictures in all cells."""
    generator = torch.Generator().manual_seed(6)
    z = torch.rand(len(labels), 6, 7, 7, generator=generator)
    z[torch.arange(len(labels)), torch.tensor(labels)] += 1.0
    mirrored = (1 - z).half()
    DRAWN.clear()
    return Seen(z.half(), mirrored, torch.arange(len(labels))), torch.tensor(labels)


LABELS = [0] * 12 + [1] * 6 + [2] * 3


def fitted(seed: int = 7, **settings: float) -> tuple[Backbone, list[list[tuple[int, bool]]]]:
    """A tiny network after a fit, and the pictures drawn in each of its epochs."""
    z, labels = tiny_views(LABELS)
    network = tiny(dropout=0.5)
    fit_cnn(network, z, labels, SETTINGS.model_copy(update=settings), seed)
    each = len(DRAWN) // SETTINGS.epochs
    return network, [DRAWN[at : at + each] for at in range(0, len(DRAWN), each)]


def weights(network: nn.Module) -> torch.Tensor:
    return torch.cat([t.detach().flatten() for t in network.parameters()])


def test_the_fit_is_stochastic_gradient_descent_written_out() -> None:
    settings = FitSettings(
        epochs=4, lr=0.05, head_lr=0.3, batch=3, momentum=0.8, weight_decay=0.05, clip=0.4
    )
    z, labels = tiny_views(LABELS)
    network, slow = tiny(), tiny()
    history = fit_cnn(network, z, labels, settings)
    pairs = [(p, settings.lr) for p in slow.trunk[1].parameters()]
    pairs += [(p, settings.head_lr) for p in slow.head.parameters()]
    speed = [torch.zeros_like(p) for p, _ in pairs]
    steps = len(DRAWN) // 3
    assert steps == 4 * 7
    assert 0.25 < sum(mirrored for _, mirrored in DRAWN) / len(DRAWN) < 0.75
    losses, lengths = [], []
    for step in range(steps):
        drawn = DRAWN[3 * step : 3 * step + 3]
        x = torch.stack([(z.mirrored if flipped else z.z)[row] for row, flipped in drawn]).float()
        truth = labels[[row for row, _ in drawn]]
        score = slow.head(slow.trunk[1](x))
        loss = -score.log_softmax(1)[torch.arange(3), truth].mean()
        gradients = torch.autograd.grad(loss, [p for p, _ in pairs])
        length = float(torch.cat([g.flatten() for g in gradients]).norm())
        share = min(1.0, settings.clip / (length + 1e-6))
        rate = min(1.0, (step + 1) / 20) * (1 + math.cos(math.pi * step / steps)) / 2
        losses.append(float(loss.detach()))
        lengths.append(length)
        for place, (p, lr) in enumerate(pairs):
            with torch.no_grad():
                g = share * gradients[place] + settings.weight_decay * p
                speed[place] = settings.momentum * speed[place] + g
                p.sub_(lr * rate * speed[place])
    assert min(lengths) < settings.clip < max(lengths), "clipping is tried both ways"
    torch.testing.assert_close(weights(network), weights(slow), rtol=1e-4, atol=1e-5)
    for epoch in history:
        own = losses[7 * (epoch.number - 1) : 7 * epoch.number]
        assert epoch.loss == pytest.approx(sum(own) / 7, rel=1e-4)


def test_the_same_seed_gives_the_same_weights_twice_and_another_others() -> None:
    (one, drawn), (same, drawn_again), (other, drawn_other) = fitted(), fitted(), fitted(seed=8)
    assert torch.equal(weights(one), weights(same)) and drawn == drawn_again
    assert not torch.equal(weights(one), weights(other)) and drawn != drawn_other
    assert drawn[0] != drawn[1] != drawn[2], "each epoch draws anew"


def test_dropout_is_drawn_by_the_seed_and_used() -> None:
    z, labels = tiny_views(LABELS)
    with_dropout, without = tiny(dropout=0.5), tiny()
    for network in (with_dropout, without):
        fit_cnn(network, z, labels, SETTINGS, seed=7)
    assert not torch.equal(weights(with_dropout), weights(without))


def test_an_epoch_draws_classes_equally_often_and_half_of_its_pictures_mirrored() -> None:
    labels = torch.tensor([0] * 300 + [1] * 60 + [2] * 40)
    balanced = torch.tensor(list(_Draws(labels, 32, balanced=True, seed=0)))
    assert len(balanced) == 416  # 13 whole mini-batches
    shares = torch.bincount(labels[balanced // 2]) / len(balanced)
    assert (shares - 1 / 3).abs().max() < 0.08  # 3.5 standard deviations
    assert abs(float((balanced % 2).float().mean()) - 0.5) < 0.1
    plain = torch.tensor(list(_Draws(labels, 32, balanced=False, seed=0)))
    often = torch.bincount(plain // 2)
    assert len(plain) == 416 and int(often.min()) == 1 and int((often == 2).sum()) == 16


def test_settings_that_change_what_is_drawn_are_heeded() -> None:
    assert [len(epoch) for epoch in fitted()[1]] == [24] * 3  # 21 pictures, 3 mini-batches of 8
    rows = sorted(row for row, _ in fitted(balanced=False)[1][0])
    assert set(rows) == set(range(21))  # each once, three twice
    assert set(range(21)) - {row for row, _ in fitted()[1][0]}


def test_validation_is_on_its_own_pictures_without_dropout() -> None:
    z, labels = tiny_views(LABELS)
    network = tiny(dropout=0.9)
    held_out = z.at(torch.tensor([0, 13, 20, 5]))
    truth = torch.tensor([0, 1, 2, 2])
    history = fit_cnn(network, z, labels, SETTINGS, validation=(held_out, truth))
    with torch.no_grad():
        said = network.head(network.trunk[1](held_out.z.float())).argmax(1)
    assert history[-1].validation == pytest.approx(float((said == truth).float().mean()))
    assert history[-1].validation in {0.25, 0.5, 0.75}


def test_a_stopped_run_goes_on_to_the_same_result(tmp_path: Path) -> None:
    z, labels = tiny_views(LABELS)
    unbroken, stopped, resumed = (tiny(dropout=0.5) for _ in range(3))
    fit_cnn(unbroken, z, labels, SETTINGS, seed=7)

    class Stop(Listener):
        def epoch(self, epoch: Epoch) -> None:
            if epoch.number == 2:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fit_cnn(stopped, z, labels, SETTINGS, seed=7, checkpoint=tmp_path / "c", listener=Stop())
    with torch.no_grad():
        resumed.head.last.weight.zero_()
    torch.rand(9)  # another random state than the stopped run had
    history = fit_cnn(resumed, z, labels, SETTINGS, seed=7, checkpoint=tmp_path / "c")
    assert [epoch.number for epoch in history] == [1, 2, 3]
    assert torch.equal(weights(unbroken), weights(resumed))


def scaled() -> Accelerator:
    """One that scales its loss as on a GPU; the scale doubles every second step."""
    accelerator = new_accelerator()
    accelerator.scaler = torch.amp.GradScaler("cpu", init_scale=4.0, growth_interval=2)
    return accelerator


def test_a_stopped_run_goes_on_with_its_loss_scale(tmp_path: Path) -> None:
    z, labels = tiny_views(LABELS[:9])
    unbroken, resumed = scaled(), scaled()
    fit_cnn(tiny(), z, labels, SETTINGS, accelerator=unbroken)
    two = SETTINGS.model_copy(update={"epochs": 2})
    fit_cnn(tiny(), z, labels, two, checkpoint=tmp_path, accelerator=scaled())
    fit_cnn(tiny(), z, labels, SETTINGS, checkpoint=tmp_path, accelerator=resumed)
    # two steps an epoch
    assert resumed.scaler.get_scale() == unbroken.scaler.get_scale() == 4 * 2**3


def test_only_dropout_follows_the_training_mode() -> None:
    learner = Learner(backbone()).train()
    norms = [m for m in learner.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    assert norms
    assert not any(norm.training for norm in norms)
    assert learner.head.dropout.training
