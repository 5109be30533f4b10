"""Training EnergyNet on cached attention maps: the four-branch Siamese step of §3.4.4."""

import math
from dataclasses import replace

import torch
from torch import Tensor

from attention.energynet import EnergyNet
from attention.errors import InputError
from training.fit.mining import Candidates, MapSet, Miner, Pool, joint_loss
from training.fit.settings import WORKING, EnergyNetSettings
from training.listener import NOBODY, Listener, Step


def fit_energynet(
    maps: MapSet,
    map_size: tuple[int, int],
    settings: EnergyNetSettings = WORKING,
    seed: int = 0,
    listener: Listener = NOBODY,
) -> EnergyNet:
    """Trains an EnergyNet (§3.4) on the maps of labelled clips; the same seed gives the same weights.

    maps: V_L as the net takes it, `net.scaled` of the raw maps · listener is told every step. With
    settings.normalised the divisor ends in the first layer's weights, so that the network takes maps
    as they are. InputError when the clips cannot make a triplet, and when steps so large were taken that
    the loss is no longer a number.
    """
    generator = torch.Generator().manual_seed(seed)
    miner = Miner(
        Candidates(maps, generator),
        settings.top_k, settings.extra, settings.margin, settings.beta,
    )  # fmt: skip
    # the root mean square of all cells; 1 where all are 0
    divisor = float(maps.V_L.square().mean().sqrt()) or 1.0 if settings.normalised else 1.0
    maps = replace(maps, V_L=maps.V_L / divisor)
    net = _new_net(maps, map_size, settings, seed)
    optimiser = torch.optim.SGD(
        net.parameters(),
        lr=settings.lr,
        momentum=settings.momentum,
        weight_decay=settings.weight_decay,
    )
    pool = Pool(settings.pool, settings.largest_pool, settings.pool_threshold, settings.margin)
    mirrored = replace(maps, V_L=mirror(maps.V_L, map_size))
    for number in range(settings.steps):
        flipped = settings.flip and float(torch.rand((), generator=generator)) < 0.5
        seen = mirrored if flipped else maps
        mined = miner.mine(net, seen, pool.size)
        energy, triplet = joint_loss(net, seen, mined.quadruples, settings.margin, settings.beta)
        optimiser.zero_grad()
        (energy.mean() + triplet.mean()).backward()
        optimiser.step()
        step = Step(number, energy.mean().item(), triplet.mean().item(), pool.size)
        if not math.isfinite(step.energy_loss + step.triplet_loss):
            raise InputError(
                f"EnergyNet's loss is no longer a number after {number} steps, which are too large for these "
                "clips: train with the settings 'working'."
            )
        listener.energynet(step)
        listener.step(number + 1, settings.steps)
        pool.see(mined.loss)
    with torch.no_grad():  # from here on it takes maps as they are
        net.fc1.weight[:, : net.cells] /= divisor
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
