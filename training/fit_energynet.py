"""Training EnergyNet on cached attention maps: the four-branch Siamese step of §3.4.4."""

from typing import Literal

import torch
from pydantic import BaseModel, ConfigDict
from torch import Tensor

from attention.energynet import EnergyNet
from training.listener import NOBODY, Listener, Step
from training.losses import BETA, MARGIN
from training.mining import Candidates, MapSet, Pool, hardest, joint_loss


class EnergyNetSettings(BaseModel):
    """How EnergyNet is built and trained. The two presets are PAPER and WORKING."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    hidden: int = 128
    dim: int = 64  # d, §3.4.4
    margin: float = MARGIN  # m, §3.4.1
    beta: float = BETA  # β, §3.4.3
    steps: int = 1000
    lr: float = 1e-3
    momentum: float = 0.9
    weight_decay: float = 5e-4  # §3.4.4
    map_scale: Literal["none", "frame"] = "none"
    out_of_fold: int = (
        2  # parts; each is seen by a CNN tuned on the others, 0: by the one tuned on all
    )
    flip: bool = True  # maps mirrored left-right half of the time, as §4.2 mirrors images
    words: Literal["mean", "fisher"] = "mean"
    top_k: int = 64  # K, §3.4.2
    extra: int = 16  # the "few random samples" of §3.4.2
    pool: int = 96
    largest_pool: int = 512
    pool_threshold: float = 0.3


# As §3.4.4 writes it: plain SGD at 1e-4 on raw maps. Expect no learning in 1000 steps: the energy
# loss stays near m (LOG.md).
PAPER = EnergyNetSettings(lr=1e-4, momentum=0.0, flip=False, words="fisher", out_of_fold=0)
# What learns, in about 4 s for 1000 steps on one core. A CNN knows its own training clips by heart, so
# that their maps are nothing like those of new clips: EnergyNet learns from maps made out of fold.
WORKING = EnergyNetSettings()
PRESETS = {"paper": PAPER, "working": WORKING}


def fit_energynet(
    maps: MapSet,
    map_size: tuple[int, int],
    settings: EnergyNetSettings = WORKING,
    seed: int = 0,
    listener: Listener = NOBODY,
) -> EnergyNet:
    """Trains an EnergyNet (§3.4) on the maps of labelled clips; the same seed gives the same weights.

    maps: V_L as the net takes it, `net.scaled` of the raw maps (see scaled_maps) · listener is told
    every step. InputError when the clips cannot make a triplet.
    """
    generator = torch.Generator().manual_seed(seed)
    candidates = Candidates(maps, generator)
    net = _new_net(maps, map_size, settings, seed)
    optimiser = torch.optim.SGD(
        net.parameters(),
        lr=settings.lr,
        momentum=settings.momentum,
        weight_decay=settings.weight_decay,
    )
    pool = Pool(settings.pool, settings.largest_pool, settings.pool_threshold)
    mirrored = MapSet(mirror(maps.V_L, map_size), maps.V_c, maps.labels, maps.videos)
    for number in range(settings.steps):
        flipped = settings.flip and float(torch.rand((), generator=generator)) < 0.5
        seen = mirrored if flipped else maps
        batch = hardest(net, seen, candidates.draw(pool.size), settings.top_k, settings.extra)
        energy, triplet = joint_loss(net, seen, batch, settings.margin, settings.beta)
        optimiser.zero_grad()
        (energy.mean() + triplet.mean()).backward()
        optimiser.step()
        step = Step(number, energy.mean().item(), triplet.mean().item(), pool.size)
        pool.see(step.energy_loss + step.triplet_loss)
        listener.energynet(step)
        listener.step(number + 1, settings.steps)
    return net.eval()


def mirror(V_L: Tensor, map_size: tuple[int, int]) -> Tensor:
    """Flattened maps [...,h·w] mirrored left to right."""
    return V_L.unflatten(-1, map_size).flip(-1).flatten(-2)


def _new_net(
    maps: MapSet, map_size: tuple[int, int], settings: EnergyNetSettings, seed: int
) -> EnergyNet:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return EnergyNet(
            map_size, maps.V_c.shape[1], settings.hidden, settings.dim, settings.map_scale
        )
